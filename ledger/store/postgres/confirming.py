"""Whether a block that a snapshot shows is on a synchronous replica too, and so outlives a failover.

A server shows a transaction that waits for its replica no longer, whether the replica has it or not: where the session
is ended meanwhile, or the server starts again. So whoever is not told by its own commit commits something of its own
after it. Where that returns, everything before it in the write-ahead log has arrived as well.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, Final

import psycopg
from psycopg import Connection
from psycopg.errors import Diagnostic

from ledger.errors import BusyError, SetupError, StoppedError
from ledger.store.interface import StoredSeal
from ledger.store.postgres.connection import connect, require_durable
from ledger.store.postgres.severing import within

SECONDS: Final = 5.0  # that a replica may take
MARK: Final = "SELECT pg_logical_emit_message(true, 'suyuan', '')"  # goes to the log and nowhere else
_PAUSE = 0.005  # seconds; a replica shows a block before the primary does
_TODO = "Try again; what is not confirmed yet is not shown."


class Confirmer:
    """Asks the primary, on a connection of its own. Any thread may use it."""

    def __init__(self, dsn: str) -> None:
        """Connect when it is first asked.

        Args:
            dsn: of the primary.
        """
        self._dsn = dsn
        self._lock = threading.Lock()
        self._connection: Connection[Any] | None = None
        self._told: str | None = None

    def confirm(self, seal: StoredSeal) -> None:
        """Return if the primary has this seal, and no failover takes it or what stands before it back.

        Raises:
            BusyError: the primary does not answer, none of its replicas does, or it does not show this seal.
            StoppedError: it has another one, so whoever asks has read from a server that went its own way.
        """
        with self._lock, self._asking() as connection:
            self._told = None
            with connection.transaction():
                connection.execute(MARK)
            if self._told:
                raise psycopg.OperationalError(self._told)
            self._require_there(connection, seal)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connection:
                self._connection.close()

    def _require_there(self, connection: Connection[Any], seal: StoredSeal) -> None:
        end = monotonic() + 1
        while (row := connection.execute("SELECT entry FROM seal WHERE leaf = %s", (seal.leaf,)).fetchone()) is None:
            if monotonic() > end:
                came = f"a block that ends at leaf {seal.leaf}"
                raise BusyError("database", came=came, expected="one that the primary has too", todo=_TODO)
            sleep(_PAUSE)
        if row[0] != seal.entry:
            todo = "It read from a server that is no replica of the primary any more. Have it made one again."
            raise StoppedError("seal", came="another one", expected=f"the primary's at leaf {seal.leaf}", todo=todo)

    def _hear(self, notice: Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            self._told = notice.message_primary or "a warning"

    @contextmanager
    def _asking(self) -> Iterator[Connection[Any]]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = connect(self._dsn)
                self._connection.add_notice_handler(self._hear)
                require_durable(self._connection)
            with within(self._connection, SECONDS):
                yield self._connection
        except (psycopg.Error, SetupError) as error:
            if self._connection:
                self._connection.close()
            came, expected = type(error).__name__, "a primary whose replica follows"
            raise BusyError("database", came=came, expected=expected, todo=_TODO) from error
