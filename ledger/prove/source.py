"""Events out of the store, with the key that signed each: what walks and proofs read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from ledger.prove.kept import Kept
from ledger.prove.log import Leaves
from ledger.store.interface import Reader, StoredEvent, StoredStatement
from verifier.errors import MismatchError
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, Pair, event_name, parse_head
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.statement import Statement, check_batch, parse_statement
from verifier.proof.bundle import BodyState

BodyOf: TypeAlias = Callable[[StoredEvent, Head], BodyState]

_ENVELOPE = 0xD2
_REGISTRY = "registry"  # the kind whose bodies are never erased


class EventSource:
    """Histories of a snapshot at a log size, each read once."""

    def __init__(self, reader: Reader, size: int, body_of: BodyOf | None = None, *, kept: Kept | None = None) -> None:
        """Read events at leaves below `size`; a proof's reader sees the bodies that it shows, which `body_of` says.

        `kept`: what is known of the same ledger.
        """
        self._reader = reader
        self._kept = kept or Kept()
        self.settled = self._kept.settled(size)
        self._size = size
        self._body_of = body_of
        self._histories: dict[Pair, Sequence[Event]] = {}
        self.stored: dict[bytes, StoredEvent] = {}

    def history(self, pair: Pair) -> Sequence[Event]:
        """Return the events of a [kind, name], in log order. Hash envelopes are none."""
        if pair not in self._histories:
            kept = self.settled.histories.get(pair, lambda: self._read(pair)) if pair[0] == _REGISTRY else None
            events, rows = kept or self._read(pair)
            self.stored.update(zip((event.name for event in events), rows, strict=True))
            self._histories[pair] = events
        return self._histories[pair]

    def _read(self, pair: Pair) -> tuple[Sequence[Event], Sequence[StoredEvent]]:
        rows = [row for row in self._reader.history(index_key(*pair), self._size) if row.head[0] != _ENVELOPE]
        return [self.event(row) for row in rows], rows

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
        return self._kept.statements.get(leaf, lambda: self._read_statement(leaf))

    def _read_statement(self, leaf: int) -> StoredStatement:
        found = self._reader.statement(leaf)
        if found is None:
            raise MismatchError("statement", came=f"none at leaf {leaf}", expected="one", todo="Run `suyuan fsck`.")
        return found

    def parsed(self, leaf: int) -> Statement:
        """Return what the statement at a leaf spells."""
        return self._kept.parsed.get(leaf, lambda: parse_statement(self.statement(leaf).entry))

    def batch(self, leaf: int) -> Leaves:
        """Return the tree over the batch of the statement at a leaf.

        Raises:
            MismatchError: the heads in the store are not those that were signed.
        """
        statement = self.parsed(leaf)
        return self._kept.batches.get(statement.root, lambda: self._read_batch(leaf, statement))

    def _read_batch(self, leaf: int, statement: Statement) -> Leaves:
        heads = [each.head for each in self._reader.batch(leaf)]
        check_batch(statement, heads)
        return Leaves([event_name(head) for head in heads])
