"""The lease: one row that says who leads, until when, by the database's own clock.

Its term is the fencing number. Whoever takes over raises it; whoever writes asks, first in every transaction,
whether it is still its own, and holds the row until that is committed. So two can never write: a process that slept
through its lease finds another term, or its session ended, however late it wakes.

Terms wait for no replica by themselves: the first block of a term does, and takes the row along.

A crash leaves a lease that runs out. A leader whose session is gone is taken over from at once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, Cursor

from ledger.errors import BusyError, SetupError, StoppedError
from ledger.store.postgres.connection import END_WRITERS, WRITER_LOCK, connect
from ledger.store.postgres.severing import within

SECONDS = 3.0  # how long a leader leads without saying so again
_PATIENCE = 2_000  # milliseconds that a statement about the lease may take
_SILENCE = 3.0  # seconds after which a server that tells not even that is given up
_OVER = "(until < clock_timestamp() OR NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid = lease.pid))"
_OURS = "one = 1 AND term = %(term)s AND holder = %(holder)s"  # a failover may have lost a term, and give it out again
_LOOK = f"SELECT term, {_OVER} FROM lease WHERE one = 1"
_TAKE = (
    "UPDATE lease SET term = term + 1, holder = %(holder)s, url = %(url)s, pid = pg_backend_pid(),"
    " until = clock_timestamp() + make_interval(secs => %(seconds)s)"
    f" WHERE one = 1 AND term = %(term)s AND {_OVER}"
)
_HOLD = (
    "UPDATE lease SET until = clock_timestamp() + make_interval(secs => %(seconds)s), pid = pg_backend_pid()"
    f" WHERE {_OURS}"
)
_RENEW = (
    "UPDATE lease SET until = clock_timestamp() + make_interval(secs => %(seconds)s)"
    f" WHERE one IN (SELECT one FROM lease WHERE {_OURS} FOR UPDATE SKIP LOCKED)"
)
_STATE = (
    "SELECT term, holder, url, extract(epoch FROM until - clock_timestamp())::float8,"
    " (SELECT coalesce(max(leaf) + 1, 0) FROM seal) FROM lease WHERE one = 1"
)


@dataclass(frozen=True, slots=True)
class LeaseState:
    """Who leads, as the database says.

    Attributes:
        term: the fencing number; 0 where nobody has led yet.
        holder: the leader's name; empty where nobody leads.
        url: where it answers.
        left: seconds that its lease still runs; negative where it has run out.
        size: leaves that the primary has.
    """

    term: int
    holder: str
    url: str
    left: float
    size: int = 0


class Lease:
    """Implements `ledger.store.postgres.fence.Fence`. Any thread may use it."""

    def __init__(self, dsn: str, *, holder: str, url: str, seconds: float = SECONDS) -> None:
        """Ask for nothing yet.

        Args:
            dsn: of the primary.
            holder: this process's name; no other has the same.
            url: where other processes send what only the leader does.
            seconds: how long a lease runs; take-over takes about as long.
        """
        self._dsn = dsn
        self._holder = holder
        self._url = url
        self._seconds = seconds
        self._lock = threading.Lock()
        self._connection: Connection[Any] | None = None
        self.term = 0  # of our own lease; 0 where we never had one

    @property
    def _ours(self) -> dict[str, Any]:
        return {"seconds": self._seconds, "term": self.term, "holder": self._holder}

    def acquire(self) -> bool:
        """Return whether this process leads from now on: nobody does, or the lease has run out.

        The session of the writer that led before is ended first, so that nothing that it began holds the row.

        Raises:
            BusyError: the database does not answer.
        """
        with self._asking() as connection:
            row = connection.execute(_LOOK).fetchone()
            if row is None or not row[1]:
                return False
            connection.execute(END_WRITERS, (WRITER_LOCK,))
            taken = connection.execute(
                _TAKE, {"holder": self._holder, "url": self._url, "seconds": self._seconds, "term": row[0]}
            )
            if taken.rowcount == 1:
                self.term = row[0] + 1
            return taken.rowcount == 1

    def hold(self, cursor: Cursor[Any]) -> None:
        """Return if this process leads, and keep everybody else from leading until the transaction ends."""
        cursor.execute(_HOLD, self._ours)
        if cursor.rowcount != 1 or not self.term:
            row = cursor.execute("SELECT term, holder FROM lease WHERE one = 1").fetchone()
            came = f"term {row[0]} of {row[1]}" if row else "no lease"
            todo = "Another process leads; this one may follow it, or be started again."
            raise StoppedError("lease", came=came, expected=f"term {self.term} of {self._holder}", todo=todo)

    def renew(self) -> bool:
        """Make our lease run from now on; return whether it is still ours. It waits for no commit of our own.

        Raises:
            BusyError: the database does not answer.
        """
        with self._asking() as connection:
            if connection.execute(_RENEW, self._ours).rowcount == 1:
                return True
            row = connection.execute(f"SELECT 1 FROM lease WHERE {_OURS}".encode(), self._ours).fetchone()
            return row is not None  # our own commit holds the row, and renews it itself

    def release(self) -> None:
        """Let the lease run out now, so that another process leads at once; do nothing where it is not ours.

        Raises:
            BusyError: the database does not answer.
        """
        with self._asking() as connection:
            connection.execute(f"UPDATE lease SET until = to_timestamp(0) WHERE {_OURS}".encode(), self._ours)

    def state(self) -> LeaseState:
        """Return who leads.

        Raises:
            BusyError: the database does not answer.
        """
        with self._asking() as connection:
            row = connection.execute(_STATE).fetchone()
        return LeaseState(*row) if row else LeaseState(0, "", "", 0.0)

    def close(self) -> None:
        """Close the connection; the lease runs on until it runs out or is released."""
        with self._lock:
            if self._connection:
                self._connection.close()

    @contextmanager
    def _asking(self) -> Iterator[Connection[Any]]:
        with self._lock:
            try:
                if self._connection is None or self._connection.closed:
                    patience = str(_PATIENCE)
                    self._connection = connect(
                        self._dsn, statement_timeout=patience, lock_timeout=patience, synchronous_commit="local"
                    )
                with within(self._connection, _SILENCE):
                    yield self._connection
            except (psycopg.Error, SetupError) as error:
                if self._connection:
                    self._connection.close()
                todo = "Whoever leads stops writing once its lease has run out and another has taken it."
                came = type(error).__name__
                raise BusyError("lease", came=came, expected="a database that answers", todo=todo) from error
