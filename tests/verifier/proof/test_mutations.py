"""No mutation of a proof verifies, and each fails at the step that its kind is about."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.verifier.proof.mutations import EXPECTED, Mutation, flips, mutations
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import format_trace_proof
from verifier.proof.verdict import UNREADABLE, UNSUPPORTED, VERIFIED
from verifier.proof.verify import examine_trace

LEAST = 2_000
SAMPLE = 7  # of a kind's mutations, one in so many is tried in every run, and its first two


def require_that_it_fails(mutation: Mutation, standpoint: Standpoint) -> None:
    verdict = examine_trace(format_trace_proof(mutation.proof), standpoint)
    assert verdict.outcome != VERIFIED, mutation.kind
    failed = next((step.number for step in verdict.steps if step.passed is False), None)
    if verdict.outcome == UNREADABLE and failed is None:
        failed = "file"
    if verdict.outcome == UNSUPPORTED:
        failed = "unsupported"
    assert failed in EXPECTED[mutation.kind], (mutation.kind, failed, str(verdict.error))


def test_every_structural_mutation_fails_at_a_step_of_its_table_row(told):
    """A sample of each row here; `make soak` tries them all."""
    seen: Counter[str] = Counter()
    for mutation in mutations(told.proof):
        if seen[mutation.kind] < 2 or seen[mutation.kind] % SAMPLE == 0:
            require_that_it_fails(mutation, told.standpoint)
        seen[mutation.kind] += 1
    assert set(seen) == set(EXPECTED), "every row of the table was met"
    assert sum(seen.values()) >= LEAST


@pytest.mark.soak
def test_each_of_all_structural_mutations_fails_at_a_step_of_its_table_row(told):
    for mutation in mutations(told.proof):
        require_that_it_fails(mutation, told.standpoint)


def test_any_flipped_bit_is_refused(told):
    """Every 241st byte here, one bit each; `make soak` turns every bit of the file."""
    for place in range(0, len(told.data), 241):
        bent = bytearray(told.data)
        bent[place] ^= 1 << (place % 8)
        verdict = examine_trace(bytes(bent), told.standpoint)
        assert verdict.outcome != VERIFIED, place
        assert verdict.exit_code in (1, 3, 4, 5)


@pytest.mark.soak
def test_every_flipped_bit_is_refused(told):
    for bit in range(8 * len(told.data)):
        bent = bytearray(told.data)
        bent[bit >> 3] ^= 1 << (bit & 7)
        assert examine_trace(bytes(bent), told.standpoint).outcome != VERIFIED, bit


def test_truncated_and_extended_files_are_refused(told):
    for bent in (told.data[:-1], told.data[: len(told.data) // 2], b"", told.data + b"\0", *flips(told.data[:3], 3)):
        assert examine_trace(bent, told.standpoint).outcome != VERIFIED
