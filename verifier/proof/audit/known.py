"""What an audit knows after the leaves behind it, and how it joins events to their histories."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from verifier.errors import MismatchError
from verifier.judgement.authority import TraceState
from verifier.judgement.counters import Recount
from verifier.judgement.digest import Digest
from verifier.judgement.replay import Replay
from verifier.judgement.states import StatedRoots
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.index import entry_hash_of, index_key
from verifier.primitives.quick import maker_of
from verifier.proof.audit.findings import Findings
from verifier.proof.audit.index import Index
from verifier.proof.audit.memory import Memory
from verifier.proof.audit.opinion import Opinion
from verifier.proof.audit.source import Source
from verifier.proof.examination import Standpoint


class Remembered(Protocol):
    """What an event is judged by that is not the registry: the events before it."""

    def find(self, name: bytes) -> Event | None:
        """Return an event by its name."""
        ...

    def trace_state(self, name: bytes) -> TraceState | None:
        """Return owner and custody of a subject, None where its trace has not begun."""
        ...

    def count(self, pair: Pair) -> int:
        """Return how many events a history has."""
        ...

    def digest(self, pair: Pair) -> Digest:
        """Return what rules of order need to know of a history; nobody else may add to it."""
        ...


class Situation(Protocol):
    """The state before a leaf, whoever holds it: an audit in memory, a replaying witness in its database."""

    @property
    def replay(self) -> Replay:
        """Return the registry."""
        ...

    @property
    def memory(self) -> Remembered:
        """Return the events before the leaf."""
        ...

    def root_before(self, pair: Pair, count: int, leaf: int) -> bytes | None:
        """Return the root of a history's first `count` entries, None where fewer stand before a leaf."""
        ...

    @property
    def torn(self) -> int | None:
        """Return the leaf from which histories are not whole, None for whole ones."""
        ...

    @property
    def erased(self) -> list[ErasedClaim]:
        """Return the bodies that are said to be erased, to be compared with the orders once all are known."""
        ...


class Sequences:
    """The sequence numbers that each key has used, as ranges that do not touch."""

    def __init__(self) -> None:
        """Start with no key."""
        self.ranges: dict[bytes, list[tuple[int, int]]] = {}

    def take(self, kid: bytes, first: int, end: int) -> None:
        """Take the numbers from `first` to before `end`; ranges that touch become one.

        Raises:
            MismatchError: one of them was used.
        """
        held = self.ranges.setdefault(kid, [])
        at = bisect_left(held, (first, end))
        before = held[at - 1] if at else (-1, -1)
        after = held[at] if at < len(held) else (end + 1, end + 1)
        if before[1] > first or after[0] < end:
            came = f"{first} to {end - 1}"
            raise MismatchError("statement.first", came=came, expected="numbers that this key has not used")
        low, high = (at - 1 if before[1] == first else at), (at + 1 if after[0] == end else at)
        held[low:high] = [(min(before[0], first) if low < at else first, after[1] if high > at else end)]

    @property
    def gaps(self) -> int:
        """Return how many times numbers were left out."""
        return sum(len(held) - 1 for held in self.ranges.values())


@dataclass(frozen=True, slots=True)
class RegistryInput:
    """A registry event as it came, for the charter file and for taking up an audit again.

    Attributes:
        leaf: of its statement.
        position: in its batch.
        time: ledger time of its leaf.
        kid: the key that signed it.
        hashed: leaf hash of its statement.
        head: its head's bytes.
        body: its body's bytes, None where it was not to be had.
    """

    leaf: int
    position: int
    time: int
    kid: bytes
    hashed: bytes
    head: bytes
    body: bytes | None


@dataclass(frozen=True, slots=True)
class ErasedClaim:
    """An event whose body is said to be erased by an order, which stands later in the log: judged at the end."""

    leaf: int
    position: int
    event: bytes
    order: bytes


@dataclass(frozen=True, slots=True)
class Join:
    """An event's entry in one history."""

    leaf: int
    position: int
    pair: Pair
    key: bytes
    entry: bytes


_make_join = maker_of(Join)


@dataclass(slots=True)
class Known:
    """Everything that later leaves are judged by.

    Attributes:
        source: where batches come from.
        standpoint: whom the auditor trusts.
        findings: what was found so far.
        counts: what was looked at so far.
        replay: the registry.
        index: every history and the prefix tree.
        memory: events, ids, traces.
        sequences: numbers used by each key.
        inputs: registry events.
        erased: events said to be erased, whose orders are still to be looked for.
        block: joins of the block at hand.
        opinion: somebody else's code for batch roots, if any.
        torn: leaf from which histories are not whole here, so that neither index nor authority can be judged; None
            for whole ones.
        astray: leaf of a seal whose index departs from the histories in a way that is not understood; None for none.
        unruled: leaf from which the registry is not known, so that nobody's right can be judged; None for none.
        closed: leaf from which batches are not open to this reader; None for none.
        roots: of first entries, as events state them.
        counters: added up from the amounts that bodies show.
    """

    source: Source
    standpoint: Standpoint
    findings: Findings
    counts: Counter[str]
    replay: Replay
    index: Index = field(default_factory=Index)
    memory: Memory = field(default_factory=Memory)
    sequences: Sequences = field(default_factory=Sequences)
    inputs: list[RegistryInput] = field(default_factory=list)
    erased: list[ErasedClaim] = field(default_factory=list)
    block: list[Join] = field(default_factory=list)
    opinion: Opinion | None = None
    torn: int | None = None
    astray: int | None = None
    unruled: int | None = None
    closed: int | None = None
    roots: StatedRoots = field(default_factory=StatedRoots)
    counters: Recount = field(default_factory=Recount)

    def tear(self, leaf: int) -> None:
        """Note that the histories are not whole from a leaf on."""
        self.torn = leaf if self.torn is None else self.torn

    def unrule(self, leaf: int) -> None:
        """Note that the registry is not known from a leaf on."""
        self.unruled = leaf if self.unruled is None else self.unruled

    def root_before(self, pair: Pair, count: int, leaf: int) -> bytes | None:
        """Return the root of a history's first `count` entries, None where fewer stand before a leaf."""
        history = self.index.state(index_key(*pair)) or (0, b"")
        entries = self.memory.entries(pair)
        return self.roots.root_of_first(pair, count, leaf, history=history, entries=entries, settled=history[0])

    def join(self, name: bytes, place: tuple[int, int], pair: Pair) -> None:
        """Enter an event in one history."""
        key, entry = index_key(*pair), entry_hash_of(name, *place)
        self.block.append(_make_join(*place, pair, key, entry))
        self.index.append(key, entry)

    def join_all(self, event: Event) -> None:
        """Enter an event in every history that its head joins."""
        for pair in event.head.joins:
            self.join(event.name, event.place, pair)
