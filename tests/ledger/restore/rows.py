"""Every row of a ledger's database, of either engine, to be compared."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import psycopg


def rows_of(database):
    """Every row of a database in a file, by table."""
    with closing(sqlite3.connect(database)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in tables}


def rows_on_server(dsn):
    """Every row of a database on a server, by table; who leads it is not looked at."""
    listed = "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
    places = " AND relnamespace IN ('public'::regnamespace, 'derived'::regnamespace)"
    with psycopg.connect(dsn) as connection:
        tables = [name for (name,) in connection.execute(listed + places)]
        return {
            name.split(".")[-1]: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in tables
            if name != "lease"
        }
