"""One parcel in a log of a million leaves: the statements are real, the leaves and keys around them made up.

The founding stays where it was; each later block stands at a place of its own, evenly over the log, as a
parcel's weeks do in a busy zone. Seals and checkpoint are signed anew by the ledger's own keys.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ledger.index.overlay import Overlay
from ledger.index.rebuild import build
from ledger.index.state import leaf_of_history
from ledger.prove.trace import Sources, prove_trace
from ledger.signing.ledger_keys import LedgerKeys
from ledger.signing.notes import sign_line
from ledger.store.interface import KeyRow, Reader, StoredEvent, StoredSeal, StoredStatement
from tests.world import World
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.index import HistoryEntry
from verifier.ledgerformat.seal import Seal, parse_seal
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.merkle import leaf_hash, node_hash
from verifier.primitives.note import Note, format_note, parse_note
from verifier.proof.traceproof import TraceProof


class Tree:
    """A whole tree in memory, for `subtree`."""

    def __init__(self, leaves: list[bytes]) -> None:
        """Hash every complete subtree."""
        self.size = len(leaves)
        self._levels = [leaves]
        while len(below := self._levels[-1]) > 1:
            self._levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])

    def subtree(self, height: int, index: int) -> bytes:
        """Return the root over leaves [index * 2**height, (index + 1) * 2**height)."""
        return self._levels[height][index]

    def root(self) -> bytes:
        """Return the root over all leaves. RFC 9162 §2.1.1."""
        found, end = b"", self.size
        for height in range(end.bit_length()):
            if end >> height & 1:
                part = self._levels[height][(end >> height) - 1]
                found = node_hash(part, found) if found else part
        return found


@dataclass(frozen=True, slots=True)
class Places:
    """Where the leaves of a small log stand in the large one.

    Attributes:
        settled: leaves of the founding, which stay.
        moved: new leaf by old leaf, for those after it.
        size: leaves of the large log.
    """

    settled: int
    moved: dict[int, int]
    size: int

    def new(self, leaf: int) -> int:
        """Return where a leaf stands now."""
        return self.moved.get(leaf, leaf)

    def old(self, leaf: int) -> int:
        """Return where a leaf stood."""
        return next((old for old, new in self.moved.items() if new == leaf), leaf)


def spread(reader: Reader, settled: int, small: int, size: int) -> Places:
    """Return places for a log of `small` leaves, its first `settled` as they are, in one of `size`."""
    blocks, leaf = [], settled
    while leaf < small:
        seal = reader.seal_covering(leaf)
        assert seal, leaf
        blocks.append(range(leaf, seal.leaf + 1))
        leaf = seal.leaf + 1
    step = (size - settled) // (len(blocks) + 1)
    moved = {
        old: settled + step * number + place
        for number, block in enumerate(blocks, 1)
        for place, old in enumerate(block)
    }
    return Places(settled, moved, size)


class SpreadReader:
    """What `prove_trace` reads of a store, with leaves at their new places and made-up keys among the real."""

    def __init__(self, real: Reader, places: Places, keys: LedgerKeys, made_up: int) -> None:
        """Sign the moved seals; draw the keys."""
        self._real = real
        self._places = places
        self._seals = {each.leaf: each for each in self._moved_seals(keys)}
        drawn = [sha256(b"made up" + number.to_bytes(8, "big")).digest() for number in range(made_up)]
        self._made_up = set(drawn)
        rows = [(key, self._leaf(key)) for key in [*(key for key, _ in real.key_leaves()), *drawn]]
        self._rows = sorted(rows)

    def _moved_seals(self, keys: LedgerKeys) -> Iterator[StoredSeal]:
        for old, new in self._places.moved.items():
            if stored := self._real.seal(old):
                said = parse_seal(stored.entry).seal
                first = self._places.new(said.first)
                moved = Seal(first, new, sha256(b"%d" % new).digest(), said.root, said.keys, said.time)
                yield StoredSeal(new, keys.sign_seal(moved).entry, first, said.time)

    def add_newest(self, seal: StoredSeal) -> None:
        """Take the seal that ends the log."""
        self._seals[seal.leaf] = seal

    def _leaf(self, key: bytes) -> bytes:
        events = self.history(key, self._places.size)
        return leaf_of_history(key, [HistoryEntry(event_name(each.head), each.leaf, each.position) for each in events])

    def key_leaves(self) -> list[tuple[bytes, bytes]]:
        """Return every key and leaf hash, sorted."""
        return self._rows

    def key_rows(self, low: bytes, high: bytes) -> list[KeyRow]:
        """Return the rows of a bucket."""
        end = bisect_left(self._rows, (high, b"")) if high else len(self._rows)
        rows = self._rows[bisect_left(self._rows, (low, b"")) : end]
        return [(key, 0, 1, b"", leaf, None, None, None) for key, leaf in rows]

    def history(self, key: bytes, size: int) -> list[StoredEvent]:
        """Return a key's events; of a made-up key, one made-up event."""
        if key in self._made_up:
            return [StoredEvent(0, self._places.settled + key[0], 0, b"\x00" + key, None)]
        events = [each._replace(leaf=self._places.new(each.leaf)) for each in self._real.history(key, 1 << 40)]
        return [each for each in events if each.leaf < size]

    def statement(self, leaf: int) -> StoredStatement | None:
        """Return the statement at a leaf."""
        found = self._real.statement(self._places.old(leaf))
        return found and found._replace(leaf=leaf)

    def batch(self, leaf: int) -> list[StoredEvent]:
        """Return the events of a statement."""
        return [each._replace(leaf=leaf) for each in self._real.batch(self._places.old(leaf))]

    def seal_covering(self, leaf: int) -> StoredSeal | None:
        """Return the seal of a leaf's block."""
        if leaf < self._places.settled:
            return self._real.seal_covering(leaf)
        return next((each for each in self._seals.values() if each.first <= leaf <= each.leaf), None)

    def entry_hashes(self) -> Iterator[tuple[int, bytes]]:
        """Yield place and leaf hash of every real entry."""
        moved = self._places.moved
        small = max([self._places.settled - 1, *moved]) + 1
        for old, entry in enumerate(self._real.entries(0, small)):
            new = self._places.new(old)
            yield new, leaf_hash(self._seals[new].entry if new in self._seals else entry)


def prove_in_big_log(world: World, subject: str, *, settled: int, size: int, keys: int) -> TraceProof:
    """Return the proof of a subject's trace in a log of `size` leaves and an index of about `keys` keys.

    Args:
        world: a founded zone whose log goes on with the parcel's story.
        subject: the item.
        settled: leaves of the founding, which stay where they are.
        size: leaves of the large log.
        keys: made-up keys.
    """
    small = world.ledger.head.edge.size
    with world.ledger.store.read() as real:
        reader = SpreadReader(real, spread(real, settled, small, size), world.keys, keys)
        overlay = Overlay(build(19, reader.key_leaves()))
        newest = _newest_seal(world, reader, overlay, size)
        reader.add_newest(newest)
        leaves = [sha256(b"\x00" + number.to_bytes(8, "big")).digest() for number in range(size)]
        for place, hashed in reader.entry_hashes():
            leaves[place] = hashed
        leaves[-1] = leaf_hash(newest.entry)
        tree: Any = Tree(leaves)
        note = _cosigned(world, Checkpoint(world.keys.origin, size, tree.root()), newest.time // 1000)
        sources = Sources(reader, tree, overlay, world.ledger.head.replay, world.keys.origin)  # type: ignore[arg-type]
        return prove_trace(subject, walk="public", size=size, note=note, sources=sources)


def _newest_seal(world: World, reader: SpreadReader, overlay: Overlay, size: int) -> StoredSeal:
    time = world.ledger.head.time + 1
    root = overlay.heap.read(1)[1]
    seal = Seal(size - 2, size - 1, sha256(b"before").digest(), root, len(reader.key_leaves()), time)
    return StoredSeal(seal.covered, world.keys.sign_seal(seal).entry, seal.first, time)


def _cosigned(world: World, checkpoint: Checkpoint, time: int) -> bytes:
    note = parse_note(world.keys.sign_checkpoint(checkpoint, time))
    lines: Sequence[Any] = [sign_line(each.key, each.signer, checkpoint, time) for each in world.witnesses]
    return format_note(Note(note.text, (*note.signatures, *lines)))
