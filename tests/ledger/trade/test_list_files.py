"""Lists as files: what a CSV says, what is wrong with it, and what brings the ledger's list to it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.trade.list_files import Edition, draft_changes, draft_edition, parse_rows, standing_entries
from verifier.errors import MalformedError, SuyuanError

TEXT = {"zh": "示例", "en": "Example"}
EDITION = Edition("goods", TEXT, "positive", "hs-code", "2019", TEXT, "20200101")
HEADER = "entry,zh,en\n"


def rows(text):
    return parse_rows(text.encode(), "goods")


def test_a_file_gives_entries_names_terms_and_conditions():
    text = (
        "entry,zh,en,until,condition_zh,condition_en\n1,甲,A,2030-01-01T00:00:00+08:00,须注册,Registered\n2,乙,B,,,\n"
    )
    first, second = parse_rows(b"\xef\xbb\xbf" + text.encode(), "goods")
    assert (first.entry, first.names, first.until) == ("1", {"zh": "甲", "en": "A"}, 1893427200000)
    assert first.condition == {"zh": "须注册", "en": "Registered"}
    assert (second.until, second.condition) == (None, {})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("entry,zh\n1,甲\n", "columns"),
        ("entry,zh,en,colour\n1,甲,A,red\n", "columns"),
        (HEADER + "1,甲\n", "row 1"),
        (HEADER + "1,甲,A,more\n", "row 1"),
        (HEADER + "1,甲,\n", "row 1 en"),
        (HEADER + "1,甲,A\n1,乙,B\n", "row 2 entry"),
        (HEADER + "a b,甲,A\n", "list entry"),
        (HEADER + "meta,甲,A\n", "row 1 entry"),
        ("entry,zh,en,until\n1,甲,A,tomorrow\n", "row 1 until"),
        ("entry,zh,en,condition_zh\n1,甲,A,须\n", "row 1 condition"),
        ("", "columns"),
    ],
)
def test_what_is_wrong_is_named_with_its_row(text, names):
    with pytest.raises(MalformedError) as error:
        rows(text)
    assert names in error.value.field


def test_what_is_no_utf8_is_refused():
    with pytest.raises(MalformedError, match="byte 12"):
        parse_rows(HEADER.encode() + b"\xff", "goods")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_rows_or_a_clear_error(data):
    with suppress(SuyuanError):
        assert all(each.entry and each.names.keys() == {"zh", "en"} for each in parse_rows(data, "goods"))


@given(st.sets(st.integers(0, 20)), st.sets(st.integers(0, 20)), st.booleans())
def test_changes_lead_from_what_stands_to_what_the_file_has(before, after, amended):
    standing = {str(each): each.to_bytes(32) for each in before}
    text = HEADER + "".join(f"{each},甲,A\n" for each in sorted(after))
    changes = draft_changes(EDITION, rows(text), standing, time=1, amended=amended)
    found = dict(standing)
    for each in changes:
        entry = str(each.draft.subjects["entry"]).rpartition(":")[2]
        assert (each.removes is not None) == (each.draft.type == "reference.entry-removed")
        if each.removes:
            assert each.draft.about == (each.removes,)
            assert found.pop(entry) == each.removes
        else:
            assert entry not in found, "an entry that stands is not entered again"
            found[entry] = b"new"
    assert found.keys() == {str(each) for each in (after if amended else before | after)}


def test_what_stands_follows_from_entries_and_removals_in_their_order():
    told = [("reference.entry", b"a", "1"), ("reference.entry", b"b", "2"), ("reference.entry-removed", b"c", "1"),
            ("reference.entry-removed", b"d", "2"), ("reference.entry", b"e", "2")]  # fmt: skip
    assert standing_entries(told) == {"2": b"e"}


def test_an_edition_says_what_the_list_is():
    draft = draft_edition(EDITION, 5)
    assert (draft.type, draft.subjects) == ("reference.list", {"list": "urn:suyuan:list:goods:meta"})
    assert (draft.data["listed"], draft.data["of"], draft.data["version"]) == ("positive", "hs-code", "2019")
