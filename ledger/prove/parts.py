"""Statement and seal parts of proof files, out of the store."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from ledger.prove.kept import Kept
from ledger.prove.log import shared_path
from ledger.prove.source import BodyOf, EventSource
from ledger.store.interface import Reader, StoredEvent
from verifier.errors import MismatchError
from verifier.judgement.registry import Registry
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, event_name
from verifier.ledgerformat.seal import parse_seal
from verifier.proof.bundle import MISSING, RESTRICTED, BodyState, Erased, EventPart, SealPart, StatementPart
from verifier.proof.examination import WHOLE_BODY

_PUBLIC_KINDS = {"trace", "recall", "registry"}


def statement_parts(events: Iterable[Event], source: EventSource, body_of: BodyOf) -> tuple[StatementPart, ...]:
    """Return the parts that show these events, one a statement, by leaf."""
    by_leaf: dict[int, list[Event]] = {}
    for event in events:
        by_leaf.setdefault(event.leaf, []).append(event)
    return tuple(_part(leaf, by_leaf[leaf], source, body_of) for leaf in sorted(by_leaf))


def _part(leaf: int, events: list[Event], source: EventSource, body_of: BodyOf) -> StatementPart:
    statement, batch = source.parsed(leaf), source.batch(leaf)
    events.sort(key=lambda event: event.position)
    shown = tuple(
        EventPart(event.position, source.stored[event.name].head, body_of(source.stored[event.name], event.head))
        for event in events
    )
    return StatementPart(
        leaf=leaf,
        protected=statement.protected,
        first=statement.first,
        count=statement.count,
        signature=statement.signature,
        path=shared_path(batch, len(batch), [each.position for each in shown]),
        events=shown,
    )


def seal_parts(leaves: Iterable[int], reader: Reader, newest: int, kept: Kept | None = None) -> tuple[SealPart, ...]:
    """Return the seals that cover these leaves, and the one at leaf `newest`, by leaf."""
    seals = (kept or Kept()).seals
    found: dict[int, SealPart] = {}
    covered = -1
    for leaf in sorted({*leaves, newest}):
        if leaf <= covered:
            continue
        part = seals.get(leaf, partial(_seal, leaf, reader))
        covered = part.leaf
        found[part.leaf] = part
    return tuple(found[leaf] for leaf in sorted(found))


def _seal(leaf: int, reader: Reader) -> SealPart:
    stored = reader.seal_covering(leaf)
    if stored is None:
        raise MismatchError("seal", came=f"none for leaf {leaf}", expected="one", todo="Run `suyuan fsck`.")
    return SealPart(stored.leaf, parse_seal(stored.entry))


def public_body(stored: StoredEvent, head: Head) -> BodyState:
    """Return a body as whoever names the subject may see it: restricted where it joins no public history."""
    if not {kind for kind, _ in head.joins} & _PUBLIC_KINDS:
        return RESTRICTED
    return MISSING if stored.body is None else stored.body


def erased_by_order(body_of: BodyOf, registry: Registry, size: int) -> BodyOf:
    """Return what shows each body as `body_of` does, and one that is gone by an order in force at a size as erased."""

    def shown(stored: StoredEvent, head: Head) -> BodyState:
        state = body_of(stored, head)
        if state != MISSING:
            return state
        order = order_to_erase(event_name(stored.head), registry, size)
        return state if order is None else Erased(order)

    return shown


def order_to_erase(name: bytes, registry: Registry, size: int) -> bytes | None:
    """Return the oldest order in force at a size that erases an event's body, by name; None if there is none."""
    orders = registry.erasures_of(name, size)
    return next((each.event for each in orders if WHOLE_BODY in each.what), None)


def whole_body(stored: StoredEvent, _head: Head) -> BodyState:
    """Return a body as parties and agencies may see it."""
    return MISSING if stored.body is None else stored.body
