"""Which event a seal's index leaves out: the block again, without one event or one entry, until the root is the seal's.

A seal commits to a root only, so that a lie is plain but its place is not. Whoever hides an event leaves it out of one
history or of all; there are few such ways in a block, and the one that gives the seal's root is what was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.history import History, push
from verifier.ledgerformat.seal import Seal
from verifier.proof.audit.index import Index
from verifier.proof.audit.known import Join, Known

_MOST_ENTRIES = 1_000_000  # about two seconds


@dataclass(frozen=True, slots=True)
class Hidden:
    """An event of the block, and the histories that lack it."""

    leaf: int
    position: int
    pairs: tuple[Pair, ...]


def find_hidden(known: Known, seal: Seal) -> Hidden | None:
    """Return the event whose absence gives the seal's root; None if no single one does, or there are too many to try.

    Where one is found, the index is left as the ledger has it, without that event.
    """
    by_key: dict[bytes, list[Join]] = {}
    for join in known.block:
        by_key.setdefault(join.key, []).append(join)
    entries = 0
    for left_out in _ways(known.block):
        histories = {join.key: _without(known.index, by_key[join.key], left_out) for join in left_out}
        if known.index.root_if(histories) == seal.root:
            known.index.revise(histories)
            return Hidden(left_out[0].leaf, left_out[0].position, tuple(join.pair for join in left_out))
        entries += sum(len(by_key[join.key]) for join in left_out)
        if entries > _MOST_ENTRIES:
            break
    return None


def _ways(joins: Sequence[Join]) -> Iterator[list[Join]]:
    """Yield what may be left out: each event of all its histories, then of each of them."""
    by_event: dict[tuple[int, int], list[Join]] = {}
    for join in joins:
        by_event.setdefault((join.leaf, join.position), []).append(join)
    yield from by_event.values()
    yield from ([join] for held in by_event.values() for join in held if len(held) > 1)


def _without(index: Index, joins: Sequence[Join], left_out: Sequence[Join]) -> History:
    """Return the history of a key as the block leaves it, but for the entries that are left out."""
    count, frontier = index.before(joins[0].key)
    for join in joins:
        if not any(join is each for each in left_out):
            frontier = push(frontier, count, join.entry)
            count += 1
    return count, frontier
