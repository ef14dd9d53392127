"""The one writer's connection: a block is one transaction, durable when `commit` returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any

import psycopg
from psycopg import Connection, Cursor, sql
from psycopg.errors import Diagnostic

from ledger.errors import ConflictError, StoppedError
from ledger.store.erasing import erase
from ledger.store.interface import Block, Deletion, Naming, StoredSeal
from ledger.store.postgres.confirming import MARK, SECONDS
from ledger.store.postgres.connection import require_synchronous
from ledger.store.postgres.fence import Fence
from ledger.store.postgres.ranges import LENGTH, add_range, end_of_ranges, ranges_of
from ledger.store.postgres.reader import Portable, PostgresReader
from ledger.store.postgres.rows import clear, prepare, write_rows
from ledger.store.postgres.severing import sever, within

_META = "INSERT INTO meta (name, value) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_SILENCE = 300.0  # seconds after which a server that answers no query is given up
_OLDER = (  # sessions and replicas whose snapshot may still need what a transaction took out
    "SELECT (SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    " AND age(backend_xmin) >= age(%(taken)s::xid))"
    " + (SELECT count(*) FROM pg_replication_slots WHERE age(xmin) >= age(%(taken)s::xid))"
)


class PostgresWriter:
    """Implements `ledger.store.interface.WriteStore`."""

    def __init__(self, connection: Connection[Any], fence: Fence | None, level: str) -> None:
        """Own the read-write connection, which holds the writer's lock.

        Args:
            connection: whose session waits for no replica by itself.
            fence: asked first in every transaction.
            level: of `synchronous_commit`, for every transaction.

        Raises:
            StoppedError: the database could not write.
        """
        self._connection = connection
        self._fence = fence
        self._begin = f"BEGIN; SET LOCAL synchronous_commit = {level}".encode()
        self._stopped: str | None = None
        self._told: str | None = None  # a warning of the server's, within a commit
        self._whole = False  # whether several writes are one transaction
        self._unscoured: set[int] | None = None  # events whose contents went; None for not known
        self._taken: str | None = None  # the transaction that took out last
        connection.add_notice_handler(self._hear)
        with self._stopping():
            prepare(connection)
            self._end = end_of_ranges(connection)

    def _all(self, statement: str, *values: Any) -> list[Any]:
        return self._connection.cursor(binary=True).execute(statement.encode(), values).fetchall()

    def require_synchronous(self) -> None:
        """Return if a commit waits until another server has it too, and what is there already has arrived there.

        A commit of whoever wrote before may have been cut off while it waited for a replica, and show nevertheless.

        Raises:
            SetupError: it does not wait.
            StoppedError: no replica answers.
        """
        require_synchronous(self._connection)
        with within(self._connection, SECONDS), self.transaction() as cursor:
            cursor.execute(MARK)

    def reader(self) -> PostgresReader:
        """Return a reader on the writer's own connection; where it fails, so has the writer."""
        return PostgresReader(self._connection, self._reading)

    def commit(self, block: Block, pause: AbstractContextManager[None]) -> None:
        """Write a block in one transaction; a crash before the end leaves nothing of it."""
        if block.seal:
            self._require_next(block, block.seal)
        with self.transaction(pause) as cursor:
            end = self._grown(block.events[-1][0]) if block.events else self._end
            write_rows(cursor, block)
        self._end = end

    def _grown(self, seq: int) -> int:
        """Return the end of ranges, once there is one for this event."""
        end = self._end
        while seq >= end:
            end = add_range(self._connection, end)
        return end

    def _require_next(self, block: Block, seal: StoredSeal) -> None:
        """Stop for good at a block that is not the next: somebody else has written, or the writer has lost count."""
        with self._stopping():
            ((size,),) = self._all("SELECT coalesce(max(leaf) + 1, 0) FROM seal")
        leaves = [row[0] for row in block.statements] + [seal.leaf]
        if leaves != list(range(size, size + len(leaves))) or (block.first, block.size) != (size, seal.leaf + 1):
            came, expected = f"leaf {leaves[0]} to {leaves[-1]}", f"leaf {size} and those after it"
            self._stopped = f"a block of {came}"
            raise StoppedError("store", came=came, expected=expected, todo="Run `suyuan fsck`.")

    def tidy(self) -> None:
        """Make the next range once half of the newest is used, so that no block waits for it."""
        with self._stopping():
            ((used,),) = self._all("SELECT coalesce(max(seq), 0) FROM event WHERE seq >= %s", self._end - LENGTH)
        if used + LENGTH // 2 >= self._end > 0:
            with self.transaction():
                end = add_range(self._connection, self._end)
            self._end = end

    def add_cosignatures(self, size: int, lines: Sequence[str], *, quorum: bool) -> None:
        """Add verified lines to a checkpoint; `quorum` says whether they reach it."""
        with self.transaction() as cursor:
            rows = [(size, line) for line in lines]
            cursor.executemany("INSERT INTO cosignature (size, line) VALUES (%s, %s) ON CONFLICT DO NOTHING", rows)
            if quorum:
                cursor.execute("UPDATE checkpoint SET quorum = 1 WHERE size = %s", (size,))

    def erase(self, deletions: Sequence[Deletion], time: int, names: Naming) -> None:
        """Take out what orders are about and write down that it was, in one transaction."""
        with self.transaction() as cursor:
            erase(Portable(self._connection), deletions, time, names)
            row = cursor.execute("SELECT pg_current_xact_id()::xid::text").fetchone()
        self._taken = row[0] if row else None
        self._unscoured = {each.seq for each in deletions} | (self._unscoured or set())

    def scour(self) -> bool:
        """Vacuum the ranges that something was taken out of; return whether no older snapshot was in the way.

        No query finds it afterwards. Its bytes stay in the pages until these are used again, and in archived
        write-ahead logs and backups: docs/erasure.md says what to do about them.
        """
        tables = [*ranges_of(sorted(self._unscoured)), "attachment"] if self._unscoured else None
        with self._stopping():
            for table in tables or ("event", "disclosure", "attachment"):
                self._connection.execute(sql.SQL("VACUUM {}").format(sql.Identifier(table)))
            done = not self._taken or self._all_without_binding(_OLDER, taken=self._taken) == [(0,)]
        if done:
            self._unscoured, self._taken = None, None
        return done

    def _all_without_binding(self, statement: str, **values: str) -> list[Any]:
        return self._connection.execute(statement.encode(), values).fetchall()

    def set_meta(self, name: str, value: str) -> None:
        """Write what the database says of itself."""
        with self.transaction() as cursor:
            cursor.execute(_META, (name, value))

    def sever(self) -> None:
        """Cut the connection, from any thread; a commit that waits is not answered any more."""
        sever(self._connection)

    def close(self) -> None:
        """Close the connection."""
        self._stopped = self._stopped or "closed"
        self._connection.close()

    @contextmanager
    def transaction(self, pause: AbstractContextManager[None] | None = None) -> Iterator[Cursor[Any]]:
        """Run one durable transaction, the fence first; a commit whose outcome is not known is not tried again."""
        if self._whole:
            yield self._next_part()
            return
        with self._stopping():
            self._connection.execute(self._begin)
            try:
                cursor = self._connection.cursor()
                if self._fence:
                    self._fence.hold(cursor)
                yield cursor
            except psycopg.IntegrityError as error:
                self._connection.execute("ROLLBACK")
                came = error.diag.message_primary or "recorded already"
                raise ConflictError("block", came=came, expected="events that are not recorded yet") from error
            except BaseException:
                with suppress(psycopg.Error):
                    self._connection.execute("ROLLBACK")
                raise
            with pause or nullcontext():
                self._told = None
                done = self._connection.execute("COMMIT").statusmessage
            if done != "COMMIT" or self._told:
                raise psycopg.OperationalError(f"the commit ended as {done}: {self._told}")

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Make one transaction of everything that is written within: a crash or a fault leaves nothing of it.

        Raises:
            StoppedError: the database could not write.
        """
        with self.transaction() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # what is written next is fetched first
            self._whole = True
            try:
                yield
            finally:
                self._whole = False

    def _next_part(self) -> Cursor[Any]:
        """Return what a part of one whole transaction is written with; a conflict in it ends all of it."""
        cursor = self._connection.cursor()
        with self._stopping():
            clear(cursor)
        return cursor

    def _hear(self, notice: Diagnostic) -> None:
        """Take a warning within a commit seriously: it may be on this server alone."""
        if notice.severity_nonlocalized == "WARNING":
            self._told = notice.message_primary

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._stopping(), within(self._connection, _SILENCE):
            yield

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """Stop for good at the first write that fails, and when the fence says so."""
        if self._stopped:
            raise StoppedError("store", came=self._stopped, expected="a restart after somebody has looked")
        try:
            yield
        except StoppedError as error:
            self._stopped = str(error)
            raise
        except psycopg.Error as error:
            self._stopped = str(error) or type(error).__name__
            raise StoppedError("store", came=self._stopped, expected="a database that can be written") from error
