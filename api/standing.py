"""Where everything that was declared stands, for one request: a page of what moved longest ago."""

from __future__ import annotations

from dataclasses import dataclass

from api.access import Access
from api.authorise import READ_HISTORY, Thing
from ledger.errors import BusyError
from ledger.standing.papers import CLOSED, CONCLUDED
from ledger.standing.projection import Standing, StandingProjection
from ledger.standing.store import Wanted
from ledger.trade.declarations import ENDED, STANDINGS

PATIENCE = 2.0  # seconds that a read waits for what was committed before it
UNENDED = tuple(each for each in STANDINGS if each not in ENDED)
STATES = (*STANDINGS, CONCLUDED, CLOSED)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of papers.

    Attributes:
        items: what moved longest ago first.
        more: whether more follow.
        size: leaves that this is about.
        at: ledger time up to which they had last moved.
    """

    items: tuple[Standing, ...]
    more: bool
    size: int
    at: int


def read_page(
    projection: StandingProjection, access: Access, thing: Thing, wanted: Wanted, *, limit: int, size: int
) -> Page:
    """Return a page of what is asked for.

    Args:
        projection: what follows the ledger.
        access: what the asker may: an agency everything, a participant its own.
        thing: what the papers of `whose` are to the asker.
        wanted: what is asked for; `whose` is the asker itself where it is no agency.
        limit: how many.
        size: leaves that the ledger has.

    Raises:
        UnauthenticatedError, PrivateError: somebody else's.
        BusyError: the projection is being made.
    """
    access.require(READ_HISTORY, thing)
    if not projection.wait_for(size, PATIENCE) and not projection.size:
        raise BusyError(
            "declarations", came="a projection that is being made", expected="a finished one", todo="Try again."
        )
    with projection.reading() as found:
        items = found.find(wanted, limit + 1)
        return Page(tuple(items[:limit]), len(items) > limit, found.size, wanted.before)
