"""The projection's database: which EPCIS events there are. Deleting it loses nothing.

Most EPCIS events are one event of the ledger: such a one has its name in its row, and no member. Where several may be
told as one, each is a member. A *part* is an event of the ledger by its number there, which grows: rows and indexes
that begin with it, or with the event's, are written one behind the other.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ledger.epcis.facts import Facts
from ledger.following.file import Layout

_TABLES = """
CREATE TABLE event (
    id INTEGER PRIMARY KEY, name BLOB, grp TEXT, type TEXT NOT NULL, action TEXT, bizStep TEXT, disposition TEXT,
    readPoint TEXT, bizLocation TEXT, eventID TEXT, alias TEXT, eventTime INTEGER NOT NULL,
    recordTime INTEGER NOT NULL, error INTEGER NOT NULL
) STRICT;
CREATE INDEX event_time ON event (eventTime, id);
CREATE INDEX event_record ON event (recordTime, id);
CREATE UNIQUE INDEX event_name ON event (name) WHERE name IS NOT NULL;
CREATE UNIQUE INDEX event_grp ON event (grp) WHERE grp IS NOT NULL;
CREATE INDEX event_named ON event (eventID) WHERE eventID IS NOT NULL;
CREATE INDEX event_alias ON event (alias) WHERE alias IS NOT NULL;
CREATE TABLE member (
    event INTEGER NOT NULL, part INTEGER NOT NULL, name BLOB NOT NULL, PRIMARY KEY (event, part)
) STRICT, WITHOUT ROWID;
CREATE TABLE thing (
    uri TEXT NOT NULL, role TEXT NOT NULL, event INTEGER NOT NULL, part INTEGER NOT NULL,
    PRIMARY KEY (uri, role, event, part)
) STRICT, WITHOUT ROWID;
CREATE TABLE party (
    uri TEXT NOT NULL, event INTEGER NOT NULL, part INTEGER NOT NULL, PRIMARY KEY (uri, event, part)
) STRICT, WITHOUT ROWID;
"""
RESERVED = "reserved "  # before the role of a thing that only those find who may list everything
LAYOUT = Layout("4", _TABLES, secrets=("key",))  # the key seals the tokens of pages
_OWN = "urn:suyuan:event:"
_HEX = re.compile("[0-9a-f]{64}")


class Part(NamedTuple):
    """An event of the ledger that is an EPCIS event, or a part of one.

    Attributes:
        name: 32 bytes.
        seq: its number in the ledger.
        facts: what its body tells.
        recorded: ledger time, milliseconds since 1970.
        parties: whose event it is.
        error: whether it is told as an error.
    """

    name: bytes
    seq: int
    facts: Facts
    recorded: int
    parties: Iterable[str]
    error: bool = False


class Adding:
    """Adds parts within a transaction: they are written together, by `finish`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Go on behind the newest event of the file."""
        self._connection = connection
        self._next = int(connection.execute("SELECT coalesce(max(id), 0) + 1 FROM event").fetchone()[0])
        self._groups: dict[str, int] = {}  # events of several parts that were met
        self._grown: list[tuple[int, int]] = []
        self._events: list[tuple[Any, ...]] = []
        self._members: list[tuple[int, int, bytes]] = []
        self._things: list[tuple[str, str, int, int]] = []
        self._parties: list[tuple[str, int, int]] = []

    def add(self, part: Part) -> None:
        """Add a part to its EPCIS event; the first of a group gives its fields."""
        name, seq, facts, *_ = part
        event = self._event(part)
        for role, uri in facts.things:
            self._things.append((uri, RESERVED + role if uri in facts.reserved else role, event, seq))
        self._parties += [(each, event, seq) for each in part.parties]
        if facts.group != name.hex():
            self._members.append((event, seq, name))

    def finish(self) -> None:
        """Write what was added."""
        execute = self._connection.executemany
        execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._events)
        # Part of it may have been told already to whoever polls: the rest makes it new.
        execute("UPDATE event SET recordTime = max(recordTime, ?) WHERE id = ?", self._grown)
        execute("INSERT OR IGNORE INTO member VALUES (?, ?, ?)", self._members)
        execute("INSERT OR IGNORE INTO thing VALUES (?, ?, ?, ?)", sorted(self._things))
        execute("INSERT OR IGNORE INTO party VALUES (?, ?, ?)", self._parties)

    def _event(self, part: Part) -> int:
        """Return the number of a part's EPCIS event, which is added where there is none."""
        group = None if part.facts.group == part.name.hex() else part.facts.group
        if group is not None and (known := self._find(group)):
            self._grown.append((part.recorded, known))
            return known
        event, self._next = self._next, self._next + 1
        self._events.append((event, None if group else part.name, group, *_fields(part)))
        if group is not None:
            self._groups[group] = event
        return event

    def _find(self, group: str) -> int | None:
        known = self._groups.get(group)
        if known is None:
            row = self._connection.execute("SELECT id FROM event WHERE grp = ?", (group,)).fetchone()
            if row:
                known = self._groups[group] = row[0]
        return known


def _fields(part: Part) -> tuple[Any, ...]:
    """Return an event's columns from its type on; an eventID of our own making is not kept: `named` finds it."""
    facts, get = part.facts, part.facts.words.get
    return (
        facts.type, facts.action, get("bizStep"), get("disposition"), get("readPoint"), get("bizLocation"),
        get("eventID") or get("alias"), get("alias"), facts.time, part.recorded, int(part.error),
    )  # fmt: skip


def forget(connection: sqlite3.Connection, erased: Sequence[tuple[bytes, int]]) -> None:
    """Forget events whose bodies were erased, and EPCIS events of which nothing is left.

    It reads whole tables: orders are rare, and the file is written anew after them anyway.

    Args:
        connection: within a transaction.
        erased: name and number of each.
    """
    if not erased:
        return
    connection.executemany("DELETE FROM event WHERE name = ?", [(name,) for name, _ in erased])
    parts = (json.dumps([seq for _, seq in erased]),)
    where = "WHERE part IN (SELECT value FROM json_each(?))"
    told = connection.execute(f"SELECT DISTINCT event FROM member {where}", parts).fetchall()  # noqa: S608
    for table in ("member", "thing", "party"):
        connection.execute(f"DELETE FROM {table} {where}", parts)  # noqa: S608 - own tables
    left = "SELECT 1 FROM member WHERE event = id"
    connection.executemany(f"DELETE FROM event WHERE id = ? AND NOT EXISTS ({left})", told)  # noqa: S608


def members(connection: sqlite3.Connection, event: int) -> Sequence[bytes]:
    """Return the names of the events of the ledger that are one EPCIS event, in no particular order."""
    sql = "SELECT name FROM event WHERE id = ?1 AND name IS NOT NULL UNION ALL SELECT name FROM member WHERE event = ?1"
    return [name for (name,) in connection.execute(sql, (event,))]


def event_id_of(name: bytes, facts: Facts) -> str:
    """Return the eventID that was told, else the CBV event hash, else a name of ours."""
    return facts.words.get("eventID") or facts.words.get("alias") or _OWN + name.hex()


def names_of(event_ids: Iterable[str]) -> list[bytes]:
    """Return the names of the events that eventIDs of our own making are of."""
    spelt = [each.removeprefix(_OWN) for each in event_ids if each.startswith(_OWN)]
    return [bytes.fromhex(each) for each in spelt if _HEX.fullmatch(each)]
