"""Step 4, Keys: the registry's histories are whole, follow from the charter, and say which keys hold when.

Registry events that answer an event of the trace stand with it in the trace part. They are replayed with those of
the registry part, in log order: an order to erase rests on keys, and an approval of it may complete something else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from verifier.errors import MismatchError, NotPermittedError, UntrustedError
from verifier.judgement.answers import check_answers
from verifier.judgement.needs import needs_of, registry_needs
from verifier.judgement.replay import Replay, require_supported
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, Pair, event_name, parse_head
from verifier.ledgerformat.index import IndexProof, check_index, index_key, value_of
from verifier.ledgerformat.mapping import check_body, check_head, check_links, check_targets, map_links
from verifier.proof.bundle import StatementPart, by_leaf
from verifier.proof.examination import Examination, Shown, histories_of, read_event, require_scope
from verifier.proof.footing import Footing
from verifier.proof.known import Rested
from verifier.proof.verdict import Said

BUILTIN = "registry."
Place: TypeAlias = tuple[int, int]  # leaf, and position in the batch


def establish_keys(
    found: Examination,
    parts: Sequence[StatementPart],
    trace: Sequence[StatementPart],
    proof: IndexProof,
    footing: Footing | None = None,
) -> list[Said]:
    """Establish the registry that this trace rests on, whole and by the charter's rules."""
    answered = _heads_of(found, trace)
    replayed = footing.replayed(found) if footing else None
    if footing is None or replayed is None:
        replay = replay_parts(found, parts, trace, answered)
        replayed = footing.keep_replayed(found, replay) if footing else None
        if footing is None or replayed is None:
            return [check_histories(found, answered, replay, proof)]
    found.registry_events.update(replayed.events)
    found.registry = replayed.replay.registry
    return [_check_apart(found, answered, replayed.replay, proof, footing)]


def _check_apart(
    found: Examination, answered: Mapping[bytes, Event], replay: Replay, proof: IndexProof, footing: Footing
) -> Said:
    """Check as `check_histories` does; what a story rests on that stands apart from its registry is known by seeds."""
    seeds = needs_of(answered.values(), lambda event: replay.is_root(event.kid, event.leaf))
    if seeds is None:
        return check_histories(found, answered, replay, proof)
    rested = footing.ground.rested(seeds, lambda: _rested(found, answered, replay))
    return _require_rested(found, answered, rested, proof)


def replay_parts(
    found: Examination,
    parts: Sequence[StatementPart],
    trace: Sequence[StatementPart],
    answered: Mapping[bytes, Event],
    until: Place | None = None,
) -> Replay:
    """Return the registry that these parts bring about, each event judged by those before it.

    Args:
        found: takes in the registry and its events.
        parts: the registry part.
        trace: the trace part, of which registry events are replayed as well.
        answered: the events of the trace part by name, as far as their heads go.
        until: nothing that stands there or later is replayed; None for all.
    """
    replay = Replay(found.standpoint.builtin)
    deciding = [part for part in trace if _has_registry_event(part)]
    own = {id(part) for part in parts}
    places = {name: event.place for name, event in answered.items()} | places_of([*parts, *trace])
    for shown in by_leaf([*parts, *deciding]):
        events = [(each, id(part) in own) for part in shown for each in _read(found, part, replay)]
        for each, is_own in sorted(events, key=lambda read: read[0].event.place):
            if until and each.event.place >= until:
                break
            if is_own or each.event.head.type.startswith(BUILTIN):
                _take(found, each, replay, answered, places)
                (found.registry_events if is_own else found.trace_events)[each.event.name] = each
    found.registry = replay.registry
    return replay


def check_histories(
    found: Examination,
    answered: Mapping[bytes, Event],
    replay: Replay,
    proof: IndexProof,
    also: Collection[str] = (),
    *,
    names: Collection[bytes] = (),
) -> Said:
    """Check that the registry part is what these events rest on, no less and no more, exactly as indexed.

    `also`, and `names` of, subjects on whose registry histories something else in the file rests.
    """
    rested = _rested(found, answered, replay, also, names)
    return _require_rested(found, answered, rested, proof)


def _rested(
    found: Examination,
    answered: Mapping[bytes, Event],
    replay: Replay,
    also: Collection[str] = (),
    names: Collection[bytes] = (),
) -> Rested:
    read = {shown.event.name: shown.event for shown in (*found.registry_events.values(), *found.trace_events.values())}
    histories = histories_of({**answered, **read}.values())
    needs = registry_needs(
        answered.values(),
        origin=found.charter_at(0).origin,
        is_root=lambda event: replay.is_root(event.kid, event.leaf),
        history_of=lambda pair: histories.get(pair, ()),
        also=also,
        names=names,
    )
    return Rested(
        claims={index_key(*pair): value_of([event.entry for event in history]) for pair, history in needs.items()},
        events={event.name for history in needs.values() for event in history},
        pairs=needs.keys(),
    )


def _require_rested(found: Examination, answered: Mapping[bytes, Event], rested: Rested, proof: IndexProof) -> Said:
    if rested.events - answered.keys() != found.registry_events.keys():
        raise MismatchError("registry", came="events that this trace does not rest on", expected="only those it needs")
    found.standpoint.known.ask(_check_claims, found.newest_seal.root, rested, proof)
    found.registry_pairs = set(rested.pairs)
    return Said("step4.registry", {"events": len(rested.events), "histories": len(rested.pairs)})


def _check_claims(root: bytes, rested: Rested, proof: IndexProof) -> None:
    check_index(root, rested.claims, proof)


def _has_registry_event(part: StatementPart) -> bool:
    return any(parse_head(shown.head).type.startswith(BUILTIN) for shown in part.events)


def _read(found: Examination, part: StatementPart, replay: Replay) -> list[Shown]:
    """Return the events of a statement with registry events, once its signature by a valid key is checked."""
    header = found.statement(part).header
    registered = None
    if part.leaf:
        signer = found.signer(part, replay)
        found.verify(part, signer.holder, signer.key, found.charter_at(part.leaf).origin)
        registered = signer.registered
    elif id(part) not in found.verified:
        raise UntrustedError("leaf 0", came="another statement", expected="the pinned charter")
    shown = [read_event(part, each, header.issuer, header.kid) for each in part.events]
    if registered:
        for each in shown:
            require_scope(each, registered)
    return shown


def places_of(parts: Sequence[StatementPart]) -> dict[bytes, Place]:
    """Return where each event that is shown stands."""
    return {event_name(each.head): (part.leaf, each.position) for part in parts for each in part.events}


def _take(
    found: Examination, shown: Shown, replay: Replay, answered: Mapping[bytes, Event], places: Mapping[bytes, Place]
) -> None:
    """Let a registry event take effect, once it is what its type asks for; recorded twice it would undo newer ones."""
    event = shown.event
    if event.name in found.registry_events or event.name in found.trace_events:
        raise MismatchError("event", came=event.name, expected="each event once")
    judge_act(found, shown, replay, answered, places)
    replay.apply(event, time=found.seal_of(event.leaf).time)


def _require_earlier(event: Event, places: Mapping[bytes, Place]) -> None:
    """Return if every event that another answers stands earlier, as far as it is shown."""
    if any(places[name] >= event.place for name in event.head.about if name in places):
        raise MismatchError("head.about", came="a later event", expected="earlier ones")


def judge_act(
    found: Examination, shown: Shown, replay: Replay, answered: Mapping[bytes, Event], places: Mapping[bytes, Place]
) -> None:
    """Refuse an event that is no registry event, or whose body or links are not those of its type."""
    event = shown.event
    if not event.head.type.startswith(BUILTIN):
        raise MismatchError("head.type", came=event.head.type, expected="a registry type in the registry part")
    require_supported(event)
    if event.body is None:
        raise MismatchError("body", came="none", expected="the body: those of the registry are permanent")
    kind = replay.registry.type_at(event.head.type, event.leaf)
    check_head(kind, event.head)
    check_body(kind, event.body)
    _require_earlier(event, places)
    known = _targets(found, event, answered)
    check_targets(kind, known)
    check_answers(event, registry=replay.registry, targets=known)
    if len(known) == len(event.head.about):
        check_links(kind, event.head, event.body, known)
    elif not _stands_with(known, event.head, own=set(map_links(kind, event.body.subjects).joins)):
        raise NotPermittedError("head.joins", came="no target of it", expected="the histories of what it answers")


def _stands_with(targets: Sequence[Head], head: Head, *, own: AbstractSet[Pair]) -> bool:
    """Return whether an event of which not all targets are shown joins what one of these does, or what it names."""
    return any(pair in own or any(pair in each.joins for each in targets) for pair in head.joins)


def _targets(found: Examination, event: Event, answered: Mapping[bytes, Event]) -> list[Head]:
    """Return the heads that a registry event answers, as far as they are shown."""
    known = []
    for name in event.head.about:
        shown = found.registry_events.get(name)
        target = shown.event if shown else answered.get(name)
        known += [target.head] if target else []
    return known


def _heads_of(found: Examination, parts: Sequence[StatementPart]) -> dict[bytes, Event]:
    """Return the trace part's events as far as needs go: step 3 has bound their bytes to the log."""
    known, events = found.standpoint.known, {}
    for part in parts:
        header = found.statement(part).header
        for shown in part.events:
            name = known.ask(event_name, shown.head)
            events[name] = Event(name, part.leaf, shown.position, known.ask(parse_head, shown.head), None, header.kid)
    return events
