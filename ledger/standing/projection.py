"""The projection: every list, summary and return, how it stands and since when, and what passed on its way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.admission.recent import RecentEvents
from ledger.following.blocks import events_of_blocks
from ledger.following.file import meta
from ledger.following.follower import Follower, OpenSources, Taken
from ledger.prove.trace import Sources
from ledger.standing import store
from ledger.standing.papers import LIST, PAPERS, RETURN, STATUSES, stand_of
from ledger.standing.store import Paper, Passed, Wanted
from ledger.store.interface import Reader, StoredEvent
from ledger.trade.declarations import Declaration, Told, project_one, tell
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.subject import subject_name
from verifier.results.modes import MODES, STANDS_FOR, TAKEN_BACK
from verifier.results.returns import WINDOWS, Late, late_return

_EVENTS = 1_000  # of one turn, about
_ENVELOPE = 0xD2
_HISTORIES = frozenset({"trace", "case"})
_WAY = ("declaration", "order", "parcel")  # roles whose subjects are of one way
_STEPS = frozenset(
    {
        each
        for mode in MODES.values()
        for steps in (mode.documents, mode.steps)
        for row in steps.values()
        for each in row
    }
    | STANDS_FOR.keys()
    | TAKEN_BACK.keys()
    | {each for window in WINDOWS for each in window.since}
)
_TAKEN = _STEPS | PAPERS.keys()  # of others only what is about something
_READ = _STEPS | PAPERS.keys() | frozenset(STATUSES)  # whose bodies say something here


@dataclass(frozen=True, slots=True)
class Standing:
    """A paper, and what follows from what passed on its way.

    Attributes:
        paper: how it stands.
        declaration: of a list, with its mode's documents and steps; None of others.
        late: of a return, the terms that it is behind.
    """

    paper: Paper
    declaration: Declaration | None
    late: tuple[Late, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """An event as it is taken in."""

    place: tuple[int, int]
    told: Told
    head: Head
    body: Body | None


class StandingProjection(Follower):
    """Where everything that was declared stands."""

    def __init__(self, path: Path, sources: OpenSources, *, origin: str) -> None:
        """Keep the projection of a ledger in the file `path`; `start` lets it follow."""
        super().__init__(path, sources, origin=origin, layout=store.LAYOUT)

    def take(self, connection: sqlite3.Connection, sources: Sources, begin: int) -> Taken:
        """Take papers in, what is about them and what passed on their way; forget what was erased."""
        end, rows = events_of_blocks(sources.reader, begin, about=_EVENTS)
        times = _Times(sources.reader)
        taking = _Taking(connection)
        for stored in rows:
            if stored.head[0] == _ENVELOPE:
                continue
            head = sources.recent.head(stored.head)
            if head.about or head.type in _TAKEN:
                taking.take(_read(stored, head, times, sources.recent))
        taking.finish()
        for order in sources.replay.registry.erasures_at(end):
            for paper in store.forget(connection, order.target) if "body" in order.what else ():
                _restand(connection, paper)
        return Taken(end)

    @contextmanager
    def reading(self) -> Iterator[StandingReader]:
        """Yield one snapshot."""
        with self.read() as connection:
            yield StandingReader(connection)


class StandingReader:
    """Reads over a connection, in the thread that holds it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read over a connection to the projection's file."""
        self._connection = connection

    @property
    def size(self) -> int:
        """Return the leaves that were taken in."""
        return int(meta(self._connection, "size"))

    def find(self, wanted: Wanted, limit: int) -> list[Standing]:
        """Return papers as they stand, those that moved longest ago first."""
        return [self._standing(each) for each in store.find_papers(self._connection, wanted, limit)]

    def _standing(self, paper: Paper) -> Standing:
        passed = store.passed_by(self._connection, paper.name)
        if paper.kind == LIST:
            return Standing(paper, self._declaration(paper, passed), ())
        return Standing(paper, None, _late(paper, passed) if paper.kind == RETURN else ())

    def _declaration(self, paper: Paper, passed: Sequence[Passed]) -> Declaration:
        listed = _told(paper)
        way = [listed if each[:2] == paper[1:3] else Told(b"", each.type, (), each.claimed, None, 0) for each in passed]
        return project_one(listed, store.said_about(self._connection, paper.name), way)


def _late(paper: Paper, passed: Sequence[Passed]) -> tuple[Late, ...]:
    return tuple(late_return(paper.type, paper.claimed, [(each.type, each.claimed) for each in passed]))


class _Times:
    """Ledger times of leaves, each seal read once."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self._last, self._time = reader, -1, 0

    def of(self, leaf: int) -> int:
        if leaf > self._last and (seal := self._reader.seal_covering(leaf)):
            self._last, self._time = seal.leaf, seal.time
        return self._time


def _read(stored: StoredEvent, head: Head, times: _Times, recent: RecentEvents) -> _Row:
    body = None
    if stored.body is not None and head.type in _READ:
        body = recent.body(stored.head, stored.body)
    told = tell(recent.name(stored.head), head, body.data if body else None, times.of(stored.leaf))
    return _Row((stored.leaf, stored.position), told, head, body)


class _Taking:
    """Takes a turn's events in; what no event of the turn asks for is written at its end, together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._moved: dict[bytes, None] = {}  # papers of which something was said
        self._passed: list[tuple[bytes, Passed]] = []
        self._beside: list[tuple[bytes, bytes]] = []

    def take(self, row: _Row) -> None:
        """Take one event in."""
        connection, told = self._connection, row.told
        if told.type in PAPERS:
            store.add_paper(connection, _paper_of(row))
            self._moved[told.name] = None
        touched = {paper: about for about in told.about for paper in store.papers_about(connection, about)}
        for name, about in touched.items():
            store.add_said(connection, name, row.place, told, about)
            self._moved[name] = None
        if told.type in _STEPS:
            passed = Passed(*row.place, told.type, told.claimed)
            self._passed += [(name, passed) for name in {name for kind, name in row.head.joins if kind in _HISTORIES}]
        if told.type in _STEPS or told.type in PAPERS:
            self._join(row)

    def _join(self, row: _Row) -> None:
        """Let the subjects of an event be of one way: a declaration, its order and its parcels."""
        subjects = [subject_name(each) for role in _WAY for each in (row.body.of_role(role) if row.body else ())]
        if row.told.type in PAPERS:
            subjects.append(row.told.name)
        self._beside += [(one, other) for one in subjects for other in subjects if one != other]

    def finish(self) -> None:
        """Write what was left to the end."""
        store.add_passed(self._connection, self._passed)
        store.join(self._connection, self._beside)
        for name in self._moved:
            _restand(self._connection, name)


def _paper_of(row: _Row) -> Paper:
    body, told = row.body, row.told
    kind, _ = PAPERS[told.type]
    mode = str(body.data.get("tradeMode", "")) if body else ""
    enterprise = next(iter(body.of_role("enterprise")), "") if body else ""
    return Paper(told.name, *row.place, kind, told.type, mode, row.head.principal, enterprise, told.claimed, told.time,
                 "", "", irregular=False, moved=told.time)  # fmt: skip


def _restand(connection: sqlite3.Connection, name: bytes) -> None:
    paper = store.paper_of(connection, name)
    if paper is not None:
        store.set_stand(connection, name, stand_of(_told(paper), store.said_about(connection, name)))


def _told(paper: Paper) -> Told:
    return Told(paper.name, paper.type, (), paper.claimed, {"tradeMode": paper.mode}, paper.time)
