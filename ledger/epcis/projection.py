"""The projection: which EPCIS events committed events are."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

from ledger.epcis import store
from ledger.epcis.facts import CORRECTION, Answered, Facts, facts_of
from ledger.epcis.shapes import TOLD_TYPES
from ledger.following.blocks import events_of_blocks
from ledger.following.follower import Follower, OpenSources, Taken
from ledger.prove.trace import Sources
from ledger.store.interface import Reader, StoredEvent
from verifier.ledgerformat.body import Body, parse_body
from verifier.ledgerformat.head import Head, parse_head
from verifier.ledgerformat.head_quick import quick_type

_EVENTS = 2_000  # of one turn, about
_ENVELOPE = 0xD2
_BODY = "body"


class EpcisProjection(Follower):
    """Which EPCIS events there are, and what finds them."""

    def __init__(self, path: Path, sources: OpenSources, *, origin: str) -> None:
        """Keep the projection of a ledger in the file `path`; `start` lets it follow."""
        super().__init__(path, sources, origin=origin, layout=store.LAYOUT)

    def take(self, connection: sqlite3.Connection, sources: Sources, begin: int) -> Taken:
        """Take EPCIS events in, and forget those whose body was erased."""
        end, rows = events_of_blocks(sources.reader, begin, about=_EVENTS)
        taking = _Taking(connection, sources)
        for row in rows:
            taking.take(row)
        taking.finish()
        orders = sources.replay.registry.erasures_at(end)
        new = {each.target for each in orders if _BODY in each.what and each.since > begin}  # others were forgotten
        found = [(name, stored.seq) for name in new if (stored := sources.reader.find_event(name))]
        store.forget(connection, found)
        return Taken(end)


class _Taking:
    """Takes committed events in, within a transaction."""

    def __init__(self, connection: sqlite3.Connection, sources: Sources) -> None:
        self._adding, self._reader, self._recent = store.Adding(connection), sources.reader, sources.recent
        self._seals: tuple[int, int] = (-1, 0)  # the last leaf of a block, and its time

    def take(self, row: StoredEvent) -> None:
        """Take one event in."""
        if row.head[0] == _ENVELOPE or row.body is None:
            return
        type_ = quick_type(row.head)
        if type_ not in TOLD_TYPES and type_ != CORRECTION:
            return
        head, name = self._recent.head(row.head), self._recent.name(row.head)
        facts = read_facts(self._reader, name, head, self._recent.body(row.head, row.body))
        if facts is not None:
            parties = {head.issuer, head.principal, head.to or head.issuer}
            recorded, error = self._time_of(row.leaf), head.type == CORRECTION
            self._adding.add(store.Part(name, row.seq, facts, recorded, parties, error))

    def finish(self) -> None:
        """Write what was taken in."""
        self._adding.finish()

    def _time_of(self, leaf: int) -> int:
        last, time = self._seals
        if leaf > last and (seal := self._reader.seal_covering(leaf)):
            self._seals = seal.leaf, (time := seal.time)
        return time


def read_facts(reader: Reader, name: bytes, head: Head, body: Body) -> Facts | None:
    """Return the EPCIS facts of an event; of a correction, those of what it corrects, told as an error."""

    def find_answered(about: bytes) -> Answered | None:
        stored = reader.find_event(about)
        if stored is None or stored.body is None or stored.head[0] == _ENVELOPE:
            return None
        return parse_head(stored.head), parse_body(stored.body)

    if head.type != CORRECTION:
        return facts_of(name, head, body, find_answered)
    answered = find_answered(head.about[0])
    wrong = facts_of(head.about[0], *answered, find_answered) if answered else None
    if wrong is None:
        return None
    words = dict(wrong.words)
    words.setdefault("eventID", store.event_id_of(head.about[0], wrong))
    return replace(wrong, group=f"error|{head.principal}|{wrong.group}", words=words)
