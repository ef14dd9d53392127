"""Strict JSON in which numbers keep their spelling.

`verifier.primitives.strict_json` refuses fractions, because nothing that Suyuan hashes may depend on how a float is
written. EPCIS documents carry fractions by design (quantities, sensor values: EPCIS 2.0 chapter 7), so this
reader takes them, but never as floats: every number, whole or not, becomes a `Numeral` that holds the very digits that
came. Written back, it is the same digits; in a disclosure it is text, as everywhere in Suyuan.

Otherwise it is as strict: UTF-8 without byte-order mark, no name twice, no NaN or Infinity, no lone surrogates, a
limited depth. All checks take time in proportion to the length of what came.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, NoReturn

from verifier.errors import MalformedError, TooLargeError
from verifier.primitives.json_spelling import speller_of

MAX_DEPTH = 32
_ENCODER = json.JSONEncoder(ensure_ascii=False)  # made once: `dumps` makes one each time
_spell_plain = speller_of(json.JSONEncoder(ensure_ascii=False, separators=(",", ":")))  # raises TypeError at a Numeral
_spell_text = json.encoder.encode_basestring
_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)  # possessive: never looks back


@dataclass(frozen=True, slots=True)
class Numeral:
    """A JSON number as it was spelt, like `12.10` or `2E3`: never rounded, never normalised."""

    text: str


def parse_lossless(data: bytes, what: str, *, most: int) -> Any:
    """Return the value that `data` spells: dicts, lists, str, Numeral, bool, None.

    Args:
        data: JSON as UTF-8.
        what: name of the field in errors.
        most: how many bytes are read at most.

    Raises:
        TooLargeError: more bytes than `most`.
        MalformedError: no UTF-8, a name twice, NaN or Infinity, a lone surrogate, more than 32 levels, or no JSON.
    """
    if len(data) > most:
        raise TooLargeError(what, came=f"{len(data)} bytes", expected=f"at most {most}")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError(what, came=f"byte {error.start} is not UTF-8", expected="UTF-8") from error
    _require_shallow(text, what)
    try:
        value = _DECODER.decode(text)
    except _RefusedError as refused:
        raise MalformedError(what, came=refused.args[0], expected=refused.args[1]) from None
    except (ValueError, RecursionError) as error:
        raise MalformedError(what, came=str(error), expected="JSON") from None
    if "\\u" in text:
        _require_whole_characters(value, what)
    return value


def format_lossless(value: Any) -> bytes:
    """Return the value as compact UTF-8 JSON: members in their order, numbers with the digits that came."""
    try:
        spelt = _spell_plain(value)
    except TypeError:
        spelt = _spell(value)
    return spelt.encode()


def as_strict(value: Any) -> Any:
    """Return the value with each number as text, so that it is JSON in the sense of docs/formats.md, section 1."""
    if isinstance(value, Numeral):
        return value.text
    if isinstance(value, dict):
        return {name: as_strict(member) for name, member in value.items()}
    if isinstance(value, list):
        return [as_strict(member) for member in value]
    return value


def depth_of(value: Any) -> int:
    """Return how deep objects and lists are nested: 0 for text, 1 for `[]`, 2 for `[{}]`."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return 0
    return 1 + max([depth_of(each) for each in value if isinstance(each, dict | list)], default=0)


class _RefusedError(Exception):
    """What the hooks raise inside the decoder: (what came, what was expected)."""


def _require_shallow(text: str, what: str) -> None:
    """Refuse deep nesting before the decoder recurses into it; where no string ends, the decoder stops anyway."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for found in _BRACKETS.finditer(text):
        sign = found.group()
        if sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        if depth > MAX_DEPTH:
            raise MalformedError(what, came="deeper nesting", expected=f"at most {MAX_DEPTH} levels")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = Counter(name for name, _ in pairs)
        twice = next(name for name, count in names.items() if count > 1)
        raise _RefusedError(f"the name {twice[:40]!r} twice", "each name once")
    return members


def _constant(word: str) -> NoReturn:
    raise _RefusedError(word, "JSON has no such number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=Numeral, parse_float=Numeral, parse_constant=_constant)


def _spell(value: Any) -> str:
    if isinstance(value, Numeral):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(f"{_spell(name)}:{_spell(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_spell, value)) + "]"
    return _spell_text(value) if type(value) is str else _ENCODER.encode(value)


def _require_whole_characters(value: Any, what: str) -> None:
    """Refuse text that has no UTF-8 form: an escaped half of a surrogate pair."""
    try:
        _spell(value).encode()
    except UnicodeEncodeError:
        raise MalformedError(what, came="a lone surrogate", expected="whole characters") from None
