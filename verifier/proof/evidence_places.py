"""What stands before an event: traces and targets in evidence against it (docs/formats.md, sections 13 and 17).

Who owns a subject and who has custody of it follows from heads alone, once its history is whole: as the seal of the
event's own block has it. What stands at the event's place or after it is counted there, and says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from verifier.errors import MismatchError
from verifier.judgement.authority import TraceState, advance
from verifier.judgement.registry import Registry
from verifier.judgement.replay import require_supported
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, Pair, event_name, parse_head
from verifier.ledgerformat.index import IndexProof, check_index, index_key, value_of
from verifier.proof.bundle import RESTRICTED, StatementPart
from verifier.proof.examination import Examination, histories_of

_BUILTIN = "registry."
_TRACE = "trace"


@dataclass(frozen=True, slots=True)
class TracePart:
    """The traces of every name that an event joins or follows. Parsed, not confirmed.

    Attributes:
        statements: statement parts of these histories, and of what the event answers, heads only.
        proof: of these histories, under the root of the seal of the event's block.
    """

    statements: tuple[StatementPart, ...]
    proof: IndexProof


@dataclass(frozen=True, slots=True)
class Before:
    """What an event's joins, follows and answers are judged by.

    Attributes:
        states: of each trace that began before it, by subject name; all others that it touches had not begun.
        targets: heads of the events that it answers, None where not all of them are shown.
    """

    states: Mapping[bytes, TraceState]
    targets: Sequence[Head] | None


def trace_pairs(head: Head) -> list[Pair]:
    """Return the histories in which it stands who may join and follow what a head does, sorted."""
    return sorted({(_TRACE, name) for _, name in (*head.joins, *head.follows)})


def types_behind(judged: Event, shown: Collection[Event]) -> list[str]:
    """Return the types, as subjects, that say what the events before the judged one opened and ended.

    For whom its principal carries on, as it may answer, stands in the principal's own histories.
    """
    types = {event.head.type for event in shown if event.place < judged.place}
    return sorted(f"urn:suyuan:type:{name}" for name in types if not name.startswith(_BUILTIN))


def read_traces(found: Examination, part: TracePart, judged: Event) -> list[Event]:
    """Return the events of a trace part: heads that stand in the log.

    Raises:
        MismatchError: more than heads, or a registry event is judged: no rule about those looks at traces.
    """
    if judged.head.type.startswith(_BUILTIN):
        raise MismatchError("traces", came=f"those of {judged.head.type}", expected="none: its rules look at no trace")
    if any(shown.body != RESTRICTED or shown.disclosures for each in part.statements for shown in each.events):
        raise MismatchError("traces", came="more than a head", expected="heads: no rule looks at more")
    events = []
    for statement in part.statements:
        kid = found.statement(statement).header.kid
        for shown in statement.events:
            head = parse_head(shown.head, "head")
            events.append(Event(event_name(shown.head), statement.leaf, shown.position, head, None, kid))
    return events


def before_event(
    found: Examination, proof: IndexProof, judged: Event, shown: Sequence[Event], registry: Registry
) -> Before:
    """Return what stands before an event, once the traces that it touches are whole.

    Args:
        found: with the events of the registry part, which may stand in these histories as well.
        proof: of exactly these histories, under the newest seal shown.
        judged: the event.
        shown: the events of the trace part.
        registry: what holds before the event's leaf, whole as far as these events rest on it.

    Raises:
        MismatchError: an event that is neither of such a history nor answered.
        NotIndexedError: the histories are others.
    """
    pairs = trace_pairs(judged.head)
    for event in shown:
        if event.name not in judged.head.about and not any(event.joins(pair) for pair in pairs):
            raise MismatchError("traces", came=event.name, expected="what the event touches or answers")
    every = [judged, *(each.event for each in found.registry_events.values()), *shown]
    histories = histories_of(every)
    check_index(
        found.newest_seal.root,
        {index_key(*pair): value_of([each.entry for each in histories.get(pair, ())]) for pair in pairs},
        proof,
    )
    states = {}
    for pair in pairs:
        state = _state(histories.get(pair, ()), judged, registry)
        if state:
            states[pair[1]] = state
    targets = _answered(judged, every)
    return Before(states, targets if len(targets) == len(judged.head.about) else None)


def _state(history: Sequence[Event], judged: Event, registry: Registry) -> TraceState | None:
    """Return a trace's state before an event. Registry events change none."""
    state = None
    for event in history:
        if event.place >= judged.place:
            break
        require_supported(event)
        if not event.head.type.startswith(_BUILTIN):
            state = advance(state, event.head, registry.type_at(event.head.type, event.leaf))
    return state


def _answered(judged: Event, shown: Collection[Event]) -> list[Head]:
    """Return the heads that an event answers, as far as they are shown before it."""
    earlier = {event.name: event.head for event in shown if event.place < judged.place}
    return [earlier[name] for name in judged.head.about if name in earlier]
