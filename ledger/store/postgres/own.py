"""A connection beside the writer's, to the primary, for small rows that are no part of the ledger."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.errors import Diagnostic

from ledger.errors import BusyError, SetupError
from ledger.store.postgres.connection import connect, require_durable
from ledger.store.postgres.severing import within

_SILENCE = 6.0  # seconds after which a server that does not even tell of its own timeout is given up
_TODO = "Try again; the operator finds the cause in the database server."


class OwnConnection:
    """Opened when it is first asked, and again after a fault. Any thread may use it; one at a time does."""

    def __init__(self, dsn: str, field: str) -> None:
        """Connect to nothing yet.

        Args:
            dsn: of the primary.
            field: what is kept there, to be told.
        """
        self._dsn = dsn
        self._field = field
        self._lock = threading.Lock()
        self._connection: Connection[Any] | None = None
        self._told: str | None = None

    @contextmanager
    def asking(self) -> Iterator[Connection[Any]]:
        """Yield it, in autocommit; what is written is on a synchronous replica too, where there is one.

        Raises:
            BusyError: it could not be asked, or may have written on this server alone.
        """
        with self._lock:
            try:
                connection = self._opened()
                self._told = None
                with within(connection, _SILENCE):
                    yield connection
                if self._told:
                    raise psycopg.OperationalError(self._told)
            except (psycopg.Error, SetupError) as error:
                if self._connection:
                    self._connection.close()
                came = type(error).__name__
                raise BusyError(
                    self._field, came=came, expected="a database that can be written", todo=_TODO
                ) from error

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connection:
                self._connection.close()

    def _opened(self) -> Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._dsn, statement_timeout="5000")
            self._connection.add_notice_handler(self._hear)
            require_durable(self._connection)
        return self._connection

    def _hear(self, notice: Diagnostic) -> None:
        """Take a warning seriously: a replica may not have what was written, and a failover would take it back."""
        if notice.severity_nonlocalized == "WARNING":
            self._told = notice.message_primary or "a warning"
