"""The CDDL of docs/formats.md, checked to the letter: as much of RFC 8610 as that page uses.

pycddl reads the same rules and stands beside this as a second opinion (tests/docs/test_cddl.py); by itself it is too
loose: its `.regexp` is not anchored (RFC 8610 §3.8.3 has it whole), and of maps inside arrays it sees little.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cbor2

Check = Callable[[Any], bool]
_TOKEN = re.compile(
    r'\s+|;[^\n]*|(?P<token>"[^"]*"|-?\d+\.\.-?\d+|\d+\*\d+|-?\d+|#6\.\d+|=>|\.[a-z]+|[a-z][a-z0-9-]*|[][{}():,/?*+=])'
)
_FIRST: dict[str, Check] = {
    "uint": lambda value: _is_int(value) and value >= 0,
    "bstr": lambda value: isinstance(value, bytes),
    "tstr": lambda value: isinstance(value, str),
    "null": lambda value: value is None,
}


@dataclass(frozen=True)
class Entry:
    """One entry of an array or map: how often, under which key, what."""

    least: int
    most: int
    key: Any
    check: Check


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _literal(token: str) -> Any:
    return token[1:-1] if token[0] == '"' else int(token)


class Schema:
    """The rules of a CDDL text, each a function from a decoded value to whether it matches."""

    def __init__(self, text: str) -> None:
        """Read the rules; RFC 8610 appendix B, without what the page does not use."""
        self._tokens = [found["token"] for found in self._scan(text) if found["token"]]
        self._at = 0
        self.rules: dict[str, Check] = {}
        while self._at < len(self._tokens):
            name = self._take()
            self._take("=")
            assert name not in self.rules, f"{name} stands twice"
            self.rules[name] = self._type()

    @staticmethod
    def _scan(text: str) -> list[re.Match[str]]:
        found, at = [], 0
        while at < len(text):
            token = _TOKEN.match(text, at)
            assert token, f"no CDDL: {text[at : at + 40]!r}"
            found.append(token)
            at = token.end()
        return found

    def matches(self, rule: str, data: bytes) -> bool:
        """Return whether bytes spell exactly one item, and it matches a rule."""
        try:
            value = cbor2.loads(data)
        except (cbor2.CBORDecodeError, TypeError):
            return False
        return self.rules[rule](value)

    def _peek(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._tokens[place] if place < len(self._tokens) else ""

    def _take(self, expected: str | None = None) -> str:
        token = self._peek()
        assert token, "the rules end too soon"
        assert expected in {None, token}, f"{token!r} where {expected!r} should stand"
        self._at += 1
        return token

    def _type(self) -> Check:
        choices = [self._controlled()]
        while self._peek() == "/":
            self._take()
            choices.append(self._controlled())
        return lambda value: any(each(value) for each in choices)

    def _controlled(self) -> Check:
        check = self._operand()
        if not self._peek().startswith("."):
            return check
        control, argument = self._take(), self._argument()
        return lambda value: check(value) and control_holds(control, argument, value)

    def _argument(self) -> Any:
        """Return what a control is about: a range or number, a text, or the check of a rule."""
        if self._peek() == "(":
            self._take()
            argument = self._argument()
            self._take(")")
            return argument
        token = self._take()
        if ".." in token:
            low, high = map(int, token.split(".."))
            return range(low, high + 1)
        return self._named(token) if token[0].isalpha() else _literal(token)

    def _named(self, name: str) -> Check:
        """Return the check of a name; a rule may stand behind those that use it."""
        return _FIRST[name] if name in _FIRST else lambda value: self.rules[name](value)  # noqa: PLW0108 - looked up late

    def _operand(self) -> Check:
        token = self._take()
        if token == "[":
            entries = self._entries("]")
            return lambda value: isinstance(value, list | tuple) and array_holds(entries, value)
        if token == "{":
            entries = self._entries("}")
            return lambda value: isinstance(value, Mapping) and map_holds(entries, value)
        if token.startswith("#6."):
            tag = int(token[3:])
            self._take("(")
            inner = self._type()
            self._take(")")
            return lambda value: isinstance(value, cbor2.CBORTag) and value.tag == tag and inner(value.value)
        if ".." in token:
            low, high = map(int, token.split(".."))
            return lambda value: _is_int(value) and low <= value <= high
        if token[0].isalpha():
            return self._named(token)
        literal = _literal(token)
        return lambda value: type(value) is type(literal) and value == literal

    def _entries(self, end: str) -> list[Entry]:
        entries = []
        while self._peek() != end:
            least, most = self._occurrence()
            key = None
            if self._peek(1) == "=>":
                key = _literal(self._take())
                self._take()
            elif self._peek(1) == ":":
                self._take()
                self._take()
            entries.append(Entry(least, most, key, self._type()))
            if self._peek() == ",":
                self._take()
        self._take(end)
        return entries

    def _occurrence(self) -> tuple[int, int]:
        fixed = {"?": (0, 1), "*": (0, 1 << 62), "+": (1, 1 << 62)}
        if self._peek() in fixed:
            return fixed[self._take()]
        if re.fullmatch(r"\d+\*\d+", self._peek()):
            least, most = map(int, self._take().split("*"))
            return least, most
        return 1, 1


def array_holds(entries: Sequence[Entry], items: Sequence[Any]) -> bool:
    """Return whether items are what the entries say, each as often as it may, one behind the other."""
    at = 0
    for entry in entries:
        count = 0
        while at < len(items) and count < entry.most and entry.check(items[at]):
            at, count = at + 1, count + 1
        if count < entry.least:
            return False
    return at == len(items)


def map_holds(entries: Sequence[Entry], members: Mapping[Any, Any]) -> bool:
    """Return whether a map has the members of the entries and no others."""
    named = {entry.key: entry for entry in entries}
    if not members.keys() <= named.keys():
        return False
    return all(entry.check(members[key]) if key in members else not entry.least for key, entry in named.items())


def control_holds(control: str, argument: Any, value: Any) -> bool:
    """Return whether a value of the right type is under a control: RFC 8610 §3.8."""
    if control == ".size":
        size = len(value.encode()) if isinstance(value, str) else len(value)
        return size in argument if isinstance(argument, range) else size == argument
    if control == ".regexp":
        return re.fullmatch(argument, value) is not None
    assert control == ".cbor", control
    try:
        return argument(cbor2.loads(value))
    except (cbor2.CBORDecodeError, TypeError):
        return False
