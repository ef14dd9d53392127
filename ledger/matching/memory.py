"""What a matching service remembers: how far it followed, which cases are due, what it said. Durable, of one ledger.

A crash leaves a batch that was kept and not answered; the next start sends the same bytes again, which the ledger
takes once. Deleting the file loses nothing but time: what was said is looked up in each case's proof before it is
said again.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from ledger.errors import SetupError

_VERSION = "2"
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE trade_case (order_ TEXT PRIMARY KEY, parcel TEXT, due INTEGER, tries INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX trade_case_due ON trade_case (due) WHERE due IS NOT NULL;
CREATE TABLE way (subject TEXT PRIMARY KEY, order_ TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE batch (id INTEGER PRIMARY KEY, submission BLOB NOT NULL) STRICT;
CREATE TABLE said (digest BLOB PRIMARY KEY, order_ TEXT NOT NULL, batch INTEGER, refused TEXT) STRICT, WITHOUT ROWID;
CREATE INDEX said_batch ON said (batch) WHERE batch IS NOT NULL;
"""


class Noticed(NamedTuple):
    """A document that was recorded: the order and parcel that it names, its leaf, and subjects that lead to an order.

    One that names no order is of the order that another document names with one of these subjects.
    """

    order: str | None
    parcel: str | None
    leaf: int
    subjects: tuple[str, ...] = ()


class Due(NamedTuple):
    """A case that has something new: judged once a proof covers this leaf; how often that did not come about."""

    order: str
    parcel: str | None
    leaf: int
    tries: int


class Keeping(NamedTuple):
    """What an event of a batch says, for never saying it twice: digest of its inputs, and its case."""

    digest: bytes
    order: str


class Memory:
    """A matching service's memory. One thread of one process uses it."""

    def __init__(self, path: Path, *, origin: str, issuer: str) -> None:
        """Open the file `path`, or make it.

        Raises:
            SetupError: it is of another ledger or issuer, or another process has it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # SQLite tells what is wrong with it
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # what a batch discloses is nobody else's
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=0)
        try:
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.execute("PRAGMA journal_mode=wal")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.execute("PRAGMA secure_delete=ON")  # batches hold disclosures: a row that goes is gone
            self._open(origin, issuer)
        except sqlite3.Error as error:
            self._connection.close()
            expected = "a file of this program that no other process has open"
            raise SetupError(str(path), came=str(error), expected=expected) from error
        told = dict(self._connection.execute("SELECT name, value FROM meta"))
        mine = {"version": _VERSION, "origin": origin, "issuer": issuer}
        if {name: told.get(name) for name in mine} != mine:
            self._connection.close()
            came = f"the memory of {told.get('issuer')} at {told.get('origin')}"
            raise SetupError(str(path), came=came, expected=f"that of {issuer} at {origin}, or a new file")

    def _open(self, origin: str, issuer: str) -> None:
        if self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return
        self._connection.executescript(f"BEGIN; {_TABLES}")
        rows = [("version", _VERSION), ("origin", origin), ("issuer", issuer), ("leaf", "0")]
        self._connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let others open the file."""
        self._connection.close()

    @property
    def leaf(self) -> int:
        """Return the first leaf that was not looked at."""
        return int(self._connection.execute("SELECT value FROM meta WHERE name = 'leaf'").fetchone()[0])

    def notice(self, noticed: Iterable[Noticed], leaf: int) -> None:
        """Keep which cases have something new, and that every leaf below `leaf` was looked at; both or none."""
        sql = (
            "INSERT INTO trade_case (order_, parcel, due) VALUES (?, ?, ?) ON CONFLICT (order_) DO UPDATE SET "
            "parcel = coalesce(excluded.parcel, parcel), due = max(coalesce(due, 0), excluded.due), tries = 0"
        )
        way = "INSERT INTO way VALUES (?, ?) ON CONFLICT (subject) DO UPDATE SET order_ = excluded.order_"
        with self._transaction():
            for each in noticed:
                orders = [each.order] if each.order else self._orders_of(each.subjects)
                if each.order:
                    self._connection.executemany(way, [(subject, each.order) for subject in each.subjects])
                self._connection.executemany(sql, [(order, each.parcel, each.leaf) for order in orders])
            self._connection.execute("UPDATE meta SET value = ? WHERE name = 'leaf'", (str(leaf),))

    def _orders_of(self, subjects: Sequence[str]) -> list[str]:
        """Return the orders of subjects, as far as a document named both: one that comes before it is read with it."""
        sql = "SELECT order_ FROM way WHERE subject = ?"
        return list(dict.fromkeys(row[0] for each in subjects for row in self._connection.execute(sql, (each,))))

    def due(self, most: int) -> list[Due]:
        """Return cases that have something new, the least tried and oldest first."""
        sql = "SELECT order_, parcel, due, tries FROM trade_case WHERE due IS NOT NULL ORDER BY tries, due LIMIT ?"
        return [Due(*row) for row in self._connection.execute(sql, (most,))]

    def settle(self, case: Due) -> None:
        """Let a case rest until something new comes of it."""
        sql = "UPDATE trade_case SET due = NULL WHERE order_ = ? AND due <= ?"
        self._connection.execute(sql, (case.order, case.leaf))

    def postpone(self, case: Due) -> None:
        """Let others go first."""
        self._connection.execute("UPDATE trade_case SET tries = tries + 1 WHERE order_ = ?", (case.order,))

    def knows(self, digest: bytes) -> bool:
        """Return whether this was said, is being said, or was refused."""
        return self._connection.execute("SELECT 1 FROM said WHERE digest = ?", (digest,)).fetchone() is not None

    def keep(self, submission: bytes, said: Sequence[Keeping]) -> int:
        """Keep a signed batch before it is sent; return its number."""
        with self._transaction():
            cursor = self._connection.execute("INSERT INTO batch (submission) VALUES (?)", (submission,))
            number = cursor.lastrowid or 0
            rows = [(each.digest, each.order, number) for each in said]
            self._connection.executemany("INSERT INTO said (digest, order_, batch) VALUES (?, ?, ?)", rows)
        return number

    def unanswered(self) -> list[tuple[int, bytes]]:
        """Return the batches that the ledger has not answered, oldest first."""
        return list(self._connection.execute("SELECT id, submission FROM batch ORDER BY id"))

    def answered(self, number: int, refused: str | None = None) -> None:
        """Keep that the ledger took a batch, or why not: what it refused is not said again for the same inputs."""
        with self._transaction():
            sql = "UPDATE said SET batch = NULL, refused = ? WHERE batch = ?"
            self._connection.execute(sql, (refused, number))
            self._connection.execute("DELETE FROM batch WHERE id = ?", (number,))

    def withdraw(self, number: int) -> None:
        """Forget a batch that the ledger refused as a whole: its cases are due again."""
        with self._transaction():
            sql = (
                "UPDATE trade_case SET due = coalesce(due, 0), tries = tries + 1 "
                "WHERE order_ IN (SELECT order_ FROM said WHERE batch = ?)"
            )
            self._connection.execute(sql, (number,))
            self._connection.execute("DELETE FROM said WHERE batch = ?", (number,))
            self._connection.execute("DELETE FROM batch WHERE id = ?", (number,))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
