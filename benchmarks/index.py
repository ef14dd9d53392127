"""The subject index: 10,000 keys into a million, durable; proofs and their checking."""

from __future__ import annotations

import random
import time
from contextlib import nullcontext
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ledger.index.overlay import Overlay
from ledger.index.rebuild import build_heap
from ledger.index.state import KeyState
from ledger.index.touched import TouchedBuckets
from ledger.prove.index import IndexView, prove_index
from ledger.store.interface import Block
from ledger.store.sqlite.connection import create
from ledger.store.sqlite.store import SqliteStore
from verifier.ledgerformat.index import IndexProof, check_index, history_value


@dataclass(slots=True)
class Indexed:
    """An index of many keys in a store.

    Attributes:
        store: the store.
        overlay: the index in memory.
        values: value by key.
        next_id: the next free number of a key.
    """

    store: SqliteStore
    overlay: Overlay
    values: dict[bytes, bytes]
    next_id: int


def fill(folder: Path, count: int, seed: int = 5) -> Indexed:
    """Return a store with `count` keys of one entry each."""
    create(folder / "index.db")
    store = SqliteStore(folder / "index.db")
    rnd = random.Random(seed)
    keys = sorted(rnd.randbytes(32) for _ in range(count))
    values: dict[bytes, bytes] = {}
    for start in range(0, count, 100_000):
        block = Block(0, 0)
        for number, key in enumerate(keys[start : start + 100_000], start):
            state = _grown(KeyState.new(key), number)
            values[key] = history_value(1, state.frontier)
            block.new_keys.append((key, number, 1, state.frontier, state.leaf, None, None, None))
            block.histories.append((number, 0, number))
        store.writer().commit(block, nullcontext())
    return Indexed(store, Overlay(build_heap(store.writer().reader())), values, count)


def update(indexed: Indexed, count: int, *, seed: int | str = 7, known_part: float = 0.0) -> float:
    """Return the seconds that `count` keys take, a part of them known already: read, hashed, written, durable."""
    rnd = random.Random(seed)
    known = rnd.sample(sorted(indexed.values), int(count * known_part))
    keys = sorted([*known, *(rnd.randbytes(32) for _ in range(count - len(known)))])
    writer = indexed.store.writer()
    next_id, indexed.next_id = indexed.next_id, indexed.next_id + count
    begun = time.perf_counter()
    buckets = TouchedBuckets(writer.reader(), keys, indexed.overlay.heap)
    block = Block(0, 0)
    rows = {row[0]: row for row in writer.reader().rows_of(buckets.recorded())}
    for number, key in enumerate(keys, next_id):
        row = rows.get(key)
        state = KeyState(key, row[1], row[2], row[3], row[4], None) if row else KeyState.new(key)
        block.histories.append((row[1] if row else number, state.count, number))
        buckets.put(key, _grown(state, number).leaf)
        if row:
            block.changed_keys.append((state.count, state.frontier, state.leaf, None, None, None, key))
        else:
            block.new_keys.append((key, number, state.count, state.frontier, state.leaf, None, None, None))
    indexed.overlay.update(indexed.overlay.begin(1), buckets.summaries())
    writer.commit(block, nullcontext())
    passed = time.perf_counter() - begun
    indexed.overlay.forget(1)
    writer.tidy()
    return passed


def proofs(indexed: Indexed, count: int, seed: int = 9) -> list[tuple[bytes, bytes, IndexProof]]:
    """Return `count` proofs of presence: key, value, proof. Made before any update."""
    rnd = random.Random(seed)
    keys = rnd.sample(sorted(indexed.values), count)
    with indexed.store.read() as reader:
        view = IndexView(indexed.overlay, reader, 0)
        return [(key, indexed.values[key], prove_index(view, [key])) for key in keys]


def size_of(proof: IndexProof) -> int:
    """Return a proof's length in bytes, encoded."""
    return 1 + sum(3 + len(part) for part in (proof.turns, proof.nodes, proof.strangers))


def check(root: bytes, made: list[tuple[bytes, bytes, IndexProof]]) -> float:
    """Return how many proofs a second are checked."""
    begun = time.perf_counter()
    for key, value, proof in made:
        check_index(root, {key: value}, proof)
    return len(made) / (time.perf_counter() - begun)


def _grown(state: KeyState, number: int) -> KeyState:
    state.append(sha256(b"\x00\x06" + number.to_bytes(44, "big")).digest())
    state.seal()
    return state
