"""The tables: what the migrations make is what the classes say, from nothing and from every earlier revision."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, MetaData, create_engine, inspect
from sqlalchemy import Table as AnyTable
from sqlalchemy.dialects.postgresql import dialect

from ledger.errors import SetupError
from ledger.store import schema
from ledger.store.postgres.connection import create as create_on_server
from ledger.store.postgres.store import PostgresStore
from ledger.store.sqlite.connection import create
from ledger.store.sqlite.store import SqliteStore
from ledger.store.tables import DERIVED, PRIMARY, Table
from ledger.store.tables.server import ServerTable
from tests.postgres import server

SEARCH = "-csearch_path=public,derived"
DIALECT = dialect()
REVISIONS = [each.revision for each in ScriptDirectory(str(schema._MIGRATIONS)).walk_revisions()][::-1]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


@contextmanager
def connected(path):
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            yield connection
            connection.commit()
    finally:
        engine.dispose()


def differences(path, metadata=Table.metadata):
    with connected(path) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return compare_metadata(context, metadata)


def dump(path):
    with closing(sqlite3.connect(path)) as connection:
        return sorted(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"), key=repr)


def test_migrations_make_exactly_the_tables_that_the_classes_say(path):
    create(path)
    assert differences(path) == []


def test_comparison_sees_a_column_too_many_a_table_too_few_and_another_type(path):
    create(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE seal ADD COLUMN colour TEXT")
        connection.execute("DROP TABLE meta")
    told = {each[0] for each in differences(path)}
    assert {"remove_column", "add_table"} <= told
    other = MetaData()
    AnyTable("cosignature", other, Column("size", Integer, primary_key=True), Column("line", Integer, primary_key=True))
    assert any("modify_type" in str(each) for each in differences(path, other))


def test_indexes_keys_and_tables_without_row_ids_are_those_of_the_classes(path, tmp_path):
    """What the comparison does not see: a database that the classes made themselves is the yardstick."""
    create(path)
    made = tmp_path / "made.db"
    with connected(made) as connection:
        Table.metadata.create_all(connection)

    def shape(database):
        with connected(database) as connection:
            found = inspect(connection)
            return {
                name: (
                    found.get_pk_constraint(name),
                    sorted(found.get_unique_constraints(name), key=str),
                    sorted(found.get_indexes(name), key=str),
                    [(each["name"], str(each["type"]), each["nullable"]) for each in found.get_columns(name)],
                )
                for name in found.get_table_names()
                if name != "alembic_version"
            }

    assert shape(path) == shape(made)
    assert _without_rowid(path) == _without_rowid(made) != set()


def _without_rowid(database):
    return {name for kind, name, _, sql in dump(database) if kind == "table" and "WITHOUT ROWID" in sql}


def test_revisions_follow_one_another_in_one_line():
    script = ScriptDirectory(str(schema._MIGRATIONS))
    assert script.get_heads() == [REVISIONS[-1]]
    assert script.get_bases() == [REVISIONS[0]]
    assert [script.get_revision(each).down_revision for each in REVISIONS] == [None, *REVISIONS[:-1]]


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_of_every_revision_comes_up_and_keeps_its_rows(path, revision):
    with connected(path) as connection:
        command.upgrade(schema._config(connection), revision)
        connection.exec_driver_sql("INSERT INTO meta (name, value) VALUES ('origin', 'here')")
    create(path)
    assert differences(path) == []
    store = SqliteStore(path)
    with store.read() as reader:
        assert reader.meta("origin") == "here"
    store.close()


def test_a_database_that_is_up_to_date_stays_as_it_is(path):
    create(path)
    before = dump(path)
    create(path)
    assert dump(path) == before


@pytest.mark.parametrize("present", [None, "0000", "9999"])
def test_a_database_of_another_revision_is_not_opened(path, present):
    create(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if present is None:
            connection.execute("DROP TABLE alembic_version")
        else:
            connection.execute("UPDATE alembic_version SET version_num = ?", (present,))
    with pytest.raises(SetupError, match=f"revision {present}") as refused:
        SqliteStore(path)
    assert refused.value.todo == ("Run `suyuan init`." if present is None else "Run `suyuan migrate`.")


def test_refused_database_can_be_opened_once_it_was_migrated(path):
    create(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(SetupError):
        SqliteStore(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (REVISIONS[-1],))
    SqliteStore(path).close()


def test_a_migration_that_fails_half_way_leaves_nothing_and_can_be_run_again(path, monkeypatch):
    """The last table of the first revision is where it fails."""
    create_table = Operations.create_table

    def fail_late(self, name, *columns, **how):
        if name == "meta":
            raise OSError(28, "No space left on device")
        return create_table(self, name, *columns, **how)

    with monkeypatch.context() as patched:
        patched.setattr(Operations, "create_table", fail_late)
        with pytest.raises(OSError, match="No space"):
            create(path)
    assert dump(path) == []
    create(path)
    assert differences(path) == []


@pytest.fixture
def dsn():
    made = server().database(empty=True)
    yield made
    server().drop(made)


@contextmanager
def on_server(dsn):
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn, options=SEARCH))
    try:
        with engine.connect() as connection:
            yield connection
            connection.commit()
    finally:
        engine.dispose()


def _spelt(kind):
    return kind.compile(dialect=DIALECT).partition(" COLLATE")[0]


def columns_of(connection):
    """Return type and emptiness of every column, and the primary keys, of a server's tables."""
    found = inspect(connection)
    return {
        name: (
            [(each["name"], _spelt(each["type"]), each["nullable"]) for each in found.get_columns(name, schema)],
            found.get_pk_constraint(name, schema)["constrained_columns"],
        )
        for schema in ("public", "derived")
        for name in found.get_table_names(schema)
        if name != "alembic_version" and "_r0" not in name
    }


def test_a_servers_tables_are_those_that_the_classes_say(dsn):
    create_on_server(dsn)
    with on_server(dsn) as connection:
        made = columns_of(connection)
    for table in (*Table.metadata.tables.values(), *ServerTable.metadata.tables.values()):
        columns, key = made.pop(table.name)
        assert [name for name, _, _ in columns] == [each.name for each in table.columns]
        for (_, kind, nullable), column in zip(columns, table.columns, strict=True):
            assert nullable == column.nullable
            assert kind == _spelt(column.type)
        assert key == [each.name for each in table.primary_key.columns]
    assert made == {}


def test_on_a_server_what_follows_from_heads_lies_apart(dsn):
    create_on_server(dsn)
    with on_server(dsn) as connection:
        derived = set(inspect(connection).get_table_names("derived"))
    assert derived == DERIVED | {"event_id"}
    assert derived & PRIMARY == set()


@pytest.mark.parametrize("revision", [None, *REVISIONS])
def test_a_servers_database_of_every_revision_comes_up_and_keeps_its_rows(dsn, revision):
    with on_server(dsn) as connection:
        if revision:
            command.upgrade(schema._config(connection), revision)
            connection.exec_driver_sql("INSERT INTO meta (name, value) VALUES ('origin', 'here')")
    create_on_server(dsn)
    create_on_server(dsn)
    store = PostgresStore(dsn, schema._MIGRATIONS)
    with store.read() as reader:
        assert reader.meta("origin") == ("here" if revision else None)
    store.close()
