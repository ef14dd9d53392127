"""The projection's database: which EPCIS events there are. Deleting it loses nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from ledger.epcis.facts import Facts
from ledger.following.file import Layout

_TABLES = """
CREATE TABLE event (
    id INTEGER PRIMARY KEY, grp TEXT NOT NULL UNIQUE, type TEXT NOT NULL, action TEXT, bizStep TEXT, disposition TEXT,
    readPoint TEXT, bizLocation TEXT, eventID TEXT NOT NULL, alias TEXT, eventTime INTEGER NOT NULL,
    recordTime INTEGER NOT NULL, error INTEGER NOT NULL
) STRICT;
CREATE INDEX event_time ON event (eventTime, id);
CREATE INDEX event_record ON event (recordTime, id);
CREATE INDEX event_named ON event (eventID);
CREATE INDEX event_alias ON event (alias) WHERE alias IS NOT NULL;
CREATE TABLE member (name BLOB PRIMARY KEY, event INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX member_event ON member (event);
CREATE TABLE thing (
    uri TEXT NOT NULL, role TEXT NOT NULL, event INTEGER NOT NULL, member BLOB NOT NULL,
    PRIMARY KEY (uri, role, event, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX thing_member ON thing (member);
CREATE INDEX thing_event ON thing (event);
CREATE TABLE party (
    uri TEXT NOT NULL, event INTEGER NOT NULL, member BLOB NOT NULL, PRIMARY KEY (uri, event, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX party_member ON party (member);
"""
RESERVED = "reserved "  # before the role of a thing that only those find who may list everything
LAYOUT = Layout("3", _TABLES, secrets=("key",))  # the key seals the tokens of pages


def add(
    connection: sqlite3.Connection,
    name: bytes,
    facts: Facts,
    *,
    recorded: int,
    parties: Iterable[str],
    error: bool = False,
) -> None:
    """Add an event of the ledger to its EPCIS event; the first of a group gives its fields."""
    words = facts.words
    row = (
        facts.group, facts.type, facts.action, words.get("bizStep"), words.get("disposition"), words.get("readPoint"),
        words.get("bizLocation"), event_id_of(name, facts), words.get("alias"), facts.time, recorded, int(error),
    )  # fmt: skip
    added = connection.execute(
        "INSERT OR IGNORE INTO event (grp, type, action, bizStep, disposition, readPoint, bizLocation, eventID, alias,"
        " eventTime, recordTime, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row,
    )
    event = added.lastrowid
    if not added.rowcount:
        # Part of it may have been told already to whoever polls: the rest makes it new.
        sql = "UPDATE event SET recordTime = max(recordTime, ?) WHERE grp = ? RETURNING id"
        ((event,),) = connection.execute(sql, (recorded, facts.group)).fetchall()
    connection.execute("INSERT OR IGNORE INTO member VALUES (?, ?)", (name, event))
    things = [(uri, RESERVED + role if uri in facts.reserved else role, event, name) for role, uri in facts.things]
    connection.executemany("INSERT OR IGNORE INTO thing VALUES (?, ?, ?, ?)", things)
    connection.executemany("INSERT OR IGNORE INTO party VALUES (?, ?, ?)", [(each, event, name) for each in parties])


def forget(connection: sqlite3.Connection, names: Iterable[bytes]) -> None:
    """Forget events whose bodies were erased, and EPCIS events of which nothing is left."""
    for name in names:
        row = connection.execute("SELECT event FROM member WHERE name = ?", (name,)).fetchone()
        if row is None:
            continue
        connection.execute("DELETE FROM thing WHERE member = ?", (name,))
        connection.execute("DELETE FROM party WHERE member = ?", (name,))
        connection.execute("DELETE FROM member WHERE name = ?", (name,))
        if connection.execute("SELECT 1 FROM member WHERE event = ?", row).fetchone() is None:
            connection.execute("DELETE FROM event WHERE id = ?", row)


def members(connection: sqlite3.Connection, event: int) -> Sequence[bytes]:
    """Return the names of the events of the ledger that are one EPCIS event, in no particular order."""
    return [name for (name,) in connection.execute("SELECT name FROM member WHERE event = ?", (event,))]


def event_id_of(name: bytes, facts: Facts) -> str:
    """Return the eventID that was told, else the CBV event hash, else a name of ours."""
    return facts.words.get("eventID") or facts.words.get("alias") or f"urn:suyuan:event:{name.hex()}"
