"""What an act says, member by member, and what of it differs from what is in force: for people who have to sign it.

Every member of the data is told: what is not shown is not there. A key is told by its algorithm and thumbprint, which
covers both of its members.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from verifier.errors import SuyuanError
from verifier.primitives.keys import ALGORITHM_NAMES, parse_key

_TIMES = {"expires", "until"}


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
    """Return every value of an act's data by its path, as one printable line each."""
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
    if isinstance(value, dict):
        yield from _object(path, value)
    elif isinstance(value, list) and value and not all(isinstance(each, str | int) for each in value):
        for place, each in enumerate(value):
            yield from _members(f"{path}[{_place(place, each)}]", each)
    elif isinstance(value, list):
        yield path, ", ".join(printable(str(each)) for each in value) or "-"
    elif isinstance(value, str) and "\n" in value.strip("\n"):
        yield from ((f"{path}:{number}", printable(line)) for number, line in enumerate(value.splitlines(), 1))
    elif isinstance(value, int) and not isinstance(value, bool) and path.rpartition(".")[2] in _TIMES:
        yield path, f"{value} ({moment(value)})"
    else:
        yield path, "-" if value is None else printable(str(value))


def _object(path: str, value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if value.keys() == {"alg", "public"}:
        yield path, _key(value)
        return
    for name, each in value.items():
        yield from _members(f"{path}.{printable(name)}" if path else printable(name), each)


def _place(place: int, value: Any) -> str:
    """Return what tells an element of a list from the others: an agency, where it names one."""
    named = value.get("agency") if isinstance(value, dict) else None
    return printable(named) if isinstance(named, str) else str(place)


def _key(value: Mapping[str, Any]) -> str:
    try:
        key = parse_key(value)
    except SuyuanError:
        return printable(f"{value['alg']} {value['public']}")
    return f"{ALGORITHM_NAMES[key.alg]} {key.kid.hex()}"
