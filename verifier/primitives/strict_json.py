"""Strict JSON in (docs/formats.md, section 1). Nobody writes a body anew: what is hashed came as bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NoReturn

from verifier.errors import MalformedError

MAX_DEPTH = 16
MAX_INTEGER = 2**53 - 1
_WHOLE = ("{}", "[]", '""')
_TEXTS_AND_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)  # a text without end is one, too


def parse_json(data: bytes, what: str = "json") -> Any:
    """Return the value that `data` spells: dicts, lists, str, int, bool, None.

    Raises:
        MalformedError: no UTF-8, a name twice, a float, an integer beyond 2**53 - 1, a lone
            surrogate, more than 16 levels, or no JSON at all.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError(what, came=f"byte {error.start} is not UTF-8", expected="UTF-8") from error
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _require_shallow(text, what)
    try:
        value = _decode(text)
        if "\\u" in text:
            _require_no_lone_surrogate(value, what)
    except _RefusedError as refused:
        raise MalformedError(what, came=refused.args[0], expected=refused.args[1]) from None
    except (ValueError, RecursionError) as error:
        raise MalformedError(what, came=str(error), expected="JSON") from None
    return value


def _decode(text: str) -> Any:
    """Return what the decoder makes of a text; what has no spaces around it is read without looking for them."""
    if text[:1] + text[-1:] in _WHOLE:
        try:
            value, end = _scan(text, 0)
        except StopIteration:  # `decode` says where
            end = -1
        if end == len(text):
            return value
    return _DECODER.decode(text)


class _RefusedError(Exception):
    """What the hooks raise inside the decoder: (what came, what was expected)."""


def _require_shallow(text: str, what: str) -> None:
    """Refuse deep nesting before the decoder recurses into it."""
    depth = 0
    for each in _TEXTS_AND_BRACKETS.findall(text):
        if not each.startswith('"'):
            depth += 1 if each in "[{" else -1
        if depth > MAX_DEPTH:
            raise MalformedError(what, came="deeper nesting", expected=f"at most {MAX_DEPTH} levels")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice = next(one for one, other in pairwise(sorted(name for name, _ in pairs)) if one == other)
        raise _RefusedError(f"the name {twice!r} twice", "each name once")
    return members


def _integer(digits: str) -> int:
    if digits == "-0" or len(digits) > 17:
        raise _RefusedError(f"the number {digits[:40]}", "an integer within ±(2**53 - 1)")
    number = int(digits)
    if abs(number) > MAX_INTEGER:
        raise _RefusedError(f"the number {digits}", "an integer within ±(2**53 - 1)")
    return number


def _float(digits: str) -> NoReturn:
    raise _RefusedError(f"the number {digits[:40]}", "no fraction and no exponent; write amounts as text")


def _constant(word: str) -> NoReturn:
    raise _RefusedError(word, "JSON has no such number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)
# What `raw_decode` calls; it is in no stub.
_scan: Callable[[str, int], tuple[Any, int]] = vars(_DECODER)["scan_once"]


_NAMES = frozenset({str})
_SIMPLE = frozenset({str, bool, type(None)})


def is_plain(value: Any, depth: int) -> bool:
    """Return whether a value is one that `parse_json` gives, of at most so many levels: written, it is read as it was.

    Lone surrogates are not looked for: whoever writes UTF-8 meets them.
    """
    kind = type(value)
    if kind in _SIMPLE:
        return True
    if kind is int:
        return bool(-MAX_INTEGER <= value <= MAX_INTEGER)
    if depth <= 0 or kind not in (dict, list):
        return False
    if kind is dict:
        if not set(map(type, value)) <= _NAMES:
            return False
        value = value.values()
    for each in value:  # noqa: SIM110 - a generator costs more than what it asks
        if type(each) not in _SIMPLE and not is_plain(each, depth - 1):
            return False
    return True


def _require_no_lone_surrogate(value: Any, what: str) -> None:
    """Refuse text that has no UTF-8 form: an escaped half of a surrogate pair."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise MalformedError(what, came="a lone surrogate", expected="whole characters") from None
    elif isinstance(value, dict):
        for name, member in value.items():
            _require_no_lone_surrogate(name, what)
            _require_no_lone_surrogate(member, what)
    elif isinstance(value, list):
        for member in value:
            _require_no_lone_surrogate(member, what)
