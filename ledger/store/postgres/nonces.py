"""Nonces of signed requests: each key uses each once, whichever process it asks."""

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
_PURGE_AFTER = 1_000  # milliseconds between two purges
_TODO = "Try again; the operator finds the cause in the database server."


class PostgresNonces:
    """Implements `ledger.store.interface.Nonces` on one connection of its own. Any thread may use it."""

    def __init__(self, dsn: str) -> None:
        """Connect when it is first asked."""
        self._dsn = dsn
        self._lock = threading.Lock()
        self._purged = 0
        self._connection: Connection[Any] | None = None
        self._told: str | None = None

    def use(self, kid: bytes, nonce: str, *, until: int, now: int) -> bool:
        """Return whether a key uses this nonce for the first time; durable when it returns.

        Args:
            kid: 32 bytes.
            nonce: as it was signed.
            until: from when on nobody could use it anyway, milliseconds since 1970.
            now: milliseconds since 1970; what was kept until then is forgotten.

        Raises:
            BusyError: it could not be written; nothing is let in then.
        """
        with self._lock, self._writing() as connection:
            if now - self._purged >= _PURGE_AFTER:
                self._purged = now
                connection.execute("DELETE FROM request_nonce WHERE until < %s", (now,))
            sql = "INSERT INTO request_nonce (kid, nonce, until) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
            return connection.execute(sql, (kid, nonce, until)).rowcount == 1

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connection:
                self._connection.close()

    def _hear(self, notice: Diagnostic) -> None:
        """Take a warning seriously: a replica may not have the nonce, and after a failover it could be used again."""
        if notice.severity_nonlocalized == "WARNING":
            self._told = notice.message_primary or "a warning"

    @contextmanager
    def _writing(self) -> Iterator[Connection[Any]]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = connect(self._dsn, statement_timeout="5000")
                self._connection.add_notice_handler(self._hear)
                require_durable(self._connection)
            self._told = None
            with within(self._connection, _SILENCE):
                yield self._connection
            if self._told:
                raise psycopg.OperationalError(self._told)
        except (psycopg.Error, SetupError) as error:
            if self._connection:
                self._connection.close()
            came = type(error).__name__
            raise BusyError("nonces", came=came, expected="a database that can be written", todo=_TODO) from error
