"""Events recorded lately, as admission read them: whoever reads their rows soon afterwards need not parse them again.

Several projections follow the writer closely, and each needs the heads of all events and the bodies of some. What is
known here is a pure function of the bytes asked with, so it is never wrong; it may only be gone, and then is read
again. Disclosures and attachments are not kept: they may say who somebody is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from ledger.admission.candidate import CandidateEvent
from verifier.ledgerformat.body import Body, parse_body
from verifier.ledgerformat.head import Head, event_name, parse_head

MOST = 4_096  # events: some seconds of a busy ledger, and about 25 MB


class _Known(NamedTuple):
    name: bytes
    head: Head
    spelt: bytes
    body: Body


class RecentEvents:
    """Heads and bodies of the newest events, by the bytes of the head. One thread adds; any thread asks."""

    def __init__(self, most: int = MOST) -> None:
        """Know of at most so many events; of none before somebody has asked for the first time."""
        self._most = most
        self._asked = False
        self._known: dict[bytes, _Known] = {}
        self._order: deque[bytes] = deque()

    def add(self, events: Sequence[CandidateEvent]) -> None:
        """Take in events that were recorded; what is oldest goes."""
        if not self._asked:
            return
        newest = events[-self._most :]
        self._known.update({each.spelt: _Known(each.name, each.head, each.body_bytes, each.body) for each in newest})
        self._order.extend(each.spelt for each in newest)
        while len(self._order) > self._most:
            self._known.pop(self._order.popleft(), None)

    def clear(self) -> None:
        """Know of nothing: some of it was erased."""
        self._order.clear()
        self._known.clear()

    def name(self, head: bytes) -> bytes:
        """Return an event's name, of its head's bytes."""
        known = self._known.get(head)
        return known.name if known else event_name(head)

    def head(self, head: bytes) -> Head:
        """Return the head that these bytes spell.

        Raises:
            MalformedError: they are none.
        """
        known = self._known.get(head)
        if known:
            return known.head
        self._asked = True
        return parse_head(head)

    def body(self, head: bytes, body: bytes) -> Body:
        """Return the body that these bytes spell; nobody may change it, others read it too.

        Raises:
            MalformedError: they are none.
        """
        known = self._known.get(head)
        return known.body if known and known.spelt == body else parse_body(body)
