"""Histories as they stand before the next leaf of a block that is being built: what is stored, and what the block has.

Only rules of order and stated roots ask for them. What is stored is digested once and kept between blocks, so that a
long history is not read again for each event that joins it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ledger.admission.recent import RecentEvents
from ledger.index.state import KeyState
from ledger.store.interface import Reader
from verifier.judgement.digest import Digest, KeptDigests, LayeredDigests
from verifier.judgement.states import StatedRoots
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair, event_name
from verifier.ledgerformat.index import HistoryEntry, index_key

_PAGE = 4_096  # heads read at a time


@dataclass(frozen=True, slots=True)
class KeptHistories:
    """What is kept of stored histories between blocks."""

    digests: KeptDigests = field(default_factory=KeptDigests)
    roots: StatedRoots = field(default_factory=StatedRoots)
    recent: RecentEvents = field(default_factory=RecentEvents)


class BlockHistories:
    """The histories that a block's candidates are judged by."""

    def __init__(
        self,
        reader: Reader,
        kept: KeptHistories,
        events: Sequence[Event],
        state_of: Callable[[Pair], KeyState],
    ) -> None:
        """Take the store, what is kept of it, the block's events (a list that grows), and histories as they stand."""
        self._reader = reader
        self._kept = kept
        self._state_of = state_of
        self._layer = LayeredDigests(self._stored, events)

    def let_go(self) -> None:
        """Know nobody any more; nothing is asked afterwards.

        The builder and its histories know each other, and Python looks for circles seldom here (ledger/collector.py):
        left to that, the events of hundreds of blocks would wait in memory.
        """
        del self._layer, self._state_of

    def digest(self, pair: Pair) -> Digest:
        """Return what rules of order need to know of a history; nobody else may add to it."""
        return self._layer(pair)

    def count(self, pair: Pair) -> int:
        """Return how many events a history has, those of the block included."""
        return self._state_of(pair).count

    def root_before(self, pair: Pair, count: int, leaf: int) -> bytes | None:
        """Return the root of a history's first entries, None where fewer stand before a leaf."""
        state = self._state_of(pair)
        return self._kept.roots.root_of_first(
            pair,
            count,
            leaf,
            history=(state.count, state.frontier),
            entries=lambda first, end: self._entries(pair, first, end),
            settled=self._stored_count(pair),
        )

    def _stored(self, pair: Pair) -> Digest:
        count = self._stored_count(pair)
        if not count:
            return Digest(pair)
        return self._kept.digests.digest(pair, count, lambda first: self._events(pair, first, count))

    def _stored_count(self, pair: Pair) -> int:
        return self._state_of(pair).count - len(self._layer.joined(pair))

    def _events(self, pair: Pair, first: int, end: int) -> Iterator[Event]:
        recent = self._kept.recent
        for start in range(first, end, _PAGE):
            for leaf, position, head in self._reader.history_range(index_key(*pair), start, min(start + _PAGE, end)):
                yield Event(recent.name(head), leaf, position, recent.head(head), None, b"")

    def _entries(self, pair: Pair, first: int, end: int) -> list[HistoryEntry]:
        stored = self._stored_count(pair)
        rows = self._reader.history_range(index_key(*pair), first, min(end, stored)) if first < stored else []
        entries = [HistoryEntry(event_name(head), leaf, position) for leaf, position, head in rows]
        fresh = self._layer.joined(pair)[max(first - stored, 0) : max(end - stored, 0)]
        return entries + [each.entry for each in fresh]
