"""Promise files: no byte of one goes unchecked, and what it says is what was recorded."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vectors.recipe import ROOT
from verifier.errors import SuyuanError
from verifier.ledgerformat.trust_policy import parse_trust_policy
from verifier.proof.examination import Standpoint
from verifier.proof.promise import format_promise, parse_promise, verify_promise
from verifier.vocabulary import registry_types

FILE = (ROOT / "files" / "complaint.promise").read_bytes()
ABOUT = json.loads((ROOT / "files" / "promises.json").read_text())
STANDPOINT = Standpoint(parse_trust_policy(ABOUT["policy"].encode()), ABOUT["time"], registry_types())


def test_it_holds_what_was_recorded_and_nothing_else_is_needed():
    found = verify_promise(parse_promise(FILE), STANDPOINT)
    assert {each.pointer: each.value for each in found.disclosures} == {
        "/contact": None,
        "/text": "an invented complaint",
    }
    assert found.receipt.leaf < found.receipt.size
    assert format_promise(parse_promise(FILE)) == FILE


@given(st.integers(0, 8 * len(FILE) - 1))
def test_any_flipped_bit_is_refused(bit):
    bent = bytearray(FILE)
    bent[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SuyuanError):
        verify_promise(parse_promise(bytes(bent)), STANDPOINT)


@given(st.integers(0, len(FILE) - 1))
def test_a_file_that_was_cut_off_is_refused(size):
    with pytest.raises(SuyuanError):
        parse_promise(FILE[:size])
