"""Writing a block's rows in bulk: COPY, and through temporary tables what changes rows that are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


DERIVED = {  # tables that follow from heads: what COPY is told of each
    "participant": _COPIED["participants"],
    "registry_event": _COPIED["registry"],
    "event_lookup": ("event_lookup (lookup, seq)", ("int8", "int8")),
    "history_key": _COPIED["new_keys"],
    "history": _COPIED["histories"],
    "counter": ("counter (name, amount)", ("bytea", "int8")),
}


def prepare(connection: Connection[Any]) -> None:
    """Make the temporary tables of a writer's session."""
    connection.execute(_TEMPORARY)


def write_rows(cursor: Cursor[Any], block: Block) -> None:
    """Write what a block brings, within the caller's transaction."""
    for name, (target, types) in _COPIED.items():
        copy(cursor, target, types, getattr(block, name))
    copy(cursor, "event_id (id, issuer)", ("bytea", "int8"), [(each[3], each[4]) for each in block.events])
    copy(cursor, "event_lookup (lookup, seq)", ("int8", "int8"), sorted(block.lookups))
    if block.attachments:
        cursor.executemany(
            "INSERT INTO attachment (sha256, content) VALUES (%s, %s) ON CONFLICT DO NOTHING", block.attachments
        )
    if block.changed_keys:
        numbers = ("int8", "bytea", "bytea", "int8", "int8", "int8", "bytea")
        copy(cursor, "changed_key", numbers, block.changed_keys)
        cursor.execute(_CHANGE_KEYS)
    if block.counters:
        copy(cursor, "changed_counter", ("bytea", "int8"), block.counters)
        cursor.execute(_CHANGE_COUNTERS)
    if block.seal:
        cursor.execute("INSERT INTO seal (leaf, entry, first, time) VALUES (%s, %s, %s, %s)", block.seal)
    if block.checkpoint:
        columns = "(size, note, receipt_header, receipt_signature, quorum)"
        row = (*block.checkpoint[:4], int(block.checkpoint.quorum))
        cursor.execute(f"INSERT INTO checkpoint {columns} VALUES (%s, %s, %s, %s, %s)", row)


def copy(cursor: Cursor[Any], target: str, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows into a table with COPY in its binary form: the fastest that PostgreSQL has."""
    if not rows:
        return
    with cursor.copy(f"COPY {target} FROM STDIN (FORMAT BINARY)".encode()) as copying:
        copying.set_types(types)
        for row in rows:
            copying.write_row(row)
