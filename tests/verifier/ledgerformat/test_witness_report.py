"""A witness's report: one spelling, nothing that the text does not say, and nobody's word but its signer's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.signing.signer import generate
from ledger.witness.statements.keys import NoticeKey
from verifier.errors import BadSignatureError, MalformedError, SuyuanError, UnsupportedError, UntrustedError
from verifier.ledgerformat.witness_report import (
    WitnessReport,
    format_witness_report,
    parse_witness_report,
    verify_witness_report,
)
from verifier.primitives.keys import EDDSA

REPORT = WitnessReport(
    "ledger.example/zone", "inadmissible-statement", 41, 3, "not-permitted", "head.joins", 43, b"\1" * 32,
    1_800_000_000, evidence=False,
)  # fmt: skip
TEXT = """suyuan witness report v1
ledger ledger.example/zone
lie inadmissible-statement
leaf 41
event 3
reason not-permitted
field head.joins
size 43
root 0101010101010101010101010101010101010101010101010101010101010101
time 1800000000
evidence no
"""


def test_the_text_is_this_one():
    assert format_witness_report(REPORT) == TEXT
    assert parse_witness_report(TEXT) == REPORT
    whole = replace(REPORT, event=None, evidence=True)
    assert parse_witness_report(format_witness_report(whole)) == whole


@pytest.mark.parametrize(("leaf", "size"), [(42, 43), (0, 1), (0, 0)])
def test_the_last_leaf_that_a_checkpoint_holds_can_be_named_and_leaf_0_of_an_empty_log(leaf, size):
    report = replace(REPORT, leaf=leaf, size=size)
    assert parse_witness_report(format_witness_report(report)) == report


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v1\n", "v2\n"),
        ("lie inadmissible", "lie Inadmissible"),
        ("leaf 41", "leaf 041"),
        ("leaf 41", "leaf 43"),
        ("leaf 41", "leaf 44"),
        ("event 3", "event yes"),
        ("event 3", "event -1"),
        ("reason not-permitted", "reason not permitted"),
        ("field head.joins", "field head joins"),
        ("field head.joins", "field "),
        ("root 01", "root 0G"),
        ("evidence no", "evidence maybe"),
        ("evidence no\n", "evidence no"),
        ("evidence no\n", "evidence no\nmore 1\n"),
        ("size 43\n", ""),
        ("leaf 41\nevent 3\n", "event 3\nleaf 41\n"),
        ("ledger ledger.example/zone", "ledger two words"),
    ],
)
def test_every_other_spelling_is_refused(old, new):
    assert old in TEXT
    expected = UnsupportedError if old == "v1\n" else MalformedError
    with pytest.raises(expected):
        parse_witness_report(TEXT.replace(old, new, 1))


@given(st.text() | st.text().map(lambda rest: TEXT + rest))
def test_any_text_is_a_report_or_a_named_refusal(text):
    try:
        found = parse_witness_report(text)
    except SuyuanError as error:
        refused = error.field
    else:
        refused = "report" if format_witness_report(found) == text else "another spelling was taken"
    assert refused.startswith("report")


def test_only_its_own_witness_signs_it():
    ours, theirs = (NoticeKey("witness.example", generate(EDDSA)) for _ in range(2))
    signed = ours.sign_report(REPORT)
    assert verify_witness_report(signed, ours.public) == REPORT
    with pytest.raises(UntrustedError):
        verify_witness_report(signed, theirs.public)
    with pytest.raises(BadSignatureError):
        verify_witness_report(signed.replace(b"leaf 41", b"leaf 40"), ours.public)


def test_a_withheld_notice_is_no_report():
    with pytest.raises(MalformedError):
        parse_witness_report(TEXT.replace("witness report", "withheld statement"))
