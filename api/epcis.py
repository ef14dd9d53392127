"""EPCIS queries for one request: which events may be asked for, what of them may be seen.

Whoever names a thing or an event gets what `/trace` and `/events` would show of it. Whoever does not, asks for a list
of what somebody does, so the rule is that of batches: agencies, auditors and witnesses get all, a participant its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from api.access import Access
from api.actors import Moment
from api.authorise import READ_ATTACHMENT, READ_BATCH, READ_BODY, READ_DISCLOSURE, Thing
from api.facts import Facts
from ledger.epcis.answering import Answering
from ledger.epcis.document import query_document
from ledger.epcis.pages import read_page, read_words
from ledger.epcis.projection import EpcisProjection
from ledger.epcis.query import parse_query
from ledger.errors import BusyError, UnknownError
from ledger.following.file import meta
from ledger.ledger import Ledger
from ledger.prove.trace import Sources
from ledger.store.interface import StoredEvent
from verifier.ledgerformat.head import Head

PATIENCE = 2.0  # seconds that a request waits for what was committed before it
SIMPLE = "SimpleEventQuery"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked for, the token of the next page, and when that expires, in milliseconds since 1970."""

    value: dict[str, Any]
    token: str | None = None
    expires: int = 0


@dataclass(slots=True)
class EpcisReads:
    """Reads for one request.

    Attributes:
        ledger: whose events they are.
        projection: finds them.
        access: what the asker may.
        moment: what holds now.
        links: whether EPCs are to be spelt as GS1 Digital Links.
    """

    ledger: Ledger
    projection: EpcisProjection
    access: Access
    moment: Moment
    links: bool = True

    def events(self, given: Mapping[str, Sequence[str]], token: str | None = None, *, name: str = SIMPLE) -> Answer:
        """Return a page of the events that a query asks for.

        Raises:
            MalformedError: an unknown or misspelt parameter or token; it names it.
            UnauthenticatedError, PrivateError: the query names nothing, and its asker may not see everything.
            TooLargeError: more events than `maxEventCount` allows.
            BusyError: the projection is being made.
        """
        query = parse_query(given, everything=self.access.allows(READ_BATCH, Thing()), own=self.access.actor.uri)
        party = None if query.named else self._party()
        self._wait()
        now = self.moment.time
        with self.projection.read() as connection:
            size = int(meta(connection, "size"))  # the first look: the ledger's snapshot must be the newer one
            with self.ledger.sources() as sources:
                before = _whole_before(sources, size)
                page = read_page(connection, query, party=party, token=token, now=now, before=before)
                answering = Answering(sources.reader, connection, self._may_see(sources), self.links)
                events = list(answering.events(page.events))
        origin = self.ledger.origin
        document = query_document(events, name=name, created=now, before=page.before, origin=origin)
        return Answer(document, page.token, page.expires)

    def event(self, event_id: str) -> Answer:
        """Return the events of an eventID or CBV event hash, error declarations among them.

        Raises:
            UnknownError: there is none, or none that may be seen.
            BusyError: the projection is being made.
        """
        answer = self.events({"EQ_eventID": [event_id], "orderBy": ["recordTime"], "orderDirection": ["ASC"]})
        if not answer.value["epcisBody"]["queryResults"]["resultsBody"]["eventList"]:
            raise UnknownError("eventID", came=event_id[:256], expected="an event that was recorded")
        return answer

    def words(self, column: str, size: int, token: str | None) -> tuple[list[str], str | None, int]:
        """Return which values a field has; whoever asks sees those of the events that it could list.

        Raises:
            UnauthenticatedError, PrivateError: the asker may list nothing.
            MalformedError: a token that is none of ours.
            BusyError: the projection is being made.
        """
        party = self._party()
        self._wait()
        with self.projection.read() as connection:
            return read_words(connection, column, party=party, size=size, token=token, now=self.moment.time)

    def owner(self) -> str:
        """Return who asks; raise UnauthenticatedError where nobody signed the request."""
        uri = self.access.actor.uri
        if uri is None:
            self.access.require(READ_DISCLOSURE, Thing(audience="parties"))
        return str(uri)

    def _party(self) -> str | None:
        """Return whose events may be listed, None for everybody's."""
        if self.access.allows(READ_BATCH, Thing()):
            return None
        uri = self.access.actor.uri
        self.access.require(READ_BATCH, Thing(parties=frozenset({uri} if uri else ())))
        return uri

    def _wait(self) -> None:
        if not self.projection.wait_for(self.ledger.head.edge.size, PATIENCE) and not self.projection.size:
            raise BusyError("epcis", came="a projection that is being made", expected="a finished one")

    def _may_see(self, sources: Sources) -> _Seeing:
        return _Seeing(self.access, Facts(sources, self.moment, self.access.actor))


def _whole_before(sources: Sources, size: int) -> int:
    """Return when what stands behind `size` leaves, which end a block, was recorded at the earliest.

    Ledger time rises with every block: whatever comes later was recorded after this block's seal.
    """
    seal = sources.reader.seal_covering(size - 1) if size else None
    return seal.time + 1 if seal else 0


@dataclass(frozen=True, slots=True)
class _Seeing:
    """The one decision, of a body or of what stands under a pointer."""

    access: Access
    facts: Facts

    def __call__(self, stored: StoredEvent, head: Head, pointer: str) -> bool:
        thing = self.facts.event(stored, head)
        if not pointer:
            return self.access.allows(READ_BODY, thing)
        rule = self.facts.type_of(stored, head).disclosures.get(pointer)
        if rule is None:
            return False
        asked = replace(thing, audience=rule.audience, pointer=pointer)
        return self.access.allows(READ_DISCLOSURE, asked) and self.access.allows(READ_ATTACHMENT, asked)
