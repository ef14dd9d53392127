"""The subject index of a replay: histories in the database, the tree above them in memory, block by block."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from hashlib import sha256

from ledger.index import frontier as mini
from ledger.index.bucket import bucket_of, bucket_range, subtree
from ledger.index.heap import LEAF, Heap, Summary
from ledger.index.rebuild import LEVELS, build
from ledger.witness.replay.rows import HistoryRow, ReplayRows
from verifier.judgement.authority import TraceState

_trace = lru_cache(maxsize=4096)(TraceState)  # many subjects, few owners


class Held:
    """One history as it stands: what its row holds, and the bucket that it shares."""

    __slots__ = ("count", "frontier", "key", "leaf", "newest", "node", "trace")

    def __init__(self, key: bytes, node: int) -> None:
        """Begin a history without events."""
        self.key = key
        self.node = node
        self.count = 0
        self.frontier = self.leaf = b""
        self.newest = 0
        self.trace: TraceState | None = None


def history_leaf(key: bytes, count: int, frontier: bytes) -> bytes:
    """Return the hash under which a history of `count` events stands in the prefix tree (formats, section 10)."""
    root = mini.root(frontier) if count > 1 else frontier
    value = sha256(b"\x04" + count.to_bytes(8, "big") + root).digest()
    return sha256(b"\x02" + key + value).digest()


class Words:
    """Participants by number, so that rows can name them shortly."""

    def __init__(self, known: Iterable[tuple[int, str]]) -> None:
        """Start with those of the database."""
        self._words = [word for _, word in known]
        self._numbers = {word: number for number, word in enumerate(self._words)}
        self.fresh: list[tuple[int, str]] = []

    def number(self, word: str) -> int:
        """Return a word's number, a new one where it has none."""
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self._words)
            self._words.append(word)
            self.fresh.append((number, word))
        return number

    def word(self, number: int) -> str:
        """Return the word of a number."""
        return self._words[number]


class Index:
    """Every history, and the prefix tree over them.

    Attributes:
        keys: histories with at least one event.
    """

    def __init__(self, rows: ReplayRows, words: Words, keys: int, heap: Heap | None = None) -> None:
        """Build the tree above the histories of the database; `heap` is that tree, where somebody has it."""
        self._rows = rows
        self._words = words
        self.keys = keys
        self.heap: Heap = heap or build(LEVELS, rows.leaves())
        self._held: dict[bytes, Held] = {}
        self._buckets: dict[int, dict[bytes, bytes]] = {}
        self._touched: dict[bytes, Held] = {}
        self._dirty: dict[bytes, Held] = {}

    def load(self, keys: Collection[bytes]) -> None:
        """Read what shares a bucket with these keys; afterwards `state` answers for them without the database."""
        held, buckets, levels = self._held, self._buckets, self.heap.levels
        missing = {key: bucket_of(key, levels) for key in keys if key not in held}
        late = [key for key, node in missing.items() if key in buckets.get(node, ())]  # read as a neighbour, not held
        nodes = sorted(set(missing.values()) - buckets.keys())
        for node in nodes:
            buckets[node] = {}
        filled = [node for node in nodes if not self.heap.is_empty(node)]
        for row in self._rows.histories([bucket_range(node, levels) for node in filled]):
            key = row[0]
            buckets[bucket_of(key, levels)][key] = row[3]
            if key in missing:
                held[key] = self._from_row(row, missing[key])
        for key in late:
            if found := self._rows.history(key):
                held[key] = self._from_row(found, missing[key])
        for key, node in missing.items():
            if key not in held:
                held[key] = Held(key, node)

    def state(self, key: bytes) -> Held:
        """Return a history as it stands, read if need be."""
        state = self._held.get(key)
        if state is None:
            self.load([key])
            state = self._held[key]
        return state

    def join(self, state: Held, entry: bytes, number: int) -> int:
        """Add an entry hash to a history; return what was its newest event + 1."""
        if state.count:
            state.frontier = mini.push(state.frontier, state.count, entry)
        else:
            self.keys += 1
            state.frontier = entry
        state.count += 1
        self._touched[state.key] = state
        before, state.newest = state.newest, number + 1
        return before

    def root(self) -> bytes:
        """Return the root over all histories as they stand."""
        levels, buckets = self.heap.levels, self._buckets
        summaries: dict[int, Summary] = {}
        shared: list[int] = []
        for key, state in self._touched.items():
            state.leaf = history_leaf(key, state.count, state.frontier)
            node = state.node
            bucket = buckets[node]
            bucket[key] = state.leaf
            if len(bucket) == 1:
                summaries[node] = LEAF, state.leaf
            else:
                shared.append(node)
        for node in shared:
            summaries[node] = subtree(sorted(buckets[node].items()), levels)
        self.heap.update(summaries)
        self._dirty |= self._touched
        self._touched.clear()
        return self.heap.root

    def changed(self) -> list[HistoryRow]:
        """Return the rows that the database does not have yet."""
        return [self._row(state) for state in self._dirty.values()]

    def forget(self) -> None:
        """Drop what is in the database now."""
        self._dirty.clear()
        self._held.clear()
        self._buckets.clear()

    def bucket(self, node: int) -> list[tuple[bytes, bytes]]:
        """Return key and leaf hash of every key below a node at the heap's lowest level, sorted."""
        if node not in self._buckets:
            rows = self._rows.histories([bucket_range(node, self.heap.levels)])
            return sorted((row[0], row[3]) for row in rows)
        return sorted(self._buckets[node].items())

    def _from_row(self, row: HistoryRow, node: int) -> Held:
        state = Held(row[0], node)
        _, state.count, state.frontier, state.leaf, state.newest, owner, guarded, custodian = row
        if owner is not None:
            holder = None if custodian is None else self._words.word(custodian)
            state.trace = _trace(self._words.word(owner), bool(guarded), holder)
        return state

    def _row(self, state: Held) -> HistoryRow:
        owner = guarded = custodian = None
        if trace := state.trace:
            owner, guarded = self._words.number(trace.owner), int(trace.guarded)
            custodian = None if trace.custodian is None else self._words.number(trace.custodian)
        return state.key, state.count, state.frontier, state.leaf, state.newest, owner, guarded, custodian
