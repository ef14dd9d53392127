"""Connections for readers: a bounded number, each a snapshot at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, LifoQueue
from threading import BoundedSemaphore
from typing import Any

import psycopg
from psycopg import Connection

from ledger.errors import BusyError, SetupError
from ledger.store.postgres.connection import connect
from ledger.store.postgres.severing import within

_BEGIN = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1"  # a snapshot begins with the first query
_SILENCE = 5.0  # seconds after which a server that begins or ends no snapshot is given up
_TODO = "Try again; the operator finds the cause in the database server and its limits."


class ReaderPool:
    """Hands out read-only snapshots; who finds none free waits, and then is told to come again."""

    def __init__(self, dsn: str, *, most: int, patience: float, statement: int) -> None:
        """Open nothing yet.

        Args:
            dsn: of the primary or of a replica.
            most: connections at one moment.
            patience: seconds to wait for one.
            statement: milliseconds that one query may take.
        """
        self._dsn = dsn
        self._patience = patience
        self._statement = statement
        self._free = BoundedSemaphore(most)
        self._idle: LifoQueue[Connection[Any]] = LifoQueue()
        self._closed = False

    @contextmanager
    def snapshot(self) -> Iterator[Connection[Any]]:
        """Yield a connection within one snapshot.

        Raises:
            BusyError: none became free, or the server does not answer.
        """
        if not self._free.acquire(timeout=self._patience):
            raise BusyError("database", came="as many readers as there may be", expected="fewer", todo=_TODO)
        connection: Connection[Any] | None = None
        try:
            connection = self._begun()
            yield connection
        except psycopg.Error as error:
            raise BusyError("database", came=type(error).__name__, expected="an answer", todo=_TODO) from error
        finally:
            self._give_back(connection)
            self._free.release()

    def _begun(self) -> Connection[Any]:
        """Return a connection within a snapshot; one that went while it was idle is replaced."""
        while True:
            try:
                idle = self._idle.get_nowait()
            except Empty:
                break
            try:
                with within(idle, _SILENCE):
                    idle.execute(_BEGIN)
            except psycopg.Error:
                idle.close()
                self._close_idle()  # they are of the same server
            else:
                return idle
        try:
            fresh = connect(
                self._dsn,
                statement_timeout=str(self._statement),
                default_transaction_read_only="on",
                idle_in_transaction_session_timeout=str(10 * self._statement),
            )
        except SetupError as error:
            raise BusyError("database", came=error.came, expected="a server that answers", todo=_TODO) from error
        try:
            with within(fresh, _SILENCE):
                fresh.execute(_BEGIN)
        except BaseException:
            fresh.close()
            raise
        return fresh

    def _give_back(self, connection: Connection[Any] | None) -> None:
        if connection is None:
            return
        with suppress(psycopg.Error):
            with within(connection, _SILENCE):
                connection.execute("ROLLBACK")
            if not self._closed:
                self._idle.put(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close what is idle; what is in use is closed when it is given back."""
        self._closed = True
        self._close_idle()

    def _close_idle(self) -> None:
        with suppress(Empty):
            while True:
                self._idle.get_nowait().close()
