"""A world for attacks: an honest ledger, and ways to make it lie."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes

import pytest

from benchmarks.load import unit
from fixtures.zone.actors import Actor, all_types
from ledger.admission.candidate import Candidate, CandidateEvent
from ledger.compose.event import ComposedEvent
from ledger.prove.notes import cosigned_note
from ledger.prove.trace import prove_trace
from ledger.sequencer import block
from ledger.sequencer.judge import Judged
from tests.world import ITEM, World, found_world, open_ledger, tell_parcel
from verifier.judgement.authority import advance
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, format_head, parse_head
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.statement import parse_statement, statement_identity
from verifier.proof.traceproof import format_trace_proof
from verifier.proof.verdict import Verdict
from verifier.proof.verify import examine_trace


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> World:
    """A founded zone in which one parcel's life was told, put to rest: tests get copies of it.

    It is cosigned: no block of it waits for a quorum, so copies take in statements however much later they are made.
    """
    made = found_world(tmp_path_factory.mktemp("template"))
    tell_parcel(made)
    made.cosign()
    made.ledger.close()
    return made


@pytest.fixture
def world(template: World, tmp_path) -> Iterator[World]:
    """A founded zone in which one parcel's life was told."""
    made = reborn(template, tmp_path / "ledger")
    yield made
    made.ledger.close()


def reborn(template: World, folder: Path) -> World:
    """Return a world that goes on from where another was put to rest, with the same keys, in a folder of its own."""
    shutil.copytree(template.folder, folder)
    ledger = open_ledger(folder, template.keys)
    cast = {name: replace(who, _sequence=dict(who._sequence)) for name, who in template.cast.items()}
    agencies = [cast[each.uri.rsplit(":", 1)[1]] for each in template.zone.agencies]
    zone = replace(
        template.zone,
        agencies=agencies,
        send=lambda data: ledger.submit(data).result() and None,
        heads=dict(template.zone.heads),
    )
    witnesses = [replace(each) for each in template.witnesses]
    return World(folder, template.keys, ledger, zone, witnesses, cast, dict(template.events))


def bend(event: ComposedEvent, **changes: object) -> ComposedEvent:
    """Return the event with other members in its head."""
    spelt = format_head(replace(parse_head(event.head), **changes))
    return replace(event, head=spelt, name=event_name(spelt))


@contextmanager
def lying(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the ledger record whatever it is given: it judges nothing."""

    def judge_nothing(candidate: Candidate, *, leaf: int, time: int, view: object) -> Judged:
        kid = candidate.statement.header.kid
        judged = Judged([], {})
        for position, event in enumerate(candidate.events):
            judged.events.append(Event(event.name, leaf, position, event.head, event.body, kid))
            for kind, name in event.head.joins:
                if kind == "trace":
                    before = judged.traces.get(name) or view.trace_state(name)
                    judged.traces[name] = advance(before, event.head, event.kind)
        return judged

    with monkeypatch.context() as patched:
        patched.setattr(block, "judge_candidate", judge_nothing)
        yield


def smuggle(
    world: World, actor: Actor, events: list[ComposedEvent], monkeypatch: pytest.MonkeyPatch, origin: str | None = None
) -> int:
    """Record events that intake and judge would refuse; return the leaf."""
    submission = actor.sign(events, origin or world.ledger.origin)
    statement = parse_statement(submission.statement)
    types = all_types()
    known = next(iter(types.values()))  # for a type that nobody registered
    candidates = []
    for event in events:
        head = replace(parse_head(event.head), id=token_bytes(16))  # its database holds an id once: it files another
        keys = tuple(index_key(*pair) for pair in head.joins)
        body = parse_body(event.body)
        kind = types.get(head.type, known)
        candidates.append(CandidateEvent(event.name, event.head, head, event.body, body, kind, (), keys))
    candidate = Candidate(statement, submission.statement, statement_identity(statement), candidates)
    with lying(monkeypatch):
        sequencer = world.ledger.writer.sequencer
        (result,) = world.ledger.writer.call(lambda: sequencer.commit([candidate])).result()
    assert isinstance(result, int), result
    return result


def proof_of(world: World, subject: str = ITEM, walk: str = "public") -> bytes:
    """Return the proof that this ledger makes, whatever a verifier says of it."""
    world.cosign()
    with world.ledger.sources() as sources:
        size = sources.reader.newest_checkpoint(quorum=True).size
        note = cosigned_note(sources.reader, size)
        return format_trace_proof(prove_trace(subject, walk=walk, size=size, note=note, sources=sources))


def examined(world: World, subject: str = ITEM, walk: str = "public") -> Verdict:
    """Return a stranger's verdict on the proof that this ledger makes, whatever it is."""
    return examine_trace(proof_of(world, subject, walk), world.standpoint())


def failed_step(verdict: Verdict) -> int:
    """Return the number of the step that failed."""
    return next(step.number for step in verdict.steps if step.passed is False)


def fresh_unit(number: int) -> str:
    """Return a logistic unit that the carrier may open."""
    return unit(number + 10)
