"""Whole blocks at a time: a turn ends where a seal tells one history from another."""

from __future__ import annotations

from ledger.store.interface import Reader, StoredEvent
from verifier.primitives.merkle import leaf_hash


def events_of_blocks(reader: Reader, begin: int, *, about: int) -> tuple[int, list[StoredEvent]]:
    """Return the events of whole blocks from the leaf `begin` on, about so many, and the leaf behind these blocks."""
    rows: list[StoredEvent] = []
    covered = begin - 1
    for row in reader.events_from(begin, size := reader.counters().size):
        if row.leaf > covered:
            if len(rows) >= about:
                return covered + 1, rows
            seal = reader.seal_covering(row.leaf)
            covered = seal.leaf if seal else row.leaf
        rows.append(row)
    return size, rows


def seal_before(reader: Reader, size: int) -> str:
    """Return what tells a history from another: the leaf hash of the seal that ended at `size`, in hex."""
    seal = reader.seal(size - 1) if size else None
    return leaf_hash(seal.entry).hex() if seal else ""
