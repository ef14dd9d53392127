"""Whoever brings along what it has found before comes to the same verdict as whoever brings nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tests.verifier.proof.mutations import mutations
from verifier.errors import BadSignatureError, SuyuanError
from verifier.primitives.merkle import leaf_hash, node_hash
from verifier.proof.known import Known
from verifier.proof.quick import read_trace_proof, write_trace_proof
from verifier.proof.traceproof import format_trace_proof, parse_trace_proof
from verifier.proof.verdict import VERIFIED
from verifier.proof.verify import examine_trace

SAMPLE = 41  # of a kind's mutations, one in so many is tried, and its first


def summary(verdict):
    """Return everything that a verdict says, its error as text."""
    steps = [(each.number, each.passed, each.said, str(each.error)) for each in verdict.steps]
    return verdict.outcome, steps, verdict.notices, verdict.unchecked, verdict.story, str(verdict.error)


@pytest.fixture
def standpoints(told):
    """Who knows of nothing, and who has examined the honest proof."""
    stranger = told.standpoint
    knowing = replace(stranger, known=Known(4_096))
    assert examine_trace(told.data, knowing).outcome == VERIFIED
    return stranger, knowing


def test_a_proof_seen_before_gets_the_verdict_that_a_stranger_gives(told, standpoints):
    stranger, knowing = standpoints
    assert summary(examine_trace(told.data, knowing)) == summary(examine_trace(told.data, stranger))


def test_a_bent_proof_gets_the_verdict_that_a_stranger_gives_whatever_was_seen_before(told, standpoints):
    stranger, knowing = standpoints
    seen: Counter[str] = Counter()
    for mutation in mutations(told.proof):
        if seen[mutation.kind] % SAMPLE == 0:
            data = format_trace_proof(mutation.proof)
            assert summary(examine_trace(data, knowing)) == summary(examine_trace(data, stranger)), mutation.kind
        seen[mutation.kind] += 1
    assert summary(examine_trace(told.data, knowing)) == summary(examine_trace(told.data, stranger))


def test_a_flipped_bit_gets_the_verdict_that_a_stranger_gives_whatever_was_seen_before(told, standpoints):
    stranger, knowing = standpoints
    for place in range(0, len(told.data), 1_201):
        bent = bytearray(told.data)
        bent[place] ^= 1 << (place % 8)
        assert summary(examine_trace(bytes(bent), knowing)) == summary(examine_trace(bytes(bent), stranger)), place


def test_part_by_part_a_file_is_read_and_written_as_it_is_whole(told, standpoints):
    known = standpoints[1].known
    seen: Counter[str] = Counter()
    for mutation in mutations(told.proof):
        if seen[mutation.kind] % SAMPLE == 0:
            data = format_trace_proof(mutation.proof)
            assert write_trace_proof(mutation.proof, known) == data, mutation.kind
            assert read_by(read_trace_proof, data, known) == read_by(parse_trace_proof, data), mutation.kind
        seen[mutation.kind] += 1


def read_by(reader, *given):
    """Return what a reader makes of a file: the proof, or the words of its refusal."""
    try:
        return reader(*given)
    except SuyuanError as error:
        return str(error)


def test_what_was_refused_is_looked_at_again():
    asked = []

    def work(value):
        asked.append(value)
        if len(asked) < 3:
            raise BadSignatureError("signature", came="bent", expected="another")
        return value

    known = Known(8)
    for _ in range(2):
        with pytest.raises(BadSignatureError):
            known.ask(work, b"x")
    assert known.ask(work, b"x") == known.ask(work, b"x") == b"x"
    assert len(asked) == 3, "answered once, it is not asked again"


def test_no_more_is_kept_than_was_said():
    known = Known(8)
    for number in range(100):
        known.ask(leaf_hash, b"%d" % number)
    known.ask(node_hash, b"left", b"right")
    assert known.held == 8


def test_by_default_nothing_is_kept():
    known = Known()
    known.ask(leaf_hash, b"x")
    assert known.held == 0
    assert not known.keeps
