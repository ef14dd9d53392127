"""A plain PostgreSQL table whose every change a trigger writes into a second one: what many would build first."""

from __future__ import annotations

import time
from collections.abc import Sequence
from hashlib import sha256

import psycopg

TABLES = """
CREATE TABLE event (
    name bytea PRIMARY KEY,
    content bytea NOT NULL,
    recorded timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE event_audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    operation text NOT NULL,
    who text NOT NULL DEFAULT current_user,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    before jsonb,
    after jsonb
);
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO event_audit (operation, before, after)
    VALUES (
        TG_OP,
        CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
        CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END
    );
    RETURN NULL;
END $$;
CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION note_change();
"""
_INSERT = "INSERT INTO event (name, content) VALUES (%s, %s)"


def audited_table(dsn: str, batched: Sequence[bytes], sequential: Sequence[bytes], *, batch: int) -> dict[str, float]:
    """Return events a second: `batch` rows a transaction, then one; every commit is durable before it is answered."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = on")
        connection.execute(TABLES)
        many = _timed(connection, batched, batch)
        one = _timed(connection, sequential, 1)
        (events,) = connection.execute("SELECT count(*) FROM event_audit").fetchone() or (0,)
    return {"batched": many, "sequential": one, "events": events}


def _timed(connection: psycopg.Connection, events: Sequence[bytes], size: int) -> float:
    begun = time.perf_counter()
    for start in range(0, len(events), size):
        rows = [(sha256(each).digest(), each) for each in events[start : start + size]]
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(_INSERT, rows)
    return len(events) / (time.perf_counter() - begun)
