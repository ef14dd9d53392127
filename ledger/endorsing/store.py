"""The projection's database: what is derived from committed events for agencies. Deleting it loses nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ledger.endorsing.awaited import Awaited
from ledger.following.file import Layout, meta

_TABLES = """
CREATE TABLE judged (
    name BLOB PRIMARY KEY, leaf INTEGER NOT NULL, position INTEGER NOT NULL, outcome TEXT, recheck INTEGER,
    stale INTEGER NOT NULL
) STRICT;
CREATE INDEX judged_stale ON judged (stale) WHERE stale = 1;
CREATE INDEX judged_recheck ON judged (recheck) WHERE recheck IS NOT NULL;
CREATE TABLE awaited (
    agency TEXT NOT NULL, leaf INTEGER NOT NULL, position INTEGER NOT NULL, name BLOB NOT NULL, type TEXT NOT NULL,
    time INTEGER NOT NULL, outcome TEXT NOT NULL, deadline INTEGER, policies TEXT NOT NULL,
    PRIMARY KEY (agency, leaf, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX awaited_name ON awaited (name);
CREATE TABLE answer (
    root BLOB NOT NULL, leaf INTEGER NOT NULL, position INTEGER NOT NULL, name BLOB NOT NULL,
    PRIMARY KEY (root, leaf, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX answer_name ON answer (name);
CREATE TABLE filing (subject BLOB PRIMARY KEY, name BLOB NOT NULL) STRICT;
CREATE TABLE used (
    subject BLOB NOT NULL, type TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (subject, type)
) STRICT, WITHOUT ROWID;
"""
LAYOUT = Layout("2", _TABLES)
_WAITING = "leaf, position, name, type, time, outcome, deadline, policies"
Place = tuple[int, int]  # leaf and position: the order of the log


class Waiting(NamedTuple):
    """An event that awaits an agency, and until when; `time` is its ledger time, in milliseconds since 1970."""

    leaf: int
    position: int
    name: bytes
    type: str
    time: int
    outcome: str
    deadline: int | None
    policies: tuple[str, ...]


class ProjectionReader:
    """Reads over a connection, in the thread that holds it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read over a connection to the projection's file."""
        self._connection = connection

    @property
    def size(self) -> int:
        """Return the leaves that were taken in."""
        return int(meta(self._connection, "size"))

    def inbox(self, agency: str, *, after: Place | None, limit: int) -> list[Waiting]:
        """Return what awaits an agency behind a place, oldest first."""
        sql = (
            f"SELECT {_WAITING} FROM awaited WHERE agency = ? AND (leaf, position) > (?, ?) "  # noqa: S608 - own columns
            "ORDER BY leaf, position LIMIT ?"
        )
        rows = self._connection.execute(sql, (agency, *(after or (-1, -1)), limit))
        return [Waiting(*columns)._replace(policies=tuple(json.loads(columns[-1]))) for columns in rows]

    def count(self, agency: str) -> int:
        """Return how many events await an agency."""
        sql = "SELECT count(*) FROM awaited WHERE agency = ?"
        return int(self._connection.execute(sql, (agency,)).fetchone()[0])

    def answers(self, root: bytes) -> list[bytes]:
        """Return the names of the answers to an event, and of withdrawals of these, in log order."""
        sql = "SELECT name FROM answer WHERE root = ? ORDER BY leaf, position"
        return [name for (name,) in self._connection.execute(sql, (root,))]

    def filing(self, subject: bytes) -> bytes | None:
        """Return the name of the filing of a subject, by the subject's name."""
        row = self._connection.execute("SELECT name FROM filing WHERE subject = ?", (subject,)).fetchone()
        return row[0] if row else None

    def used(self, subject: bytes) -> dict[str, int]:
        """Return how many events of each type follow a filing's subject, by the subject's name."""
        rows = self._connection.execute("SELECT type, count FROM used WHERE subject = ? ORDER BY type", (subject,))
        return dict(rows.fetchall())


class ProjectionWriter(ProjectionReader):
    """Writes within the transaction that its holder began."""

    def add_judged(self, rows: Iterable[tuple[bytes, int, int]]) -> None:
        """Add events (name, leaf, position) that are to be judged."""
        self._connection.executemany("INSERT OR IGNORE INTO judged VALUES (?, ?, ?, NULL, NULL, 1)", rows)

    def add_answer(self, about: bytes, *, name: bytes, place: Place, further: bool) -> bytes:
        """Add an answer and let its root be judged anew; `further` says that what it is about is an answer itself.

        Returns:
            The event at the root: of a withdrawal, what the withdrawn endorsement was about.
        """
        found = self._connection.execute("SELECT root FROM answer WHERE name = ?", (about,)).fetchone()
        root: bytes = found[0] if further and found else about
        self._connection.execute("INSERT OR IGNORE INTO answer VALUES (?, ?, ?, ?)", (root, *place, name))
        self._connection.execute("UPDATE judged SET stale = 1 WHERE name = ?", (root,))
        return root

    def add_filing(self, subject: bytes, name: bytes) -> None:
        """Add the filing of a subject; the first one stays."""
        self._connection.execute("INSERT OR IGNORE INTO filing VALUES (?, ?)", (subject, name))

    def add_uses(self, uses: Mapping[tuple[bytes, str], int]) -> None:
        """Count uses, by subject name and type, of subjects that were filed."""
        sql = (
            "INSERT INTO used SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM filing WHERE subject = ?1) "
            "ON CONFLICT DO UPDATE SET count = count + ?3"
        )
        self._connection.executemany(sql, [(*key, count) for key, count in uses.items()])

    def set_all_stale(self) -> None:
        """Let everything be judged anew: the registry has changed."""
        self._connection.execute("UPDATE judged SET stale = 1 WHERE stale = 0")

    def set_stale_at(self, time: int) -> None:
        """Let be judged anew what a term of has ended by a ledger time."""
        self._connection.execute("UPDATE judged SET stale = 1 WHERE recheck <= ?", (time,))

    def stale(self, limit: int) -> list[bytes]:
        """Return names of events that are to be judged."""
        return [
            name for (name,) in self._connection.execute("SELECT name FROM judged WHERE stale = 1 LIMIT ?", (limit,))
        ]

    def set_outcome(self, name: bytes, outcome: str, recheck: int | None) -> None:
        """Write what the policies make of an event, and from when that may be otherwise by itself."""
        sql = "UPDATE judged SET outcome = ?, recheck = ?, stale = 0 WHERE name = ?"
        self._connection.execute(sql, (outcome, recheck, name))

    def set_awaited(self, waiting: Waiting, awaited: Iterable[Awaited]) -> None:
        """Write whom an event awaits, in place of what was written before."""
        self._connection.execute("DELETE FROM awaited WHERE name = ?", (waiting.name,))
        common: tuple[Any, ...] = waiting[:6]
        rows = [(each.agency, *common, each.deadline, json.dumps(each.policies)) for each in awaited]
        self._connection.executemany("INSERT INTO awaited VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
