"""What proofs have in common, kept from one to the next: the prover's memory.

Nearly everything in a proof is also in the next one: the registry's statements, the seals, the tree's upper hashes,
the batch of a thousand events. What is kept never changes: it follows from a leaf of a log that only grows
(statements, seals, subtrees), from bytes (parsed heads), or from a size (`Settled`). Bodies of traces are not kept,
because an order may erase them. No answer rests on this memory: each proof is checked before it leaves, and when one
does not verify, everything is forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from ledger.prove.log import Leaves, Subtrees
from ledger.store.interface import StoredEvent, StoredStatement
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.index import IndexProof
from verifier.ledgerformat.statement import Statement
from verifier.proof.bundle import SealPart, StatementPart

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Shelf(Generic[_Key, _Value]):
    """Values by key, up to a weight together; what was asked for longest ago goes. Any thread may ask."""

    def __init__(self, most: int, weigh: Callable[[_Value], int] = lambda _value: 1) -> None:
        """Keep values that weigh at most `most` together; by default each weighs 1."""
        self._most = most
        self._weigh = weigh
        self._held: OrderedDict[_Key, _Value] = OrderedDict()
        self._lock = Lock()
        self.weight = 0

    def get(self, key: _Key, make: Callable[[], _Value]) -> _Value:
        """Return the value of a key, made if it is not here. What cannot be made is not kept."""
        with self._lock:
            if (found := self._held.get(key)) is not None:
                self._held.move_to_end(key)
                return found
        made = make()
        with self._lock:
            if key not in self._held:
                self._held[key] = made
                self.weight += self._weigh(made)
            while self.weight > self._most and len(self._held) > 1:
                self.weight -= self._weigh(self._held.popitem(last=False)[1])
        return made

    def clear(self) -> None:
        """Keep nothing any longer."""
        with self._lock:
            self._held.clear()
            self.weight = 0


@dataclass(frozen=True, slots=True)
class Registered:
    """The registry part of a proof: statements and index proof."""

    parts: tuple[StatementPart, ...]
    index: IndexProof


class Settled:
    """What follows from a log size: the registry's histories and whatever rests on them.

    Attributes:
        size: leaves.
        histories: of the registry, by [kind, name], with the rows that they were read from.
        registered: registry parts, by what the events of a trace bring in.
    """

    def __init__(self, size: int) -> None:
        """Know of nothing yet."""
        self.size = size
        self.histories: Shelf[Pair, tuple[Sequence[Event], Sequence[StoredEvent]]] = Shelf(4_096)
        self.registered: Shelf[Hashable, Registered] = Shelf(256)


@dataclass(slots=True)
class Kept:
    """The memory of one prover.

    Attributes:
        batches: trees over the heads of batches by their roots; weighed by leaves, 64 bytes each.
        statements: rows of statements, by leaf.
        parsed: what these spell, by leaf.
        seals: by a leaf that they cover.
        notes: by a checkpoint's note and the lines of its witnesses.
        pins: hashes of leaves.
        subtrees: of the log, by height and index.
    """

    batches: Shelf[bytes, Leaves] = field(default_factory=lambda: Shelf(1 << 17, len))
    statements: Shelf[int, StoredStatement] = field(default_factory=lambda: Shelf(2_048))
    parsed: Shelf[int, Statement] = field(default_factory=lambda: Shelf(2_048))
    seals: Shelf[int, SealPart] = field(default_factory=lambda: Shelf(2_048))
    notes: Shelf[tuple[bytes, tuple[str, ...]], bytes] = field(default_factory=lambda: Shelf(16))
    pins: Shelf[int, bytes] = field(default_factory=lambda: Shelf(1))
    subtrees: Shelf[tuple[int, int], bytes] = field(default_factory=lambda: Shelf(1 << 15))
    _settled: Settled = field(default_factory=lambda: Settled(-1))

    def settled(self, size: int) -> Settled:
        """Return what follows from a size; that of one size is kept, the newest asked for."""
        found = self._settled
        if found.size == size:
            return found
        made = Settled(size)
        if size > found.size:
            self._settled = made
        return made

    def clear(self) -> None:
        """Forget everything: a proof did not verify."""
        for shelf in (self.batches, self.statements, self.parsed, self.seals, self.notes, self.pins, self.subtrees):
            shelf.clear()
        self._settled = Settled(-1)


class KeptTree:
    """The complete subtrees of a log, each hashed once: what is complete never changes."""

    def __init__(self, tree: Subtrees, kept: Kept) -> None:
        """Ask a tree for what is not kept."""
        self._tree = tree
        self._kept = kept.subtrees

    def subtree(self, height: int, index: int) -> bytes:
        """Return the root over leaves [index * 2**height, (index + 1) * 2**height)."""
        return self._kept.get((height, index), lambda: self._tree.subtree(height, index))
