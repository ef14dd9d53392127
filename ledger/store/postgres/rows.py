"""Writing a block's rows. Many: COPY, and through temporary tables what changes rows that are there.

Few, as while nobody else submits: one statement each, all sent before the first is answered, since a COPY waits for
the server twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from psycopg import Connection, Cursor

from ledger.store.interface import Block

_COPIED = {
    "participants": ("participant (id, uri)", ("int8", "varchar")),
    "statements": (
        "statement (leaf, entry, identity, kid, first, count, seq)",
        ("int8", "bytea", "bytea", "bytea", "int8", "int8", "int8"),
    ),
    "events": (
        "event (seq, leaf, position, id, issuer, head, body)",
        ("int8", "int8", "int8", "bytea", "int8", "bytea", "bytea"),
    ),
    "registry": ("registry_event (seq)", ("int8",)),
    "disclosures": ("disclosure (seq, pointer, text)", ("int8", "varchar", "varchar")),
    "new_keys": (
        "history_key (key, id, count, frontier, leaf, owner, guarded, custodian)",
        ("bytea", "int8", "int8", "bytea", "bytea", "int8", "int8", "int8"),
    ),
    "histories": ("history (key_id, n, seq)", ("int8", "int8", "int8")),
}
_TEMPORARY = (
    "CREATE TEMP TABLE changed_key (count int8, frontier bytea, leaf bytea, owner int8, guarded int8, custodian int8,"
    " key bytea) ON COMMIT DELETE ROWS; "
    "CREATE TEMP TABLE changed_counter (name bytea, amount int8) ON COMMIT DELETE ROWS"
)
_CHANGE_KEYS = (
    "UPDATE history_key k SET count = c.count, frontier = c.frontier, leaf = c.leaf, owner = c.owner,"
    " guarded = c.guarded, custodian = c.custodian FROM changed_key c WHERE k.key = c.key"
)
_CHANGE_COUNTERS = (
    "INSERT INTO counter (name, amount) SELECT name, amount FROM changed_counter"
    " ON CONFLICT (name) DO UPDATE SET amount = excluded.amount"
)


_CHANGE_KEY = (
    "UPDATE history_key SET count = %s, frontier = %s, leaf = %s, owner = %s, guarded = %s, custodian = %s"
    " WHERE key = %s"
)
_CHANGE_COUNTER = (
    "INSERT INTO counter (name, amount) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET amount = excluded.amount"
)
_CHANGED = ("int8", "bytea", "bytea", "int8", "int8", "int8", "bytea")
FEW = 60  # rows of a block that are sent one by one
DERIVED = {  # tables that follow from heads: what COPY is told of each
    "participant": _COPIED["participants"],
    "registry_event": _COPIED["registry"],
    "event_lookup": ("event_lookup (lookup, seq)", ("int8", "int8")),
    "history_key": _COPIED["new_keys"],
    "history": _COPIED["histories"],
    "counter": ("counter (name, amount)", ("bytea", "int8")),
}


def prepare(connection: Connection[Any]) -> None:
    """Make the temporary tables of a writer's session; no replica needs to have them."""
    with connection.transaction():
        connection.execute("SET LOCAL synchronous_commit = local")
        connection.execute(_TEMPORARY)


def clear(cursor: Cursor[Any]) -> None:
    """Empty the temporary tables, as a commit does: for a block whose transaction goes on after it."""
    cursor.execute("DELETE FROM changed_key; DELETE FROM changed_counter")


def write_rows(cursor: Cursor[Any], block: Block) -> None:
    """Write what a block brings, within the caller's transaction."""
    if sum(len(getattr(block, name)) for name in (*_COPIED, "changed_keys", "counters")) <= FEW:
        with cursor.connection.pipeline():
            _insert(cursor, block)
    else:
        _copy(cursor, block)


def _tables(block: Block) -> Iterator[tuple[str, Sequence[str], Sequence[Sequence[Any]]]]:
    """Yield what a block only adds: table with columns, their types, rows."""
    for name, (target, types) in _COPIED.items():
        yield target, types, getattr(block, name)
    yield "event_id (id, issuer)", ("bytea", "int8"), [(each[3], each[4]) for each in block.events]
    yield "event_lookup (lookup, seq)", ("int8", "int8"), sorted(block.lookups)


def _copy(cursor: Cursor[Any], block: Block) -> None:
    for target, types, rows in _tables(block):
        copy(cursor, target, types, rows)
    if block.changed_keys:
        copy(cursor, "changed_key", _CHANGED, block.changed_keys)
        cursor.execute(_CHANGE_KEYS)
    if block.counters:
        copy(cursor, "changed_counter", ("bytea", "int8"), block.counters)
        cursor.execute(_CHANGE_COUNTERS)
    _finish(cursor, block)


def _insert(cursor: Cursor[Any], block: Block) -> None:
    """Send one statement a row, none prepared: after a conflict psycopg would know statements the server does not."""
    for target, types, rows in _tables(block):
        sql = f"INSERT INTO {target} VALUES ({', '.join(['%s'] * len(types))})".encode()
        for row in rows:
            cursor.execute(sql, row, prepare=False)
    for row in block.changed_keys:
        cursor.execute(_CHANGE_KEY, row, prepare=False)
    for row in block.counters:
        cursor.execute(_CHANGE_COUNTER, row, prepare=False)
    _finish(cursor, block)


def _finish(cursor: Cursor[Any], block: Block) -> None:
    for row in block.attachments:
        cursor.execute(
            "INSERT INTO attachment (sha256, content) VALUES (%s, %s) ON CONFLICT DO NOTHING", row, prepare=False
        )
    if block.seal:
        cursor.execute("INSERT INTO seal (leaf, entry, first, time) VALUES (%s, %s, %s, %s)", block.seal, prepare=False)
    if block.checkpoint:
        columns = "(size, note, receipt_header, receipt_signature, quorum)"
        values = (*block.checkpoint[:4], int(block.checkpoint.quorum))
        cursor.execute(f"INSERT INTO checkpoint {columns} VALUES (%s, %s, %s, %s, %s)", values, prepare=False)


def copy(cursor: Cursor[Any], target: str, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows into a table with COPY in its binary form: the fastest that PostgreSQL has."""
    if not rows:
        return
    with cursor.copy(f"COPY {target} FROM STDIN (FORMAT BINARY)".encode()) as copying:
        copying.set_types(types)
        for row in rows:
            copying.write_row(row)
