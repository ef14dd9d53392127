"""Connections, and the settings without which acknowledged events can be lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from ledger.errors import BusyError, SetupError
from ledger.store.postgres.hosts import last_first, remember
from ledger.store.postgres.severing import within
from ledger.store.schema import migrate, require_newest

OLDEST = 150_000  # PostgreSQL 15.0
WRITER_LOCK: Final = 0x7375_7975_616E  # "suyuan": the advisory lock of the one writer of a database
END_WRITERS = (
    "SELECT pg_terminate_backend(pid, 1000) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND (classid::bigint << 32 | objid::bigint) = %s AND pid <> pg_backend_pid()"
)
_DEFAULTS = {
    "connect_timeout": "5",  # seconds
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",  # milliseconds
    "application_name": "suyuan",
    "client_encoding": "UTF8",
}
_FIRST_ANSWER = 5.0  # seconds
_PATH = "public, derived"
_REQUIRED = {"fsync": "on", "full_page_writes": "on", "server_encoding": "UTF8", "client_encoding": "UTF8"}
_DURABLE = ("on", "remote_apply")


def complete(dsn: str) -> str:
    """Return a connection string with this project's timeouts, where it names no others.

    Raises:
        SetupError: none that libpq understands, or one that holds a password.
    """
    try:
        given = conninfo_to_dict(dsn)
    except psycopg.Error:
        came, todo = "something else", "Escape what is special in it, as a URI asks for."
        raise SetupError("database", came=came, expected="postgresql://USER@HOST/NAME", todo=todo) from None
    if given.get("password"):
        todo = "Give it as PGPASSWORD, in a password file (~/.pgpass), or name a service of pg_service.conf."
        raise SetupError("database", came="an address with a password", expected="one without", todo=todo)
    return make_conninfo("", **{**_DEFAULTS, **{name: value for name, value in given.items() if value is not None}})


def place_of(dsn: str) -> str:
    """Return the host and the name of a database, to be told."""
    given = conninfo_to_dict(dsn)
    host = given.get("host") or given.get("service") or "local"
    return f"{host}/{given.get('dbname') or ''}"


def connect(dsn: str, **settings: str) -> psycopg.Connection[Any]:
    """Return a connection in autocommit, with settings of the session.

    Raises:
        SetupError: no server, no database, or one that is older than PostgreSQL 15.
    """
    conninfo = complete(dsn)
    try:
        connection: psycopg.Connection[Any] = psycopg.connect(last_first(conninfo), autocommit=True)
    except psycopg.Error as error:
        came = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SetupError(place_of(dsn), came=came, expected="a PostgreSQL server that lets us in") from error
    try:
        _require_version(connection, dsn)
        assigned = {"search_path": _PATH, **settings}
        with within(connection, _FIRST_ANSWER):
            connection.execute(
                "SELECT " + ", ".join(["set_config(%s, %s, false)"] * len(assigned)),
                [each for pair in assigned.items() for each in pair],
            )
        remember(conninfo, connection)
    except psycopg.Error as error:
        connection.close()
        raise SetupError(place_of(dsn), came=str(error), expected="a server that takes our settings") from error
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def answering(dsn: str) -> Iterator[None]:
    """Tell what a server does that goes away, or does not answer in time, in words of ours.

    Raises:
        BusyError: it did.
    """
    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        came, todo = type(error).__name__, "Try again; the operator finds the cause in the database server."
        raise BusyError(place_of(dsn), came=came, expected="a server that answers", todo=todo) from error


def _require_version(connection: psycopg.Connection[Any], dsn: str) -> None:
    version = connection.info.server_version
    if version < OLDEST:
        raise SetupError(place_of(dsn), came=f"version {version // 10_000}", expected="PostgreSQL 15 or newer")


def open_writer(dsn: str, *, idle: int) -> tuple[psycopg.Connection[Any], str]:
    """Return the one read-write connection, with its settings read back, and what its transactions commit with.

    That is set within each: what a session does at its end, as dropping its temporary tables, must not wait for a
    replica. A node that is cut off from its replicas could not be stopped else, nor follow whoever leads since.

    With `synchronous_commit` off a crash takes back commits that were acknowledged; with `fsync` or
    `full_page_writes` off, a power loss does, or worse.

    Args:
        dsn: of the primary.
        idle: milliseconds after which the server ends a session that stands still within a transaction: what a
            paused process holds is let go of.

    Raises:
        SetupError: a setting did not take, a server that recovers, or tables of another version.
    """
    require_tables(dsn)
    writer = connect(
        dsn,
        idle_in_transaction_session_timeout=str(idle),
        statement_timeout="0",  # a commit that is cut off while it waits for a replica would look like one that is safe
        enable_seqscan="off",  # tables grow within a transaction, before anybody has counted them
        enable_hashjoin="off",
        enable_mergejoin="off",
    )
    try:
        require_durable(writer)
        level = show(writer, "synchronous_commit")
        writer.execute("SET synchronous_commit = local")
    except BaseException:
        writer.close()
        raise
    return writer, level


def require_durable(connection: psycopg.Connection[Any]) -> None:
    """Return if what this connection commits stays.

    Raises:
        SetupError: a setting of the server's, or a server that only reads.
    """
    for name, expected in _REQUIRED.items():
        present = show(connection, name)
        if present != expected:
            raise SetupError(f"PostgreSQL {name}", came=present, expected=expected)
    if show(connection, "synchronous_commit") not in _DURABLE:
        connection.execute("SET synchronous_commit = on")
    if (present := show(connection, "synchronous_commit")) not in _DURABLE:
        raise SetupError("PostgreSQL synchronous_commit", came=present, expected=" or ".join(_DURABLE))
    if show(connection, "transaction_read_only") != "off":
        raise SetupError("PostgreSQL", came="a server that only reads", expected="the primary")


def show(connection: psycopg.Connection[Any], name: str) -> str:
    """Return a setting as it is in force."""
    row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    return str(row[0]) if row else ""


def require_synchronous(connection: psycopg.Connection[Any]) -> None:
    """Return if there is a replica that a durable commit waits for.

    Raises:
        SetupError: our role does not see replicas, or none is named or synchronous.
    """
    todo = "Name a replica in synchronous_standby_names, or allow a ledger on one server (SUYUAN_ALLOW_ASYNC)."
    row = connection.execute("SELECT pg_has_role('pg_read_all_stats', 'USAGE')").fetchone()
    if not row or not row[0]:
        cure = "As a superuser: GRANT pg_read_all_stats TO the ledger's role."
        came = "a role that does not see replicas"
        raise SetupError("pg_stat_replication", came=came, expected="a member of pg_read_all_stats", todo=cure)
    if not show(connection, "synchronous_standby_names"):
        raise SetupError("synchronous_standby_names", came="none", expected="a replica", todo=todo)
    sql = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum') AND state = 'streaming'"
    row = connection.execute(sql).fetchone()
    if not row or not row[0]:
        raise SetupError("pg_stat_replication", came="no synchronous replica", expected="one that follows", todo=todo)


def require_tables(dsn: str) -> None:
    """Return if the database has the tables of this version.

    Raises:
        SetupError: it has others, or is not there.
    """
    with _alembic(dsn) as connection:
        require_newest(connection)


def create(dsn: str) -> None:
    """Create or upgrade the database's tables, in one transaction: a crash leaves what was there before.

    Raises:
        SetupError: no database, or one in which we may not create tables.
    """
    try:
        with _alembic(dsn) as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK + 1})
            migrate(connection)
            connection.commit()
    except DBAPIError as error:
        came = str(error.orig).splitlines()[0]
        raise SetupError(place_of(dsn), came=came, expected="a database in which tables can be made") from error


def _alembic(dsn: str) -> Connection:
    """Return SQLAlchemy's view of a connection; closing it closes that."""
    opened = connect(dsn)
    opened.autocommit = False
    engine = create_engine("postgresql+psycopg://", creator=lambda: opened, poolclass=NullPool)
    return engine.connect()
