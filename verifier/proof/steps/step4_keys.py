"""Step 4, Keys: the registry's histories are whole, follow from the charter, and say which keys hold when."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.errors import MismatchError, NotPermittedError, UntrustedError
from verifier.judgement.needs import registry_needs
from verifier.judgement.replay import Replay
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.index import IndexProof, check_index, index_key, value_of
from verifier.ledgerformat.mapping import check_body, check_head, check_links, check_targets
from verifier.proof.bundle import StatementPart
from verifier.proof.examination import Examination, Shown, histories_of, read_event, require_scope
from verifier.proof.verdict import Said


def establish_keys(
    found: Examination, parts: Sequence[StatementPart], trace: Sequence[StatementPart], proof: IndexProof
) -> list[Said]:
    """Establish the registry that this trace rests on, whole and by the charter's rules."""
    replay = Replay(found.standpoint.builtin)
    for part in parts:
        for shown in _read(found, part, replay):
            if shown.event.name in found.registry_events:  # recorded again, an old act would undo a newer one
                raise MismatchError("event", came=shown.event.name, expected="each event once")
            _judge(found, shown, replay)
            replay.apply(shown.event, time=found.seal_of(part.leaf).time)
            found.registry_events[shown.event.name] = shown
    found.registry = replay.registry
    histories = histories_of(found.registry_events)
    needs = registry_needs(
        _heads_of(found, trace),
        origin=found.charter_at(0).origin,
        is_root=lambda event: replay.is_root(event.kid, event.leaf),
        history_of=lambda pair: histories.get(pair, ()),
    )
    needed = {event.name for history in needs.values() for event in history}
    if needed != found.registry_events.keys():
        raise MismatchError("registry", came="events that this trace does not rest on", expected="only those it needs")
    claims = {index_key(*pair): value_of([event.entry for event in history]) for pair, history in needs.items()}
    check_index(found.newest_seal.root, claims, proof)
    return [Said("step4.registry", {"events": len(needed), "histories": len(needs)})]


def _read(found: Examination, part: StatementPart, replay: Replay) -> list[Shown]:
    """Return the events of a registry statement, once its signature by a valid key is checked."""
    header = found.statement(part).header
    if part.leaf:
        signer = found.signer(part, replay)
        found.verify(part, signer.holder, signer.key, found.charter_at(part.leaf).origin)
        registered = signer.registered
    elif id(part) not in found.verified:
        raise UntrustedError("leaf 0", came="another statement", expected="the pinned charter")
    else:
        registered = None
    shown = [read_event(part, each, header.issuer, header.kid) for each in part.events]
    if registered:
        for each in shown:
            require_scope(each, registered)
    return shown


def _judge(found: Examination, shown: Shown, replay: Replay) -> None:
    """Refuse an event that is no registry event, or whose body or links are not those of its type."""
    event = shown.event
    if not event.head.type.startswith("registry."):
        raise MismatchError("head.type", came=event.head.type, expected="a registry type in the registry part")
    if event.body is None:
        raise MismatchError("body", came="none", expected="the body: those of the registry are permanent")
    kind = replay.registry.type_at(event.head.type, event.leaf)
    check_head(kind, event.head)
    check_body(kind, event.body)
    targets = [found.registry_events.get(name) for name in event.head.about]
    known = [each.event for each in targets if each]
    check_targets(kind, [each.head for each in known])
    if any(each.place >= event.place for each in known):
        raise MismatchError("head.about", came="a later event", expected="earlier ones")
    if len(known) == len(targets):
        check_links(kind, event.head, event.body, [each.head for each in known])
    elif not any(pair in each.head.joins for each in known for pair in event.head.joins):
        raise NotPermittedError("head.joins", came="no target of it", expected="the histories of what it answers")


def _heads_of(found: Examination, parts: Sequence[StatementPart]) -> list[Event]:
    """Return the trace part's events as far as needs go: step 3 has bound their bytes to the log."""
    events = []
    for part in parts:
        header = found.statement(part).header
        for shown in part.events:
            head = parse_head(shown.head)
            events.append(Event(b"", part.leaf, shown.position, head, None, header.kid))
    return events
