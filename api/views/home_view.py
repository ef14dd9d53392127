"""The ledger's state, as the home page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from api.views.words import beijing_time
from ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class HomeView:
    """Name and state; `name` is empty before the founding, times and sizes where there are none."""

    origin: str
    name: str
    size: int
    quorum: int
    time: str


def view_home(ledger: Ledger, lang: str) -> HomeView:
    """Return what the home page shows of a ledger."""
    head = ledger.head
    charter = head.replay.registry.charter_in_force(head.edge.size)
    with ledger.read() as reader:
        quorum = reader.newest_checkpoint(quorum=True)
    return HomeView(
        origin=ledger.origin,
        name=charter.names[lang] if charter else "",
        size=head.edge.size,
        quorum=quorum.size if quorum else 0,
        time=beijing_time(head.time) if head.time else "",
    )
