"""Recipes of files that are checked alone: events, receipts, fork evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.compose.event import Draft
from ledger.prove.log import consistency_path
from ledger.prove.notes import cosigned_note
from ledger.prove.receipt import prove_bare_event, prove_event
from tests.verifier.proof.steps.forging import proved, signed, smuggled
from tests.world import FIRM, PARCEL, UNIT, World, found_world, now, tell_parcel
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.eventproof import EventProof, format_event_proof
from verifier.proof.evidence import CheckpointCommitment, ReceiptCommitment, format_fork_evidence
from verifier.proof.traceproof import format_trace_proof

REFUSED = "refused"


def take_all(writer) -> None:
    """Take every recipe of this module upon one world."""
    world = found_world(writer.scratch / "alone")
    tell_parcel(world)
    _events(writer.take, world)
    _receipts(writer.take, world)
    _evidence(writer.take, world)
    world.ledger.close()


def _event(world: World, name: bytes, *, bare: bool = False) -> EventProof:
    world.cosign()
    with world.ledger.sources() as sources:
        size = sources.reader.newest_checkpoint(quorum=True).size
        note = cosigned_note(sources.reader, size)
        stored = sources.reader.find_event(name)
        if bare:
            return prove_bare_event(stored, size=size, note=note, sources=sources)
        return prove_event(stored, size=size, note=note, body=stored.body, sources=sources)


def _events(take, world: World) -> None:
    proof, other = (_event(world, world.events[name].name) for name in ("departing", "arriving"))
    held = format_trace_proof(proved(world, UNIT))
    take("departing", "One event with its seal.", format_event_proof(proof), world, command="event", registry=held)
    bare = format_event_proof(_event(world, world.events["departing"].name, bare=True))
    take(
        "departing-for-a-code",
        "The same event without seal and 0x06 line: it fits a QR code.",
        bare,
        world,
        command="event",
        registry=held,
    )
    moved = format_event_proof(replace(proof, seal=other.seal))
    take(
        "anothers-seal",
        "A seal that does not cover the event.",
        moved,
        world,
        command="event",
        outcome=REFUSED,
        exit_code=1,
        refused=(None, "mismatch", "seal"),
        registry=held,
    )
    lone = signed(world, parse_signed_checkpoint(proof.checkpoint)[0], witnesses=1)
    take(
        "event-with-one-witness",
        "One cosignature, where the quorum is two.",
        format_event_proof(replace(proof, checkpoint=lone)),
        world,
        command="event",
        outcome=REFUSED,
        exit_code=3,
        refused=(None, "incomplete", "checkpoint"),
        registry=held,
    )
    _mandated(take, world)


def _mandated(take, world: World) -> None:
    with pytest.MonkeyPatch.context() as patch:
        draft = Draft("delivery.signed", now(), {"parcel": PARCEL}, {"carrier": FIRM})
        name = smuggled(world, world.cast["carrier"], draft, patch, behalf=world.cast["customs"].uri)
    take(
        "event-under-a-mandate",
        "A carrier's event in the name of customs: mandates are only a format so far.",
        format_event_proof(_event(world, name)),
        world,
        command="event",
        outcome=REFUSED,
        exit_code=5,
        refused=(None, "unsupported", "head"),
        registry=format_trace_proof(proved(world, PARCEL)),
    )


def _receipts(take, world: World) -> None:
    world.cosign()
    with world.ledger.store.read() as reader:
        leaf = reader.find_event(world.events["list"].name).leaf
    charter = world.ledger.prover.charter_file()
    found = world.ledger.prover.receipt(leaf)
    note = world.ledger.prover.checkpoint(found.size)
    take(
        "promised",
        "A receipt alone.",
        found.receipt,
        world,
        command="receipt",
        outcome="promised",
        statement=found.entry,
        charter=charter,
    )
    take(
        "recorded",
        "A receipt with a checkpoint of its size that a quorum cosigned.",
        found.receipt,
        world,
        command="receipt",
        outcome="recorded",
        statement=found.entry,
        charter=charter,
        checkpoint=note,
    )
    _receipts_of_something_else(take, world, leaf)


def _receipts_of_something_else(take, world: World, leaf: int) -> None:
    charter = world.ledger.prover.charter_file()
    found = world.ledger.prover.receipt(leaf)
    with world.ledger.store.read() as reader:
        other = reader.statement(reader.find_event(world.events["order"].name).leaf).entry
    take(
        "another-statement",
        "A receipt for another statement of the same log.",
        found.receipt,
        world,
        command="receipt",
        outcome=REFUSED,
        exit_code=1,
        refused=(None, "bad-signature", "receipt signature"),
        statement=other,
        charter=charter,
    )
    promise = world.ledger.prover.promise(leaf).receipt
    take(
        "another-size",
        "A receipt and a checkpoint of different sizes.",
        promise,
        world,
        command="receipt",
        outcome=REFUSED,
        exit_code=1,
        refused=(None, "mismatch", "checkpoint"),
        statement=found.entry,
        charter=charter,
        checkpoint=world.ledger.prover.checkpoint(found.size),
    )


def _evidence(take, world: World) -> None:
    charter = parse_charter_file(world.ledger.prover.charter_file())
    older = world.ledger.prover.checkpoint()
    world.endorse("customs", world.events["list"], "acknowledged")
    newer = world.ledger.prover.checkpoint()
    sizes = [parse_signed_checkpoint(each)[0].size for each in (older, newer)]
    lie = signed(world, Checkpoint(world.ledger.origin, sizes[0], bytes(32)), witnesses=0)
    with world.ledger.sources() as sources:
        path = consistency_path(sources.log, *sizes, whole=True)
        leaf = sources.reader.find_event(world.events["list"].name).leaf
    receipt = world.ledger.prover.receipt(leaf)
    pairs = {
        "two-roots-for-one-size": (CheckpointCommitment(older), CheckpointCommitment(lie), ()),
        "history-rewritten": (CheckpointCommitment(lie), CheckpointCommitment(newer), path),
    }
    for name, (first, second, hashes) in pairs.items():
        data = format_fork_evidence(charter, first, second, hashes)
        take(name, "Two commitments that cannot both be true.", data, world, command="evidence", outcome="fork")
    honest = format_fork_evidence(charter, CheckpointCommitment(older), CheckpointCommitment(newer), path)
    take(
        "no-fork",
        "Two commitments of one history.",
        honest,
        world,
        command="evidence",
        outcome=REFUSED,
        exit_code=1,
        refused=(None, "inconsistent", "path"),
    )
    _strayed(take, world, receipt.receipt, newer, path)


def _strayed(take, world: World, receipt: bytes, newer: bytes, path: list[bytes]) -> None:
    charter = parse_charter_file(world.ledger.prover.charter_file())
    forged = ReceiptCommitment(receipt, bytes(32))
    stray = format_fork_evidence(charter, forged, CheckpointCommitment(newer), path)
    take(
        "anothers-leaf",
        "A receipt with a leaf for which it was not given.",
        stray,
        world,
        command="evidence",
        outcome=REFUSED,
        exit_code=1,
        refused=(None, "bad-signature", "receipt signature"),
    )
