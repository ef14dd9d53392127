"""Trace proofs out of the store (docs/formats.md, section 17)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from ledger.admission.recent import RecentEvents
from ledger.index.overlay import Overlay
from ledger.prove.index import IndexView, prove_index
from ledger.prove.kept import Kept, KeptTree, Registered
from ledger.prove.log import shared_path
from ledger.prove.parts import erased_by_order, public_body, seal_parts, statement_parts, whole_body
from ledger.prove.since import since_count
from ledger.prove.source import BodyOf, EventSource
from ledger.store.interface import Reader
from ledger.tiles.folder import LogReader
from verifier.judgement.needs import needs_of, registry_needs
from verifier.judgement.replay import Replay
from verifier.judgement.trace import HISTORY_WALKS, MAX_HEADS, Closure, walk_trace
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.subject import form_of, subject_name
from verifier.proof.traceproof import TraceProof


@dataclass(frozen=True, slots=True)
class Sources:
    """What proofs are made from, at one moment.

    Attributes:
        reader: a snapshot of the store.
        log: the tree's hashes, at least as new as any size asked for.
        overlay: the index.
        replay: registry and proposals, at least as new.
        origin: the ledger's.
        recent: events of the newest blocks, read already.
        kept: what earlier proofs of the same ledger have found.
    """

    reader: Reader
    log: LogReader
    overlay: Overlay
    replay: Replay
    origin: str
    recent: RecentEvents = field(default_factory=RecentEvents)
    kept: Kept = field(default_factory=Kept)


def prove_trace(
    subject: str, *, walk: str, size: int, note: bytes, sources: Sources, body_of: BodyOf | None = None, since: int = 0
) -> TraceProof:
    """Return the proof of a subject's trace against the checkpoint `note` of `size` leaves.

    Args:
        subject: in its canonical spelling.
        walk: over which histories; or the one kind of history that is to be proved.
        size: of the checkpoint.
        note: its bytes.
        sources: of one moment.
        body_of: how each body of the trace is shown; None for as its walk has it.
        since: of one kind of history, how many of its first entries are not to be shown.

    Raises:
        MalformedError: no subject in canonical spelling.
        TooLargeError: the trace is beyond what one proof may hold.
        UnknownError: no event states what is not to be shown.
        BusyError: the index moved on while it was read; ask again.
    """
    form_of(subject)
    reader = sources.reader
    shown = erased_by_order(body_of or (public_body if walk == "public" else whole_body), sources.replay.registry, size)
    source = EventSource(reader, size, shown, kept=sources.kept)
    view = IndexView(sources.overlay, reader, size)
    closure = _walk(subject, walk, since, source, sources.replay)
    events = closure.events()
    trace, registered = statement_parts(events, source, shown), _registered(events, source, view, sources)
    leaves = {part.leaf for part in (*trace, *registered.parts)}
    seals = seal_parts(leaves, reader, size - 1, sources.kept)
    return TraceProof(
        walk=walk, subject=subject, checkpoint=note, seals=seals, registry=registered.parts, trace=trace,
        registry_index=registered.index,
        trace_index=prove_index(view, [index_key(*pair) for pair in closure.histories]),
        path=shared_path(KeptTree(sources.log, sources.kept), size, leaves | {part.leaf for part in seals}),
        since=since_count((walk, subject_name(subject)), since, source=source, reader=reader) if since else None,
    )  # fmt: skip


def _walk(subject: str, walk: str, since: int, source: EventSource, replay: Replay) -> Closure:
    one = walk in HISTORY_WALKS  # of such a history no more is read than a proof may hold
    history_of = partial(source.part, first=since, most=MAX_HEADS + 1) if one else source.history
    return walk_trace(subject_name(subject), walk=walk, history_of=history_of, registry=replay.registry)


def _registered(events: Sequence[Event], source: EventSource, view: IndexView, sources: Sources) -> Registered:
    """Return the registry part of events, made once for all that bring in the same."""

    def is_root(event: Event) -> bool:
        return sources.replay.is_root(event.kid, event.leaf)

    def make() -> Registered:
        needs = registry_needs(events, origin=sources.origin, is_root=is_root, history_of=source.history)
        resting = _resting(events, needs)
        index = prove_index(view, [index_key(*pair) for pair in needs])
        return Registered(statement_parts(resting, source, whole_body), index)

    seeds = needs_of(events, is_root)
    return make() if seeds is None else source.settled.registered.get((sources.origin, seeds), make)


def _resting(events: Sequence[Event], needs: Mapping[Pair, Sequence[Event]]) -> Collection[Event]:
    """Return the events of the registry part: what answers an event of the trace stands with it, whatever it joins."""
    own = {event.name for event in events}
    return {event.name: event for history in needs.values() for event in history if event.name not in own}.values()
