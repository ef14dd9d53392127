"""The projection: which committed events open a handle."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from ledger.following.blocks import events_of_blocks
from ledger.following.follower import Follower, OpenSources, Taken
from ledger.handles import store
from ledger.handles.openings import POINTERS, Key, Opening, openings_of, opens_handles
from ledger.handles.store import Found, Numbers
from ledger.prove.trace import Sources
from ledger.store.interface import Reader, StoredEvent
from verifier.ledgerformat.body import Body, parse_body
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.vocabulary import EventType

_EVENTS = 2_000  # of one turn, about
_ENVELOPE = 0xD2
_NUMBERS = frozenset({"body", *POINTERS})


class HandleProjection(Follower):
    """Which events open the handle of which number."""

    def __init__(self, path: Path, sources: OpenSources, *, origin: str) -> None:
        """Keep the projection of a ledger in the file `path`, its key beside it; `start` lets it follow."""
        self._numbers = Numbers(path.with_suffix(".key"))
        super().__init__(path, sources, origin=origin, layout=store.layout(self._numbers))

    def find(self, keys: Sequence[Key]) -> list[Found]:
        """Return the opening events of each number, in this order."""
        with self.read() as connection:
            return [store.find(connection, self._numbers.hash(key)) for key in keys]

    def take(self, connection: sqlite3.Connection, sources: Sources, begin: int) -> Taken:
        """Take openings in, and forget those whose number was erased."""
        end, rows = events_of_blocks(sources.reader, begin, about=_EVENTS)
        openings = (self._openings(row, sources) for row in rows if row.head[0] != _ENVELOPE)
        store.add(connection, chain.from_iterable(openings))
        orders = sources.replay.registry.erasures_at(end)
        store.forget(connection, [each.target for each in orders if _hides(each.what)])
        return Taken(end)

    def _openings(self, row: StoredEvent, sources: Sources) -> Iterator[tuple[bytes, int, int, bytes]]:
        registry, recent = sources.replay.registry, sources.recent
        head = recent.head(row.head)
        if head.type.startswith("registry.") or not opens_handles(kind := registry.type_at(head.type, row.leaf)):
            return
        body = recent.body(row.head, row.body) if row.body is not None else None
        for opening in _openings_of(kind, body, row, sources.reader):
            yield self._numbers.hash(opening.key), row.leaf, row.position, recent.name(row.head)


def _hides(what: Sequence[str]) -> bool:
    """Return whether an order erases the number itself."""
    return not _NUMBERS.isdisjoint(what)


def openings_stored(row: StoredEvent, reader: Reader, kind: EventType) -> list[Opening]:
    """Return the openings of a stored event, as far as its body and disclosures are kept."""
    return _openings_of(kind, None if row.body is None else parse_body(row.body), row, reader)


def _openings_of(kind: EventType, body: Body | None, row: StoredEvent, reader: Reader) -> list[Opening]:
    if body is None:
        return []
    texts: Mapping[str, str] = reader.disclosures(row.seq)
    values = {pointer: parse_disclosure(texts[pointer], pointer).value for pointer in POINTERS if pointer in texts}
    return list(openings_of(kind, body, values)) if values else []
