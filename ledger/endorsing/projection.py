"""The projection: what committed events mean for agencies."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ledger.admission.recent import RecentEvents
from ledger.endorsing.awaited import ANSWERED, REQUESTED
from ledger.endorsing.judging import Judge
from ledger.endorsing.store import LAYOUT, ProjectionWriter, Waiting
from ledger.following.blocks import events_of_blocks
from ledger.following.follower import Follower, OpenSources, Taken
from ledger.prove.trace import Sources
from ledger.store.interface import Reader, StoredEvent
from verifier.judgement.registry import Registry
from verifier.ledgerformat.head import Head

_EVENTS = 1_000  # of one turn, about: a turn is one short transaction
_JUDGED = 200
_ENVELOPE = 0xD2
_WITHDRAWN, _REATTESTED = "endorsement.withdrawn", "registry.reattestation"
_FURTHER = frozenset({_WITHDRAWN, _REATTESTED})  # what they are about may be an answer itself
_ANSWERS = frozenset({ANSWERED, _REATTESTED, "record.correction"})
_FILINGS = frozenset({"filing.product", "filing.enterprise"})
# Whatever else the registry says changes nothing of what was recorded before.
_IMMATERIAL = frozenset({"registry.type", "registry.kind", "registry.enterprise", "registry.mandate", "registry.grant"})


class Projection(Follower):
    """What awaits whom, what answers what, what is used how often."""

    def __init__(self, path: Path, sources: OpenSources, *, origin: str) -> None:
        """Keep the projection of a ledger in the file `path`; `start` lets it follow."""
        super().__init__(path, sources, origin=origin, layout=LAYOUT)

    def take(self, connection: sqlite3.Connection, sources: Sources, begin: int) -> Taken:
        """Take what was recorded in, then judge some of what is stale."""
        reader, registry = sources.reader, sources.replay.registry
        writer = ProjectionWriter(connection)
        end, rows = events_of_blocks(reader, begin, about=_EVENTS)
        _Taking(writer, reader, registry, sources.recent).take(rows)
        return Taken(end, left=self._judge(writer, reader, registry, end))

    @staticmethod
    def _judge(writer: ProjectionWriter, reader: Reader, registry: Registry, size: int) -> bool:
        """Judge what is stale; return whether some of it is left for the next turn."""
        if size == 0:
            return False
        judge = Judge(reader, registry, size=size, answers_of=writer.answers)
        writer.set_stale_at(judge.at)
        names = writer.stale(_JUDGED)
        for name in names:
            judged = judge.judge(name)
            event, outcome = judged.event, judged.recognition.outcome
            writer.set_outcome(name, outcome, judged.recheck)
            waiting = Waiting(event.leaf, event.position, name, event.head.type, judged.time, outcome, None, ())
            writer.set_awaited(waiting, judged.awaited)
        return len(names) == _JUDGED


class _Taking:
    """Takes committed events in, from a leaf on."""

    def __init__(self, writer: ProjectionWriter, reader: Reader, registry: Registry, recent: RecentEvents) -> None:
        self._writer = writer
        self._reader = reader
        self._registry = registry
        self._recent = recent
        self._judge = Judge(reader, registry, size=1, answers_of=writer.answers)
        self._judged: list[tuple[bytes, int, int]] = []
        self._uses: Counter[tuple[bytes, str]] = Counter()

    def take(self, rows: Iterable[StoredEvent]) -> None:
        """Take the events of whole blocks in."""
        for row in rows:
            if row.head[0] != _ENVELOPE:
                self._take(row, self._recent.head(row.head))
        self._writer.add_judged(self._judged)
        self._writer.add_uses(self._uses)

    def _take(self, row: StoredEvent, head: Head) -> None:
        if head.type.startswith("registry.") and head.type not in _IMMATERIAL:
            self._writer.set_all_stale()
        name = self._recent.name(row.head)
        if head.type == REQUESTED or self._is_judged(head, row.leaf):
            self._judged.append((name, row.leaf, row.position))
        if head.type in _FILINGS:
            for kind, subject in head.joins:
                if kind == "trace":
                    self._writer.add_filing(subject, name)
        self._uses.update((subject, head.type) for kind, subject in head.follows if kind == "trace")
        if head.about and (head.type in _ANSWERS or head.type.startswith(("endorsement.", "filing."))):
            self._writer.add_judged(self._judged)  # what is answered may stand in the same block
            self._judged.clear()
            for about in head.about:
                self._writer.add_answer(about, name=name, place=(row.leaf, row.position), further=head.type in _FURTHER)

    def _is_judged(self, head: Head, leaf: int) -> bool:
        return bool(self._registry.policies_at(head.type, leaf, self._judge.time_of(leaf)))
