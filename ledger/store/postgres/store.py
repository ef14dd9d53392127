"""The store on a server, whole: one writer that a fence can stop, readers as snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from psycopg import Connection
from psycopg.errors import LockNotAvailable

from ledger.errors import SetupError
from ledger.store.interface import StoredSeal
from ledger.store.postgres.confirming import Confirmer
from ledger.store.postgres.connection import END_WRITERS, WRITER_LOCK, answering, open_writer, place_of, require_tables
from ledger.store.postgres.fence import Fence
from ledger.store.postgres.nonces import PostgresNonces
from ledger.store.postgres.pool import ReaderPool
from ledger.store.postgres.queries import PostgresQueries
from ledger.store.postgres.reader import PostgresReader
from ledger.store.postgres.severing import within
from ledger.store.postgres.writer import PostgresWriter

READERS = 24  # connections at one moment
_PATIENCE = 5.0  # seconds that a reader waits for one
_STATEMENT = 60_000  # milliseconds that a reader's query may take
_SILENCE = 65.0  # seconds after which a server that does not even end it is given up
_ENDING = "1000"  # milliseconds in which a session whose process was killed ends by itself
_IDLE = 3_000  # milliseconds that a writer may stand still within a transaction


class PostgresStore:
    """Implements `ledger.store.interface.Store`."""

    def __init__(
        self,
        dsn: str,
        folder: Path,
        *,
        writable: bool = True,
        fence: Fence | None = None,
        confirmer: Confirmer | None = None,
        replica: str | None = None,
    ) -> None:
        """Open a database that `suyuan init` made.

        Args:
            dsn: of the primary, a connection string of libpq, without a password.
            folder: where files that are derived from this database lie, on this machine.
            writable: whether this process is the one writer.
            fence: what every transaction of the writer asks first; without one, nobody can take over from it.
            confirmer: asks whether a replica has what is read; without one, all that is read is taken for durable.
            replica: where snapshots are read, until `read_own`; None for the primary.

        Raises:
            SetupError: no database, of other tables or settings, or another process writes to it.
            StoppedError: the fence does not let this process write.
            BusyError: the server went away meanwhile.
        """
        self._dsn = dsn
        self._folder = folder
        self._confirmer = confirmer
        self._opening = Lock()
        self._nonces: PostgresNonces | None = None
        self._queries: PostgresQueries | None = None
        with answering(dsn):
            self._writer = _open(dsn, fence) if writable else None
            if not writable:
                require_tables(dsn)
        self._readers = _pool(replica or dsn)
        self._own = _pool(dsn) if replica else self._readers

    @contextmanager
    def read(self) -> Iterator[PostgresReader]:
        """Yield one snapshot; its connection is reused afterwards.

        Raises:
            BusyError: no connection is free, or the server does not answer.
        """
        with self._readers.snapshot() as connection:
            yield PostgresReader(connection, partial(within, connection, _SILENCE))

    def read_own(self) -> None:
        """Read from the primary from now on: whoever writes has to see what it wrote, whatever a replica has."""
        before, self._readers = self._readers, self._own
        if before is not self._own:
            before.close()

    def require_synchronous(self) -> None:
        """Return if a commit of the writer waits until another server has it too.

        Raises:
            SetupError: it does not.
            BusyError: the server went away.
        """
        with answering(self._dsn):
            self.writer().require_synchronous()

    def confirm(self, seal: StoredSeal) -> None:
        """Return if a block that a snapshot showed is on a synchronous replica too, where replicas are required.

        Raises:
            BusyError: nobody can say so now.
            StoppedError: the primary has another block there.
        """
        if self._confirmer:
            self._confirmer.confirm(seal)

    def writer(self) -> PostgresWriter:
        """Return the writer's side."""
        if self._writer is None:
            raise SetupError(place_of(self._dsn), came="opened for reading", expected="opened for writing")
        return self._writer

    def beside(self, name: str) -> Path:
        """Return where a file that is derived from this database lies."""
        return self._folder / name

    def nonces(self) -> PostgresNonces:
        """Return the nonces of signed requests."""
        with self._opening:
            if self._nonces is None:
                self._nonces = PostgresNonces(self._dsn)
            return self._nonces

    def queries(self) -> PostgresQueries:
        """Return participants' named queries, in a table of all processes."""
        with self._opening:
            if self._queries is None:
                self._queries = PostgresQueries(self._dsn)
            return self._queries

    def backup(self, path: str) -> None:
        """Refuse: a server is backed up by its own means, together with what it needs to be brought forward.

        Raises:
            SetupError: always.
        """
        del path
        todo = "Use pg_basebackup or pgbackrest, and archive the write-ahead log: docs/operations.md."
        raise SetupError("backup", came="a database on a server", expected="a file", todo=todo)

    def close(self) -> None:
        """Close every connection."""
        self._readers.close()
        self._own.close()
        if self._writer:
            self._writer.close()
        if self._nonces:
            self._nonces.close()
        if self._queries:
            self._queries.close()
        if self._confirmer:
            self._confirmer.close()

    def sever(self) -> None:
        """Cut the writer's connection, whatever it waits for: nothing that it asks for later is done."""
        if self._writer:
            self._writer.sever()


def _pool(dsn: str) -> ReaderPool:
    return ReaderPool(dsn, most=READERS, patience=_PATIENCE, statement=_STATEMENT)


def _open(dsn: str, fence: Fence | None) -> PostgresWriter:
    connection, level = open_writer(dsn, idle=_IDLE)
    try:
        with within(connection, _SILENCE):
            _lock(connection, dsn, fence)
            return PostgresWriter(connection, fence, level)
    except BaseException:
        connection.close()
        raise


def _lock(connection: Connection[Any], dsn: str, fence: Fence | None) -> None:
    """Take the lock of the one writer; it goes with the session. Whoever leads ends the session that led before.

    Raises:
        SetupError: another process writes to this database.
        StoppedError: the fence does not let this process write.
    """
    try:
        with connection.transaction():
            connection.execute("SET LOCAL synchronous_commit = local")  # whether a replica follows is asked later
            if fence:
                fence.hold(connection.cursor())
                connection.execute(END_WRITERS, (WRITER_LOCK,))
            connection.execute("SELECT set_config('lock_timeout', %s, true)", (_ENDING,))
            connection.execute("SELECT pg_advisory_lock(%s)", (WRITER_LOCK,))
    except LockNotAvailable:
        came = "another process that writes to it"
        raise SetupError(place_of(dsn), came=came, expected="one writer") from None
