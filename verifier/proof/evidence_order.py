"""What rules of order and stated roots are judged by in evidence (docs/formats.md, sections 13, 15 and 17).

Both look at histories as they stood before the event, by heads alone. Which ones follows from its head, its type's
version in force and these histories: nobody chooses, and each of them is shown whole.
"""

from __future__ import annotations

from verifier.judgement.coherence import pairs_of_order
from verifier.judgement.digest import Digest, Digests, HistoryOf
from verifier.judgement.states import NOTE
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.index import history_root
from verifier.ledgerformat.vocabulary import EventType


class Earlier:
    """Histories as they stood before an event."""

    def __init__(self, judged: Event, history_of: HistoryOf) -> None:
        """Take the event, and what returns a whole history by [kind, name], in log order; it may have gone on since."""
        self._judged, self._history_of = judged, history_of
        self._digests = Digests(self._before)

    def digest(self, pair: Pair) -> Digest | None:
        """Return the digest of what stands in a history before the event, None where it is not held."""
        return self._digests(pair)

    def root_before(self, pair: Pair, count: int, leaf: int) -> bytes | None:
        """Return the root of a history's first `count` entries, None where fewer stand before a leaf."""
        entries = [event.entry for event in self._history_of(pair) or () if event.leaf < leaf]
        return history_root(entries[:count]) if count <= len(entries) else None

    def pairs(self, kind: EventType) -> set[Pair]:
        """Return the histories that rules of order and the stated root look at.

        Args:
            kind: the event's type, in the version in force.
        """
        found, head = pairs_of_order(self._judged, kind, self.digest), self._judged.head
        stated = (head.state.kind, head.state.name) if head.state else None
        return found | {stated} if stated in head.joins and stated[0] != NOTE else found

    def _before(self, pair: Pair) -> list[Event] | None:
        history = self._history_of(pair)
        return None if history is None else [event for event in history if event.place < self._judged.place]
