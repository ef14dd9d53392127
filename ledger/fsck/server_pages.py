"""Pages and indexes of a database on a server, looked at by the server's own extension amcheck, where it is there.

Only locks are taken that readers take, so a ledger may go on writing meanwhile.
"""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg import Connection, sql

from ledger.fsck.damage import Damages
from ledger.fsck.rows import UnreadableError
from ledger.store.postgres.connection import connect

ABSENT: Final = "fsck.unchecked.pages"
FORBIDDEN: Final = "fsck.unchecked.amcheck"
_WHERE = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'amcheck'"
_MAY = (
    "SELECT bool_and(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc"
    " WHERE proname IN ('bt_index_check', 'verify_heapam') AND pronamespace = %s::regnamespace"
)
_OURS = (
    "SELECT c.oid::regclass::text FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam"
    " WHERE c.relnamespace IN ('public'::regnamespace, 'derived'::regnamespace) AND c.relpersistence = 'p'"
)
_TABLES: Final = f"{_OURS} AND c.relkind = 'r' ORDER BY 1"
_INDEXES: Final = f"{_OURS} AND c.relkind = 'i' AND a.amname = 'btree' ORDER BY 1"
_HEAP: Final = "SELECT blkno, msg FROM {}.verify_heapam(%s, on_error_stop => true, check_toast => true)"
_INDEX: Final = "SELECT {}.bt_index_check(%s, heapallindexed => true)"


def check_pages(address: str, damages: Damages) -> str | None:
    """Look at every table and index; return the key of why not, None where that was done.

    Raises:
        SetupError: the server lets nobody in.
        UnreadableError: it cannot be asked.
    """
    connection = connect(address, default_transaction_read_only="on", statement_timeout="0")
    try:
        where = connection.execute(_WHERE).fetchone()
        if where is None:
            return ABSENT
        if connection.execute(_MAY, where).fetchone() != (True,):
            return FORBIDDEN
        _check_each(connection, sql.Identifier(where[0]), damages)
    except psycopg.Error as error:
        raise UnreadableError(str(error)) from error
    finally:
        connection.close()
    return None


def _check_each(connection: Connection[Any], where: sql.Identifier, damages: Damages) -> None:
    heap, index = sql.SQL(_HEAP).format(where), sql.SQL(_INDEX).format(where)
    for (table,) in connection.execute(_TABLES).fetchall():
        for block, said in connection.execute(heap, (table,)).fetchall():
            damages.add("database", f"{table}, block={block}", came=said, expected="a page that is whole")
    for (name,) in connection.execute(_INDEXES).fetchall():
        try:
            connection.execute(index, (name,))
        except (psycopg.errors.IndexCorrupted, psycopg.errors.DataCorrupted) as error:
            came = error.diag.message_primary or type(error).__name__
            damages.add("database", name, came=came, expected="an index that finds what its table has (REINDEX)")
