"""What an act says, member by member, and what of it differs from what is in force: for people who have to sign it.

Every member of the data is told: what is not shown is not there. A key is told by its algorithm and thumbprint, which
covers both of its members.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from verifier.errors import SuyuanError
from verifier.primitives.keys import ALGORITHM_NAMES, parse_key

_TIMES = {"expires", "until"}
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Change:
    """A member and its value, before and after; None where it is not there."""

    path: str
    before: str | None
    after: str | None


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return the members that differ, those of `after` first, in its order."""
    old, new = spell(before), spell(after)
    differing = [Change(path, old.get(path), value) for path, value in new.items() if old.get(path) != value]
    return differing + [Change(path, value, None) for path, value in old.items() if path not in new]


def spell(data: Mapping[str, Any]) -> dict[str, str]:
    """Return every value of an act's data by its path, as one printable line each; other data are spelt otherwise.

    Only the order of members, and of elements that name distinct agencies, is not told.
    """
    return dict(_members("", data))


def printable(text: str) -> str:
    """Return a text with everything that a terminal would not simply show written as an escape."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def moment(milliseconds: int) -> str:
    """Return a time for people, in UTC; the number where no calendar has it."""
    try:
        return datetime.fromtimestamp(milliseconds // 1000, UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return str(milliseconds)


def _members(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value.keys() == {"alg", "public"}:
        yield path, _key(value)
    elif isinstance(value, dict) and value:
        for name, each in value.items():
            yield from _members(f"{path}.{_name(name)}" if path else _name(name), each)
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for place, each in zip(_places(value), value, strict=True):
            yield from _members(f"{path}[{place}]", each)
    elif path or value:
        yield from _lines(path, value)


def _lines(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield a value without members: a text of several lines line by line, a time with its date."""
    if isinstance(value, str) and "\n" in value:
        yield from ((f"{path}:{number}", _spelt(line)) for number, line in enumerate(value.split("\n"), 1))
    elif isinstance(value, int) and path.rpartition(".")[2] in _TIMES:
        yield path, f"{value} ({moment(value)})"
    else:
        yield path, _spelt(value)


def _spelt(value: Any) -> str:
    """Return a value as JSON has it: no two are spelt alike."""
    return printable(json.dumps(value, ensure_ascii=False))


def _name(name: str) -> str:
    return name if _WORD.fullmatch(name) else _spelt(name)


def _places(values: Sequence[Any]) -> list[str]:
    """Return what tells the elements of a list apart: agencies, where each names another, else their number."""
    named = [each.get("agency") if isinstance(each, dict) else None for each in values]
    if all(isinstance(each, str) for each in named) and len(set(named)) == len(named):
        return [printable(str(each)) for each in named]
    return [str(place) for place in range(len(values))]


def _key(value: Mapping[str, Any]) -> str:
    try:
        key = parse_key(value)
    except SuyuanError:
        return _spelt(value)
    return f"{ALGORITHM_NAMES[key.alg]} {key.kid.hex()}"
