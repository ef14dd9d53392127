"""Events out of the store, with the key that signed each: what walks and proofs read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from ledger.store.interface import Reader, StoredEvent, StoredStatement
from verifier.errors import MismatchError
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, Pair, event_name, parse_head
from verifier.ledgerformat.index import index_key
from verifier.proof.bundle import BodyState

BodyOf: TypeAlias = Callable[[StoredEvent, Head], BodyState]

_ENVELOPE = 0xD2


class EventSource:
    """Histories of a snapshot at a log size, each read once."""

    def __init__(self, reader: Reader, size: int, body_of: BodyOf | None = None) -> None:
        """Read events at leaves below `size`; a proof's reader sees the bodies that it shows, which `body_of` says."""
        self._reader = reader
        self._size = size
        self._body_of = body_of
        self._statements: dict[int, StoredStatement] = {}
        self._histories: dict[Pair, list[Event]] = {}
        self.stored: dict[bytes, StoredEvent] = {}

    def history(self, pair: Pair) -> Sequence[Event]:
        """Return the events of a [kind, name], in log order. Hash envelopes are none."""
        if pair not in self._histories:
            rows = self._reader.history(index_key(*pair), self._size)
            self._histories[pair] = [self.event(row) for row in rows if row.head[0] != _ENVELOPE]
        return self._histories[pair]

    def part(self, pair: Pair, *, first: int, most: int) -> Sequence[Event]:
        """Return at most `most` events of a [kind, name], from entry `first` on; hash envelopes count, and are none."""
        rows = self._reader.history_part(index_key(*pair), self._size, first=first, most=most)
        return [self.event(row) for row in rows if row.head[0] != _ENVELOPE]

    def event(self, row: StoredEvent) -> Event:
        """Return a stored event; the body is read where walks look into it: of the registry, and of what follows."""
        head = parse_head(row.head)
        shown: BodyState | None = None
        if head.type.startswith("registry."):
            shown = row.body
        elif head.follows and self._body_of:
            shown = self._body_of(row, head)
        body = parse_body(shown) if isinstance(shown, bytes) else None
        event = Event(event_name(row.head), row.leaf, row.position, head, body, self.statement(row.leaf).kid)
        self.stored[event.name] = row
        return event

    def statement(self, leaf: int) -> StoredStatement:
        """Return the statement at a leaf."""
        if leaf not in self._statements:
            found = self._reader.statement(leaf)
            if found is None:
                raise MismatchError("statement", came=f"none at leaf {leaf}", expected="one", todo="Run `suyuan fsck`.")
            self._statements[leaf] = found
        return self._statements[leaf]
