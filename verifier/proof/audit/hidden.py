"""Which event a seal's index leaves out: the block again, without one event or one entry, until the root is the seal's.

A seal commits to a root only, so that a lie is plain but its place is not. Whoever hides an event leaves it out of one
history or of all; there are few such ways in a block, and the one that gives the seal's root is what was done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.seal import Seal
from verifier.proof.audit.known import Join, Known

_MOST_APPENDS = 50_000  # about a second


@dataclass(frozen=True, slots=True)
class Hidden:
    """An event of the block, and the histories that lack it."""

    leaf: int
    position: int
    pairs: tuple[Pair, ...]


def find_hidden(known: Known, seal: Seal) -> Hidden | None:
    """Return the event whose absence gives the seal's root; None if no single one does, or there are too many to try.

    The index is left as the ledger has it: without the event that was found, or whole where none was.
    """
    joins, index = list(known.block), known.index
    for tried, (left_out, kept) in enumerate(_ways(joins), 1):
        if tried * len(joins) > _MOST_APPENDS:
            break
        index.undo()
        for join in kept:
            index.append(join.key, join.entry)
        if (index.root(), index.keys) == (seal.root, seal.keys):
            return Hidden(left_out[0].leaf, left_out[0].position, tuple(each.pair for each in left_out))
    index.undo()
    for join in joins:
        index.append(join.key, join.entry)
    return None


def _ways(joins: Sequence[Join]) -> Iterator[tuple[list[Join], list[Join]]]:
    """Yield what is left out and what is kept: each event from all its histories, then from each of them."""
    for place in dict.fromkeys((each.leaf, each.position) for each in joins):
        yield (
            [each for each in joins if (each.leaf, each.position) == place],
            [each for each in joins if (each.leaf, each.position) != place],
        )
    for at, each in enumerate(joins):
        yield [each], [*joins[:at], *joins[at + 1 :]]
