"""What the prover hands out, and what it says there is not."""

from __future__ import annotations

import pytest

from benchmarks.load import unit
from ledger.errors import UnknownError
from ledger.store.sqlite.connection import create
from tests.ledger.sequencer.zone import Small, found
from verifier.errors import MalformedError
from verifier.ledgerformat.head import event_name
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.eventproof import parse_event_proof
from verifier.proof.traceproof import parse_trace_proof


def test_charter_that_waits_for_approval_is_shown_to_those_who_are_to_approve_it(tmp_path):
    small = found(tmp_path / "zone")
    young = Small(tmp_path / "young", small.keys, small.customs, small.carrier, small.noter, [])
    (tmp_path / "young").mkdir()
    create(young.folder / "ledger.db")
    young.open()
    try:
        with pytest.raises(UnknownError, match="charter"):
            young.ledger.prover.charter_file()
        young.decree_zone().say(young.customs, [young.decree_zone()._charter()], as_root=True)
        (part,) = parse_charter_file(young.ledger.prover.charter_file())
        assert part.leaf == 0
    finally:
        young.close()


def test_what_is_not_there_is_unknown(full):
    prover, size = full.ledger.prover, full.size
    for leaf in (size - 1, size, 10**9):  # a seal, and nothing
        with pytest.raises(UnknownError):
            prover.receipt(leaf)
    with pytest.raises(UnknownError):
        prover.event(bytes(32))
    for older, newer in ((0, size), (size, size + 1), (size, size - 2)):
        with pytest.raises(UnknownError):
            prover.consistency(older, newer)
    with pytest.raises(UnknownError):
        prover.checkpoint(size - 1)
    with pytest.raises(MalformedError):
        prover.trace("https://id.gs1.org/00/1")


def test_hash_envelope_is_recorded_but_is_no_event_that_could_be_shown(full):
    entry = full.envelope(bytes(range(32)))
    leaf = full.ledger.submit_envelope(entry).result(timeout=30)
    assert full.ledger.prover.receipt(leaf).entry == entry
    with pytest.raises(UnknownError):
        full.ledger.prover.event(leaf_hash(entry))


def test_event_stands_under_the_root_of_the_checkpoint_that_it_comes_with(full):
    with full.ledger.store.read() as reader:
        row = list(reader.events_from(0))[-1]
    proof = parse_event_proof(full.ledger.prover.event(event_name(row.head)))
    checkpoint, _ = parse_signed_checkpoint(proof.checkpoint)
    assert checkpoint.root == tree_root([leaf_hash(each) for each in full.entries()[: checkpoint.size]])
    assert proof.statement.events[0].head == row.head
    assert full.entries()[row.leaf] == proof.statement.assemble().entry


def test_trace_of_what_was_never_seen_proves_that_it_is_absent(full):
    absent, present = (full.ledger.prover.trace(unit(each)) for each in (99_999, 1))
    assert parse_trace_proof(present.data).trace
    assert parse_trace_proof(absent.data).trace == ()
    assert all(step.passed for step in absent.verdict.steps[:6])
