"""Reads about recalls for one request: who may ask, over one snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from api.access import Access
from api.authorise import READ_MEMBERS, Thing
from ledger.ledger import Ledger
from ledger.trade.members import Item, Made, member_key, read_members
from ledger.trade.recall import Reach, Recall, reach_of, read_recall
from verifier.errors import MalformedError
from verifier.ledgerformat.subject import form_of

_SOURCES = ("lot", "product", "item")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of what came from a lot or product.

    Attributes:
        members: items commissioned under it, and what was made from it, in the order of the log.
        next: where the next page begins, None where there is none.
        size: leaves that this is about.
    """

    members: tuple[Item | Made, ...]
    next: int | None
    size: int


@dataclass(slots=True)
class Recalls:
    """Reads for one request.

    Attributes:
        ledger: whose events they are.
        access: what the asker may.
    """

    ledger: Ledger
    access: Access

    def reach(self, name: bytes) -> tuple[Recall, Reach]:
        """Return a recall by its event's name, and how far it reaches.

        Raises:
            UnauthenticatedError, PrivateError: the asker is no agency.
            UnknownError: there is no such recall.
        """
        self.access.require(READ_MEMBERS, Thing())
        with self.ledger.sources() as sources:
            size = sources.reader.counters().size
            recall = read_recall(name, sources.reader, size)
            return recall, reach_of(recall.goods, sources.reader, size)

    def items(self, subject: str, *, first: int, most: int) -> Page:
        """Return `most` events of a lot's or product's members, from number `first` on.

        Raises:
            UnauthenticatedError, PrivateError: the asker is no agency.
            MalformedError: another form of subject.
        """
        self.access.require(READ_MEMBERS, Thing())
        if (form := form_of(subject)) not in _SOURCES:
            raise MalformedError("subject", came=form, expected=f"one of {', '.join(_SOURCES)}")
        with self.ledger.sources() as sources:
            size = sources.reader.counters().size
            members = tuple(read_members(subject, sources.reader, size, first=first, most=most))
            more = bool(sources.reader.history_part(member_key(subject), size, first=first + most, most=1))
        return Page(members, first + most if more else None, size)
