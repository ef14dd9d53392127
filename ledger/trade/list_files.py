"""Reference lists as files: what a CSV says, and the events that bring the ledger's list to it.

A file has a header and a row an entry: `entry`, `zh`, `en`, and optionally `until` (RFC 3339) and
`condition_zh`, `condition_en`. UTF-8, with or without a byte order mark.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.client.drafts import parse_time
from ledger.compose.event import Draft
from ledger.trade.listed import entry_subject
from verifier.errors import MalformedError, TooLargeError
from verifier.results.reference_lists import ENTRY, LIST, REMOVED

MOST = 100_000  # rows
_NEEDED = ("entry", "zh", "en")
_KNOWN = (*_NEEDED, "until", "condition_zh", "condition_en")
_META = "meta"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list's file.

    Attributes:
        entry: as it is spelt in the subject.
        names: by language.
        until: end of its term, milliseconds since 1970; None for no end.
        condition: by language; empty for none.
    """

    entry: str
    names: Mapping[str, str]
    until: int | None
    condition: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Edition:
    """What a version of a list says of itself.

    Attributes:
        label: of the list.
        names: by language.
        kind: positive, negative or other.
        of: what its entries name.
        version: as its agency numbers it.
        basis: by language.
        since: first day, YYYYMMDD.
    """

    label: str
    names: Mapping[str, str]
    kind: str
    of: str
    version: str
    basis: Mapping[str, str]
    since: str


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be said: a draft, and the entry's event that it removes; None where it removes none."""

    draft: Draft
    removes: bytes | None = None


def parse_rows(data: bytes, label: str, what: str = "file") -> list[Row]:
    """Return the rows of a list's file.

    Raises:
        MalformedError: no UTF-8, other columns, an entry that no subject can spell, or one twice; its row is named.
        TooLargeError: more rows than a list may have here.
    """
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        columns = reader.fieldnames or []
        if not set(_NEEDED) <= set(columns) <= set(_KNOWN):
            expected = f"{', '.join(_NEEDED)}, and of {', '.join(_KNOWN[len(_NEEDED) :])}"
            raise MalformedError(f"{what} columns", came=", ".join(columns), expected=expected)
        rows = [_row(each, label, f"{what} row {number}") for number, each in enumerate(reader, 1)]
    except UnicodeDecodeError as error:
        raise MalformedError(what, came=f"byte {error.start}", expected="UTF-8") from None
    except csv.Error as error:
        raise MalformedError(what, came=str(error), expected="CSV") from None
    if len(rows) > MOST:
        raise TooLargeError(what, came=f"{len(rows)} rows", expected=f"at most {MOST}")
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        if row.entry in seen:
            raise MalformedError(f"{what} row {number} entry", came=row.entry, expected="each entry once")
        seen.add(row.entry)
    return rows


def _row(given: Mapping[str | None, Any], label: str, what: str) -> Row:
    if None in given or any(value is None for value in given.values()):
        raise MalformedError(what, came="more or fewer values", expected="one for each column")
    value = {str(name): str(each).strip() for name, each in given.items()}
    for name in _NEEDED:
        if not value[name]:
            raise MalformedError(f"{what} {name}", came="nothing", expected="a text")
    if value["entry"] == _META:
        raise MalformedError(f"{what} entry", came=_META, expected="an entry: this word is the list itself")
    entry_subject(label, value["entry"])
    condition = {lang: value[f"condition_{lang}"] for lang in ("zh", "en") if value.get(f"condition_{lang}")}
    if len(condition) == 1:
        raise MalformedError(f"{what} condition", came=", ".join(condition), expected="both languages, or none")
    until = parse_time(value["until"], f"{what} until") if value.get("until") else None
    return Row(value["entry"], {"zh": value["zh"], "en": value["en"]}, until, condition)


def draft_edition(edition: Edition, time: int) -> Draft:
    """Return the event that registers a version of a list."""
    data = {
        "names": dict(edition.names),
        "listed": edition.kind,
        "of": edition.of,
        "version": edition.version,
        "basis": dict(edition.basis),
        "since": edition.since,
    }
    return Draft(LIST, time, {"list": entry_subject(edition.label, _META)}, data)


def draft_changes(
    edition: Edition, rows: Iterable[Row], standing: Mapping[str, bytes], *, time: int, amended: bool = True
) -> list[Change]:
    """Return what brings a list to its file: entries that are new, and removals of those that the file has no more.

    Args:
        edition: the version that this makes.
        rows: of the file.
        standing: entries on the list now, with the names of the events that entered them.
        time: that the events claim.
        amended: whether what the file lacks is removed; else it stays.
    """
    wanted = {each.entry: each for each in rows}
    new = [Change(_entry(edition, each, time)) for name, each in wanted.items() if name not in standing]
    gone = [name for name in standing if name not in wanted] if amended else []
    return [*(Change(_removal(edition, name, standing[name], time), standing[name]) for name in gone), *new]


def _entry(edition: Edition, row: Row, time: int) -> Draft:
    data: dict[str, Any] = {"names": dict(row.names), "version": edition.version, "basis": dict(edition.basis)}
    if row.condition:
        data["conditions"] = [dict(row.condition)]
    return Draft(ENTRY, time, _subjects(edition.label, row.entry), data, until=row.until)


def _removal(edition: Edition, entry: str, entered: bytes, time: int) -> Draft:
    data = {"version": edition.version, "basis": dict(edition.basis), "reason": "amended"}
    return Draft(REMOVED, time, _subjects(edition.label, entry), data, about=(entered,))


def _subjects(label: str, entry: str) -> dict[str, str | list[str]]:
    return {"entry": entry_subject(label, entry), "list": entry_subject(label, _META)}


def standing_entries(events: Sequence[tuple[str, bytes, str]]) -> dict[str, bytes]:
    """Return the entries that stand, from the list's members in log order: type, event name, entry."""
    standing: dict[str, bytes] = {}
    for type_, name, entry in events:
        if type_ == ENTRY:
            standing[entry] = name
        elif type_ == REMOVED:
            standing.pop(entry, None)
    return standing
