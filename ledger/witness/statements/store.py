"""The statements that a witness has taken: a small SQLite database beside `witness.db`.

It signs nothing and guards nothing: whoever loses it loses what was not forwarded yet, and the notices.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import BusyError, OverloadError, SetupError, StoppedError

WAITING, LOGGED, REFUSED = "waiting", "logged", "refused"
_TABLES = """
CREATE TABLE IF NOT EXISTS statement (
    identity BLOB PRIMARY KEY, origin TEXT NOT NULL, entry BLOB NOT NULL, submission BLOB NOT NULL,
    first_seen INTEGER NOT NULL, last_tried INTEGER NOT NULL, open_intake REAL NOT NULL,
    state TEXT NOT NULL, answer TEXT NOT NULL, leaf INTEGER, notice BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS statement_waiting ON statement (origin, state, first_seen);
"""
_COLUMNS = "identity, origin, entry, submission, first_seen, last_tried, open_intake, state, answer, leaf, notice"
_ADD = f"INSERT OR IGNORE INTO statement ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)"  # noqa: S608 - names of ours
_SELECT = f"SELECT {_COLUMNS} FROM statement WHERE "  # noqa: S608 - the same
MAX_WAITING = 1_000  # statements
MAX_BYTES = 512 << 20  # of all that wait


@dataclass(frozen=True, slots=True)
class Taken:
    """A statement that was taken.

    Attributes:
        identity: of the statement, 32 bytes.
        origin: the ledger that it is meant for.
        entry: the statement's bytes.
        submission: what is forwarded; empty once it waits no longer.
        first_seen: POSIX seconds.
        last_tried: POSIX seconds; `first_seen` before the first time.
        open_intake: seconds of open intake that have passed since.
        state: WAITING, LOGGED or REFUSED.
        answer: what the ledger answered last, one word.
        leaf: where it was logged.
        notice: the notice that was published, signed; None where none was.
    """

    identity: bytes
    origin: str
    entry: bytes
    submission: bytes
    first_seen: int
    last_tried: int
    open_intake: float
    state: str = WAITING
    answer: str = "none"
    leaf: int | None = None
    notice: bytes | None = None


class StatementStore:
    """The database. Any thread may use it."""

    def __init__(self, path: Path) -> None:
        """Open or create it.

        Raises:
            SetupError: it cannot be opened.
        """
        self._mutex = threading.Lock()
        try:
            with suppress(OSError):  # SQLite tells what is wrong with it
                Path(path).touch(mode=0o600)  # bodies wait in it in clear
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection.executescript(f"PRAGMA journal_mode=wal; PRAGMA synchronous=FULL; {_TABLES}")
        except sqlite3.Error as error:
            raise SetupError(str(path), came=str(error), expected="a database of a witness") from error

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def add(self, taken: Taken) -> None:
        """Keep a statement, durably; one that is known stays as it is.

        Raises:
            OverloadError: too many wait already.
            StoppedError: the database cannot be written.
        """
        values = (
            taken.identity, taken.origin, taken.entry, taken.submission, taken.first_seen, taken.last_tried,
            taken.open_intake, taken.state, taken.answer, taken.leaf, taken.notice,
        )  # fmt: skip
        with self._transaction() as connection:
            sql = "SELECT count(*), coalesce(sum(length(submission)), 0) FROM statement WHERE state = ?"
            count, size = connection.execute(sql, (WAITING,)).fetchone()
            if count >= MAX_WAITING or size + len(taken.submission) > MAX_BYTES:
                came = f"{count} statements, {size} bytes"
                raise OverloadError(
                    "statements", came=came, expected=f"at most {MAX_WAITING} that wait", todo="Try again."
                )
            connection.execute(_ADD, values)

    def find(self, identity: bytes) -> Taken | None:
        """Return a statement by its identity."""
        found = self._select("identity = ?", identity)
        return found[0] if found else None

    def waiting(self, origin: str, most: int) -> list[Taken]:
        """Return those that wait, tried longest ago first."""
        return self._select("origin = ? AND state = ? ORDER BY last_tried, first_seen LIMIT ?", origin, WAITING, most)

    def noticed(self, origin: str) -> list[Taken]:
        """Return those about which a notice was published, newest first, at most a thousand."""
        return self._select("origin = ? AND notice IS NOT NULL ORDER BY first_seen DESC LIMIT 1000", origin)

    def pass_time(self, origin: str, seconds: float, *, now: int) -> None:
        """Let time of open intake pass for every statement that waits; never more than since it was first seen."""
        with self._transaction() as connection:
            sql = (
                "UPDATE statement SET open_intake = max(0, min(open_intake + ?, ? - first_seen))"
                " WHERE origin = ? AND state = ?"
            )
            connection.execute(sql, (seconds, now, origin, WAITING))

    def tried(self, taken: Taken, now: int, answer: str) -> None:
        """Note that a statement was handed to the ledger, and what came back."""
        with self._transaction() as connection:
            sql = "UPDATE statement SET last_tried = max(last_tried, ?), answer = ? WHERE identity = ?"
            connection.execute(sql, (now, answer, taken.identity))

    def settle(self, taken: Taken, state: str, *, answer: str, leaf: int | None = None) -> None:
        """Let a statement wait no longer; what was forwarded is dropped: it holds bodies."""
        with self._transaction() as connection:
            sql = "UPDATE statement SET state = ?, answer = ?, leaf = ?, submission = x'' WHERE identity = ?"
            connection.execute(sql, (state, answer, leaf, taken.identity))

    def publish(self, taken: Taken, notice: bytes) -> None:
        """Keep a notice, in place of an older one about the same statement."""
        with self._transaction() as connection:
            connection.execute("UPDATE statement SET notice = ? WHERE identity = ?", (notice, taken.identity))

    def _select(self, where: str, *values: object) -> list[Taken]:
        with self._mutex:
            rows = self._connection.execute(_SELECT + where, values).fetchall()
        return [Taken(*row) for row in rows]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._mutex:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                self._undo()
                raise StoppedError(
                    "statements.db", came=str(error), expected="a database that can be written"
                ) from error
            except BusyError:
                self._undo()
                raise

    def _undo(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def read_noticed(path: Path) -> list[Taken]:
    """Return the statements of every ledger about which a notice was published, also while the witness runs.

    Raises:
        SetupError: there is another file.
    """
    if not path.exists():
        return []
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute(_SELECT + "notice IS NOT NULL ORDER BY first_seen DESC LIMIT 1000").fetchall()
    except sqlite3.Error as error:
        raise SetupError(str(path), came=str(error), expected="a database of a witness") from error
    return [Taken(*row) for row in rows]
