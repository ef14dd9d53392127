"""Inboxes, recognition and filings for one request: the projection finds, the verifier's code judges.

Nothing here is a proof: who needs one asks for the trace, or lets `suyuan endorse` check it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from api.access import Access
from api.actors import Moment
from api.authorise import READ_BODY, READ_INBOX, Thing
from api.facts import Facts
from ledger.endorsing.judging import Judge, Judged
from ledger.endorsing.projection import Projection
from ledger.endorsing.store import Place, ProjectionReader, Waiting
from ledger.errors import BusyError, UnknownError
from ledger.ledger import Ledger
from ledger.store.interface import Reader
from verifier.judgement.registry import Registry
from verifier.ledgerformat.body import Body, parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import parse_head

FILINGS = frozenset({"filing.product", "filing.enterprise"})
PATIENCE = 2.0  # seconds that a read waits for what was committed before it


@dataclass(frozen=True, slots=True)
class InboxItem:
    """What awaits an agency: the event, its issuer as admitted last, and the subjects of its body in clear."""

    waiting: Waiting
    issuer: str
    issuer_names: Mapping[str, str]
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of what awaits an agency.

    Attributes:
        agency: its URI.
        items: oldest first.
        total: how many await it in all.
        more: whether more than this page do.
        size: leaves that this is about.
    """

    agency: str
    items: tuple[InboxItem, ...]
    total: int
    more: bool
    size: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the policies make of an event.

    Attributes:
        judged: the event and its recognition.
        bodies: of its answers, those that whoever asks may read, by name.
        registry: who is who.
        size: leaves that this is about.
        at: ledger time of judgement.
    """

    judged: Judged
    bodies: dict[bytes, Body]
    registry: Registry
    size: int
    at: int


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing, and how often it was used.

    Attributes:
        judgement: what the policies make of it.
        amendments: events that amend it, oldest first.
        used: events that follow its subject, by type.
    """

    judgement: Judgement
    amendments: tuple[Event, ...]
    used: dict[str, int]


@dataclass(slots=True)
class Endorsed:
    """Reads for one request.

    Attributes:
        ledger: whose events they are.
        projection: what follows them.
        access: what the asker may.
        moment: what holds now.
    """

    ledger: Ledger
    projection: Projection
    access: Access
    moment: Moment

    def inbox(self, agency: str, *, after: Place | None, limit: int) -> Inbox:
        """Return a page of what awaits an agency.

        Raises:
            UnauthenticatedError, PrivateError: somebody else's.
            BusyError: the projection is too far behind.
        """
        self.access.require(READ_INBOX, Thing(agency=agency))
        with self._snapshot() as (found, reader, registry):
            page = found.inbox(agency, after=after, limit=limit + 1)
            items = tuple(_item(each, reader, registry) for each in page[:limit])
            return Inbox(agency, items, found.count(agency), len(page) > limit, found.size)

    def recognition(self, name: bytes) -> Judgement:
        """Return what the policies make of an event.

        Raises:
            UnknownError: there is no such event.
            BusyError: the projection is too far behind.
        """
        with self._snapshot() as (found, reader, registry):
            return self._judge(name, found, reader, registry)

    def filing(self, name: bytes) -> Filing:
        """Return a filing: who recognises it, whom it awaits, how often it was used.

        Raises:
            UnknownError: there is no such filing.
            BusyError: the projection is too far behind.
        """
        with self._snapshot() as (found, reader, registry):
            judgement = self._judge(name, found, reader, registry)
            event = judgement.judged.event
            if event.head.type not in FILINGS:
                raise UnknownError("filing", came=event.head.type, expected=f"one of {', '.join(sorted(FILINGS))}")
            amendments = (each for each in judgement.judged.answers if each.head.type == f"{event.head.type}-amended")
            (subject,) = (each for kind, each in event.head.joins if kind == "trace")
            return Filing(judgement, tuple(amendments), found.used(subject))

    @contextmanager
    def _snapshot(self) -> Iterator[tuple[ProjectionReader, Reader, Registry]]:
        """Yield the projection at one moment, and a snapshot of the ledger at least as new."""
        if not self.projection.wait_for(self.ledger.head.edge.size, PATIENCE) and not self.projection.size:
            came = "a projection that is being made"
            raise BusyError("inbox", came=came, expected="a finished one", todo="Try again.")
        with self.projection.read() as connection, self.ledger.sources() as sources:
            yield ProjectionReader(connection), sources.reader, sources.replay.registry

    def _judge(self, name: bytes, found: ProjectionReader, reader: Reader, registry: Registry) -> Judgement:
        judge = Judge(reader, registry, size=found.size, answers_of=found.answers)
        judged = judge.judge(name)
        bodies = {each.name: body for each in judged.answers if (body := self._body(each.name)) is not None}
        return Judgement(judged, bodies, registry, found.size, judge.at)

    def _body(self, name: bytes) -> Body | None:
        """Return the body of an answer, None where it is not open to whoever asks."""
        with self.ledger.sources() as sources:
            stored = sources.reader.find_event(name)
            if stored is None or stored.body is None:
                return None
            thing = Facts(sources, self.moment, self.access.actor).event(stored, parse_head(stored.head))
            return parse_body(stored.body) if self.access.allows(READ_BODY, thing) else None


def _item(waiting: Waiting, reader: Reader, registry: Registry) -> InboxItem:
    stored = reader.find_event(waiting.name)
    issuer = parse_head(stored.head).principal if stored else ""
    known = registry.participant(issuer)
    return InboxItem(waiting, issuer, known.names if known else {}, _subjects(reader, waiting.name))


def _subjects(reader: Reader, name: bytes) -> tuple[str, ...]:
    """Return the subjects in clear of an event, or of the event that it answers."""
    for _ in range(4):  # an answer to an answer to … has those of the first
        stored = reader.find_event(name)
        if stored is None or stored.body is None:
            return ()
        if subjects := parse_body(stored.body).all_subjects():
            return tuple(subjects)
        about = parse_head(stored.head).about
        if not about:
            return ()
        name = about[0]
    return ()
