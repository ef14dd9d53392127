"""What the index keeps of one key: its history's size and frontier, and what authority asks of it."""

from __future__ import annotations

from hashlib import sha256

from ledger.index import frontier as mini
from verifier.judgement.authority import TraceState
from verifier.ledgerformat.index import HistoryEntry, entry_hash, history_value, index_leaf


class KeyState:
    """One key of the index, as it stands after some log position.

    Attributes:
        key: 32 bytes.
        id: the key's number in the store, None for a new one.
        count: entries in its history.
        frontier: the history's mini-tree.
        leaf: SHA-256(0x02 || key || value).
        trace: owner and custody, for keys of kind `trace`.
    """

    __slots__ = ("count", "frontier", "id", "key", "leaf", "trace")

    def __init__(  # noqa: PLR0917 - made from a row, by place
        self, key: bytes, number: int | None, count: int, frontier: bytes, leaf: bytes, trace: TraceState | None
    ) -> None:
        """Take what a row holds."""
        self.key = key
        self.id = number
        self.count = count
        self.frontier = frontier
        self.leaf = leaf
        self.trace = trace

    @classmethod
    def new(cls, key: bytes) -> KeyState:
        """Return the state of a key without history."""
        return cls(key, None, 0, b"", b"", None)

    def append(self, entry: bytes) -> None:
        """Add an entry hash to the history."""
        self.frontier = mini.push(self.frontier, self.count, entry)
        self.count += 1

    def seal(self) -> bytes:
        """Return the key's leaf hash for the history as it stands, and keep it."""
        frontier = self.frontier
        root = frontier if len(frontier) == mini.HASH else mini.root(frontier)  # most histories have one entry
        value = sha256(b"\x04" + self.count.to_bytes(8, "big") + root).digest()
        self.leaf = sha256(b"\x02" + self.key + value).digest()
        return self.leaf


def leaf_of_history(key: bytes, entries: list[HistoryEntry]) -> bytes:
    """Return a key's leaf hash from its whole history, by the definition."""
    frontier = b""
    for count, entry in enumerate(entries):
        frontier = mini.push(frontier, count, entry_hash(entry))
    return index_leaf(key, history_value(len(entries), mini.root(frontier)))
