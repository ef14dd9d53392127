"""Scripts made shorter: names, spaces and comments; nothing is moved, merged or computed (ADR 44)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from api.web.release.tokens import Name, Template, Token, parse_script

_WORD = re.compile(r"[\w$\u0080-\uffff]")


@lru_cache(maxsize=256)
def shorten(source: str) -> str:
    """Return a script that does the same in fewer bytes. What it declares itself gets other names.

    Raises:
        FaultError: it is no script that can be read.
    """
    script = parse_script(source)
    script.scope.shorten()
    return spell(script.tokens)


def spell(tokens: Iterable[Token]) -> str:
    """Return tokens as a script, each name as its scope calls it."""
    return _join(_spelt(tokens))


def _spelt(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if isinstance(token, Name):
            new = token.scope.meant_by(token.name)
            yield f"{token.name}:{new}" if token.shorthand and new != token.name else new
        elif isinstance(token, Template):
            yield "".join(each if isinstance(each, str) else _join(_spelt(each)) for each in token.parts)
        else:
            yield token


def _join(tokens: Iterable[str]) -> str:
    """Return tokens beside each other: apart only where they would become one, no semicolon where a block ends."""
    said: list[str] = []
    last = ""
    for each in tokens:
        if last == ";" and each == "}":
            said.pop()
            last = said[-1]
        if last and ((_WORD.match(last[-1]) and _WORD.match(each)) or (last[-1] == each[0] and each[0] in "+-/")):
            said.append(" ")
        said.append(each)
        last = each
    return "".join(said)
