"""Withheld notices: one spelling, nothing that the text does not say, no statement withheld too early."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import MalformedError, SuyuanError, UnsupportedError
from verifier.ledgerformat.withheld import OPEN_INTAKE, Withheld, format_withheld, parse_withheld

NOTICE = Withheld("ledger.example/zone", b"\1" * 32, 1_800_000_000, 1_800_001_000, 612, "replay", 42, "busy", None)
TEXT = """suyuan withheld statement v1
ledger ledger.example/zone
statement 0101010101010101010101010101010101010101010101010101010101010101
first-seen 1800000000
last-tried 1800001000
open-intake 612
judged replay
size 42
answer busy
logged no
"""


def test_the_text_is_this_one():
    assert format_withheld(NOTICE) == TEXT
    assert parse_withheld(TEXT) == NOTICE
    logged = replace(NOTICE, logged=7)
    assert parse_withheld(format_withheld(logged)) == logged


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v1\n", "v1 \n"),
        ("open-intake 612", f"open-intake {OPEN_INTAKE - 1}"),
        ("open-intake 612", "open-intake 1001"),
        ("open-intake 612", "open-intake 0612"),
        ("last-tried 1800001000", "last-tried 1799999999"),
        ("judged replay", "judged hearsay"),
        ("answer busy", "answer Busy"),
        ("answer busy", "answer "),
        ("logged no", "logged never"),
        ("logged no\n", "logged no"),
        ("logged no\n", "logged no\n\n"),
        ("logged no\n", "logged no\nmore 1\n"),
        ("size 42\n", ""),
        ("size 42\nanswer busy\n", "answer busy\nsize 42\n"),
        ("statement 01", "statement 0G"),
        ("ledger ledger.example/zone", "ledger two words"),
    ],
)
def test_every_other_spelling_is_refused(old, new):
    assert old in TEXT
    expected = UnsupportedError if old == "v1\n" else MalformedError
    with pytest.raises(expected):
        parse_withheld(TEXT.replace(old, new, 1))


@given(st.text() | st.text().map(lambda rest: TEXT + rest))
def test_any_text_is_a_notice_or_a_named_refusal(text):
    try:
        found = parse_withheld(text)
    except SuyuanError as error:
        refused = error.field
    else:
        refused = "notice" if format_withheld(found) == text else "another spelling was taken"
    assert refused.startswith("notice")


_NOTICES = st.builds(
    lambda first, spent, more, **values: Withheld(
        "l.example", b"\2" * 32, first, first + spent + more, spent, answer="none", **values
    ),
    first=st.integers(0, 2**40), spent=st.integers(OPEN_INTAKE, 2**30), more=st.integers(0, 2**30),
    size=st.integers(0, 2**60), logged=st.none() | st.integers(0, 2**60), judged=st.sampled_from(["replay", "ledger"]),
)  # fmt: skip


@given(_NOTICES)
def test_what_is_written_is_what_is_read(notice):
    assert parse_withheld(format_withheld(notice)) == notice
