"""What an act says, member by member, and what of it differs from what is in force: for people who have to sign it.

Every member of the data is told: what is not shown is not there. A key is told by its algorithm and thumbprint, which
covers both of its members; so is that of a log or witness in a policy. Of a text of several lines, lines are compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import Any

from verifier.errors import SuyuanError
from verifier.primitives.keys import ALGORITHM_NAMES, parse_key
from verifier.primitives.note import format_vkey, parse_vkey

_TIMES = {"expires", "until"}
_VKEY_PLACES = {"log": 1, "witness": 2}  # words of a C2SP policy, and which word after them is a verifier key
_NUMBERED = re.compile(r":[1-9][0-9]*")  # the end of a path to one line
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Change:
    """A member and its value, before and after; None where it is not there."""

    path: str
    before: str | None
    after: str | None


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return the members that differ, those of `after` first, in its order; of texts, the lines that came and went."""
    old, new = _by_member(spell(before)), _by_member(spell(after))
    paths = [*new, *(path for path in old if path not in new)]
    return [change for path in paths for change in _differing(old.get(path, {}), new.get(path, {}))]


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


def _by_member(spelt: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return what was spelt, the lines of each text together."""
    found: dict[str, dict[str, str]] = {}
    for path, value in spelt.items():
        stem, colon, number = path.rpartition(":")
        found.setdefault(f"{stem}:" if _NUMBERED.fullmatch(colon + number) else path, {})[path] = value
    return found


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    """Yield what differs of one member, whose lines keep their order: one put in between moves no other."""
    old, new = list(before.items()), list(after.items())
    matcher = SequenceMatcher(None, [value for _, value in old], [value for _, value in new], autojunk=False)
    for tag, begin, end, new_begin, new_end in matcher.get_opcodes():
        if tag != "equal":
            gone, come = old[begin:end], new[new_begin:new_end]
            if len(gone) == len(come):
                yield from (Change(path, was, now) for (_, was), (path, now) in zip(gone, come, strict=True))
            else:
                yield from (Change(path, was, None) for path, was in gone)
                yield from (Change(path, None, now) for path, now in come)


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
        yield from ((f"{path}:{number}", _line(line)) for number, line in enumerate(value.split("\n"), 1))
    elif isinstance(value, int) and path.rpartition(".")[2] in _TIMES:
        yield path, f"{value} ({moment(value)})"
    else:
        yield path, _spelt(value)


def _line(line: str) -> str:
    """Return a line of a text; where it names a log or witness, with its key's thumbprint and without quotes."""
    words = line.split(" ")
    place = _VKEY_PLACES.get(words[0])
    if place is None or len(words) <= place or not line.isprintable():
        return _spelt(line)
    try:
        named = parse_vkey(words[place])
    except SuyuanError:
        return _spelt(line)
    if format_vkey(named) != words[place]:
        return _spelt(line)
    key = f"{named.kind:02x} {ALGORITHM_NAMES[named.key.alg]} {named.key.kid.hex()}"
    told = f"{named.name}+{named.key_id.hex()} {key}"
    return " ".join([*words[:place], told, *words[place + 1 :]])


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
