"""Proofs that lie in one place only: everything else is made right, and signed, by whoever holds the keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from fixtures.zone.actors import Actor
from ledger.compose.event import Draft
from ledger.prove import trace as prover
from ledger.prove.notes import cosigned_note
from ledger.prove.source import EventSource
from ledger.signing.notes import sign_line
from tests.attacks.conftest import bend, smuggle
from tests.world import ITEM, World
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.seal import Seal
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash, root_of_shared_path
from verifier.primitives.note import Note, format_note, parse_note
from verifier.proof.bundle import SealPart
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import TraceProof, format_trace_proof
from verifier.proof.verdict import Verdict
from verifier.proof.verify import examine_trace


def judged(proof: TraceProof, standpoint: Standpoint, **changes: object) -> Verdict:
    """Return the verdict on a proof with other members."""
    return examine_trace(format_trace_proof(replace(proof, **changes)), standpoint)


def failure(verdict: Verdict) -> tuple[str, int | None, str, str]:
    """Return outcome, failed step, the refusal's code, and its field."""
    step = next((each.number for each in verdict.steps if each.passed is False), None)
    return (
        verdict.outcome,
        step,
        verdict.error.code if verdict.error else "",
        verdict.error.field if verdict.error else "",
    )


def said(verdict: Verdict, number: int) -> dict[str, dict[str, object]]:
    """Return what a step established: values by key of the catalogue."""
    return {each.key: dict(each.values) for each in verdict.steps[number - 1].said}


def unchecked(verdict: Verdict) -> set[str]:
    """Return the keys of what was not checked."""
    return {each.key for each in verdict.unchecked}


def notices(verdict: Verdict) -> list[str]:
    """Return the keys of the notices."""
    return [each.key for each in verdict.notices]


def signed(world: World, checkpoint: Checkpoint, *, witnesses: int | None = None, at: int | None = None) -> bytes:
    """Return a checkpoint signed by the ledger and cosigned by witnesses."""
    now = int(time.time()) if at is None else at
    note = parse_note(world.keys.sign_checkpoint(checkpoint, now))
    lines = [sign_line(each.key, each.signer, checkpoint, now) for each in world.witnesses[:witnesses]]
    return format_note(Note(note.text, (*note.signatures, *lines)))


def recosigned(world: World, proof: TraceProof, **how: int | None) -> TraceProof:
    """Return the proof with its checkpoint signed and cosigned again."""
    return replace(proof, checkpoint=signed(world, parse_signed_checkpoint(proof.checkpoint)[0], **how))


def resealed(world: World, proof: TraceProof, place: int, change: Callable[[Seal], Seal]) -> TraceProof:
    """Return the proof with another seal in one place, which the ledger signed; so it did the log's new root."""
    seal = change(proof.seals[place].signed.seal)
    seals = [*proof.seals[:place], SealPart(seal.covered, world.keys.sign_seal(seal)), *proof.seals[place:][1:]]
    return rerooted(world, replace(proof, seals=tuple(seals)))


def rerooted(world: World, proof: TraceProof) -> TraceProof:
    """Return the proof with a checkpoint, signed and cosigned, over the root that its leaves and path give."""
    checkpoint = parse_signed_checkpoint(proof.checkpoint)[0]
    leaves = {part.leaf: leaf_hash(part.signed.entry) for part in proof.seals}
    leaves |= {part.leaf: leaf_hash(part.assemble().entry) for part in (*proof.registry, *proof.trace)}
    root = root_of_shared_path(checkpoint.size, leaves, proof.path)
    return replace(proof, checkpoint=signed(world, Checkpoint(checkpoint.origin, checkpoint.size, root)))


def proved(world: World, subject: str = ITEM, walk: str = "public") -> TraceProof:
    """Return the proof that this ledger makes against its newest checkpoint, whatever it is worth."""
    world.cosign()
    world.ledger.kept.clear()  # what an honest prover made is of no use to a lying one
    with world.ledger.sources() as sources:
        size = sources.reader.newest_checkpoint(quorum=True).size
        note = cosigned_note(sources.reader, size)
        return prover.prove_trace(subject, walk=walk, size=size, note=note, sources=sources)


def proved_without(world: World, name: bytes, monkeypatch: pytest.MonkeyPatch, subject: str = ITEM) -> TraceProof:
    """Return the proof of a prover that leaves one event, and what answers it, out of every history."""
    honest = EventSource.history
    hidden = {name, *(each for each, head in world.zone.heads.items() if name in head.about)}

    def history(self: EventSource, pair: tuple[str, bytes]) -> list[Event]:
        return [event for event in honest(self, pair) if event.name not in hidden]

    with monkeypatch.context() as patched:
        patched.setattr(EventSource, "history", history)
        return proved(world, subject)


def smuggled(
    world: World,
    who: Actor,
    draft: Draft,
    monkeypatch: pytest.MonkeyPatch,
    *,
    target: bytes | None = None,
    **changes: object,
) -> bytes:
    """Let the ledger record what its own replay would refuse; return the event's name."""
    targets = [world.zone.heads[target]] if target else []
    event = bend(who.compose(draft, world.zone.types, targets), **changes)
    with monkeypatch.context() as lying:
        lying.setattr("verifier.judgement.replay.Replay.apply", lambda *_, **__: None)
        smuggle(world, who, [event], monkeypatch)
    return event.name
