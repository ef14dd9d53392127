"""Step 5, Authentic: each event was said by who it says, under a valid key, where it may stand."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.errors import MismatchError, NotPermittedError
from verifier.judgement.authority import TraceState, advance, check_authority
from verifier.judgement.participants import Key
from verifier.judgement.registry import Registry
from verifier.judgement.replay import require_supported
from verifier.judgement.trace import Closure, walk_trace
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.ledgerformat.mapping import check_body, check_head, check_links, check_targets, map_links
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.vocabulary import ANSWERED_KINDS, EventType
from verifier.proof.bundle import StatementPart
from verifier.proof.examination import (
    Examination,
    Shown,
    histories_of,
    read_event,
    require_body_state,
    require_order,
    require_scope,
)
from verifier.proof.steps.step4_keys import BUILTIN
from verifier.proof.verdict import Said


def establish_authentic(found: Examination, parts: Sequence[StatementPart], subject: str, walk: str) -> list[Said]:
    """Establish that every event of the trace part is what its issuer signed, and might say."""
    registry = _registry(found)
    for part in parts:
        _read(found, part, registry)
    _require_distinct(found)
    histories = histories_of(shown.event for shown in found.trace_events.values())
    found.closure = walk_trace(
        subject_name(subject), walk=walk, history_of=lambda pair: histories.get(pair, ()), registry=registry
    )
    events = found.closure.events()
    if len(events) != len(found.trace_events):
        raise MismatchError("trace", came="an event of no history of this trace", expected="only those it reaches")
    _judge(found, events, registry, found.closure)
    issuers = {event.head.issuer for event in events}
    return [Said("step5.events", {"events": len(events), "issuers": len(issuers)})]


def _read(found: Examination, part: StatementPart, registry: Registry) -> None:
    """Read the events of a statement whose signature is checked; those of the registry were read in step 4."""
    header, known = found.statement(part).header, found.standpoint.known
    key: Key | None = None
    for each in part.events:
        name = known.ask(event_name, each.head)
        if name in found.trace_events and known.ask(parse_head, each.head).type.startswith(BUILTIN):
            continue
        key = key or _verified_key(found, part, registry)
        shown = known.ask(read_event, part, each, header.issuer, header.kid)
        require_scope(shown, key)
        if shown.event.name in found.trace_events:
            raise MismatchError("event", came=shown.event.name, expected="each event once")
        found.trace_events[shown.event.name] = shown


def _registry(found: Examination) -> Registry:
    if found.registry is None:
        raise MismatchError("registry", came="none", expected="step 4 first")
    return found.registry


def _verified_key(found: Examination, part: StatementPart, registry: Registry) -> Key:
    """Return the key of a statement whose signature is checked. Keys of roots and administrators say no others."""
    header = found.statement(part).header
    if registry.root_at(header.kid, part.leaf):
        raise NotPermittedError("statement.kid", came="a root key", expected="a statement key")
    key = registry.key_at(header.kid, part.leaf, found.seal_of(part.leaf).time)
    if key.use != "statement":
        raise NotPermittedError("key.use", came=key.use, expected="statement")
    found.verify(part, key.holder, key.key, found.charter_at(part.leaf).origin)
    return key


def _require_distinct(found: Examination) -> None:
    ids = [(each.event.head.issuer, each.event.head.id) for each in found.trace_events.values()]
    if len(set(ids)) != len(ids):
        raise MismatchError("head.id", came="an id twice", expected="each id of an issuer once")


def _judge(found: Examination, events: Sequence[Event], registry: Registry, closure: Closure) -> None:
    """Judge events in log order, each against the traces as they stood before it."""
    states: dict[bytes, TraceState] = {}
    for event in events:
        require_supported(event)
        shown = found.trace_events[event.name]
        kind = registry.type_at(event.head.type, event.leaf)
        check_head(kind, event.head)
        targets = _targets(found, event)
        check_targets(kind, targets)
        _require_body(found, shown, kind, targets)
        complete = len(targets) == len(event.head.about)
        if not complete:
            _require_answered(shown, kind, targets, closure)
        if event.head.type.startswith(BUILTIN):
            continue  # step 4 judged who might say it, and it changes no trace
        check_authority(
            event,
            kind,
            registry=registry,
            time=found.seal_of(event.leaf).time,
            state_of=states.get,
            targets=targets,
            holds=lambda pair: pair in closure.histories,
        )
        for pair_kind, name in event.head.joins:
            if pair_kind == "trace":
                states[name] = advance(states.get(name), event.head, kind)


def _targets(found: Examination, event: Event) -> list[Head]:
    """Return the heads that an event answers, as far as they are shown; each stands earlier."""
    shown = [found.trace_events[name].event for name in event.head.about if name in found.trace_events]
    if any(each.place >= event.place for each in shown):
        raise MismatchError("head.about", came="a later event", expected="earlier ones")
    return [each.head for each in shown]


def _require_body(found: Examination, shown: Shown, kind: EventType, targets: Sequence[Head]) -> None:
    event = shown.event
    if event.body is None:
        require_body_state(shown, kind)
        require_order(shown, _registry(found), found.newest_seal.covered + 1)
        return
    check_body(kind, event.body)
    if len(targets) == len(event.head.about):
        check_links(kind, event.head, event.body, targets)


def _require_answered(shown: Shown, kind: EventType, targets: Sequence[Head], closure: Closure) -> None:
    """Refuse an answer that stands in a history of this trace without any target of it: it was moved there."""
    body = shown.event.body
    own = set(map_links(kind, body.subjects).joins) if body else set()
    for pair in shown.event.head.joins:
        held = pair in closure.histories and pair[0] in ANSWERED_KINDS and pair not in own
        if held and not any(pair in target.joins for target in targets):
            raise NotPermittedError("head.about", came="an answer to another subject's event", expected="a target here")
