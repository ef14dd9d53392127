"""The index as it was: what the latest blocks changed, kept until a quorum has cosigned them.

Proofs are made against the newest quorum checkpoint, which lags behind the newest block. Each block
notes, before it changes a node or key, what stood there; a reader at an older size takes the first note
after that size, or the present value where there is none. Notes are in memory only: after a restart
they are computed again from the histories (`ledger.index.rebuild`).
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.errors import BusyError
from ledger.index.heap import Heap, Summary


class Notes:
    """What one block changed.

    Attributes:
        size: log size after the block.
        nodes: class and hash of heap nodes before the block.
        leaves: leaf hash of keys before the block, None for keys that were new.
    """

    __slots__ = ("leaves", "nodes", "size")

    def __init__(self, size: int) -> None:
        """Start empty."""
        self.size = size
        self.nodes: dict[int, Summary] = {}
        self.leaves: dict[bytes, bytes | None] = {}


class Overlay:
    """A heap, and the notes of the blocks that no quorum has covered yet.

    One writer, any number of readers, no lock: the writer notes a node before it writes it, and a reader
    reads the node before it looks for notes. So whoever reads a new value finds the note.

    Attributes:
        heap: the index as it is.
        floor: the oldest size that can still be read.
    """

    def __init__(self, heap: Heap, floor: int = 0) -> None:
        """Start with a heap and no notes."""
        self.heap = heap
        self.floor = floor
        self._notes: tuple[Notes, ...] = ()

    def begin(self, size: int) -> Notes:
        """Return the notes of a block that will end at `size`; the writer fills them before it writes."""
        notes = Notes(size)
        self._notes = (*self._notes, notes)
        return notes

    def cancel(self, notes: Notes) -> None:
        """Take back what a block changed that was not committed."""
        for node, summary in notes.nodes.items():
            self.heap.write(node, summary)
        self._notes = tuple(each for each in self._notes if each is not notes)

    def add(self, notes: Notes) -> None:
        """Take notes that were computed after a restart."""
        self._notes = (*self._notes, notes)

    def forget(self, size: int) -> None:
        """Drop the notes of blocks up to `size`; readers behind it must begin again."""
        self.floor = max(self.floor, size)
        self._notes = tuple(each for each in self._notes if each.size > size)

    @property
    def pending(self) -> int:
        """Return how many blocks are noted."""
        return len(self._notes)

    def update(self, notes: Notes, buckets: Mapping[int, Summary]) -> None:
        """Write the nodes that a block changes, each noted first."""
        self.heap.update(buckets, notes.nodes)

    def node(self, node: int, size: int) -> Summary:
        """Return a heap node as it was at a log size."""
        present = self.heap.read(node)
        for notes in self._notes:
            if notes.size > size and node in notes.nodes:
                return notes.nodes[node]
        return present

    def leaf(self, key: bytes, present: bytes | None, size: int) -> bytes | None:
        """Return a key's leaf hash as it was at a log size, None if it had none; `present` is its row's."""
        for notes in self._notes:
            if notes.size > size and key in notes.leaves:
                return notes.leaves[key]
        return present

    def require(self, size: int) -> None:
        """Return if `size` could be read whole; a proof asks this last, and is made anew if not."""
        if size < self.floor:
            raise BusyError("index", came=f"size {size}", expected=f"at least {self.floor}", todo="Ask again.")
