"""Ranges: `event` and `disclosure` are divided by event number, so that old ranges can lie elsewhere.

A range is a table of its own, `event_r000003` and `disclosure_r000003`; queries do not know. It is made beside and
attached, since that waits for no reader. What moves to another tablespace is read as before.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection, sql

LENGTH = 5_000_000  # events of a range
_DIVIDED = ("event", "disclosure")


def end_of_ranges(connection: Connection[Any]) -> int:
    """Return the first event number for which there is no range yet."""
    row = connection.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'event'::regclass").fetchone()
    return int(row[0]) * LENGTH if row else 0


def add_range(connection: Connection[Any], end: int) -> int:
    """Add the range from event number `end` on, within the caller's transaction; return the new end."""
    for table in _DIVIDED:
        name = _name(table, end // LENGTH)
        connection.execute(
            sql.SQL("CREATE TABLE public.{} (LIKE public.{} INCLUDING ALL)").format(
                sql.Identifier(name), sql.Identifier(table)
            )
        )
        connection.execute(
            sql.SQL("ALTER TABLE public.{} ATTACH PARTITION public.{} FOR VALUES FROM ({}) TO ({})").format(
                sql.Identifier(table), sql.Identifier(name), sql.Literal(end), sql.Literal(end + LENGTH)
            )
        )
    return end + LENGTH


def ranges_of(seqs: list[int]) -> list[str]:
    """Return the tables that hold the rows of some events."""
    return [_name(table, number) for number in sorted({seq // LENGTH for seq in seqs}) for table in _DIVIDED]


def _name(table: str, number: int) -> str:
    return f"{table}_r{number:06}"
