"""Batch answers of many statements in one answer (docs/http.md): one spelling, and every other shape refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat import batch_answers
from verifier.ledgerformat.batch_answers import BatchAnswers, format_batch_answers, parse_batch_answers
from verifier.primitives.cbor import format_cbor


@given(st.dictionaries(st.integers(5, 90), st.binary(max_size=40), max_size=6), st.integers(0, 5), st.integers(91, 99))
def test_what_is_written_is_read_again(answers, first, next_):
    written = tuple(sorted(answers.items()))
    assert parse_batch_answers(format_batch_answers(next_, written), first) == BatchAnswers(next_, written)


def test_a_later_version_is_unsupported():
    with pytest.raises(UnsupportedError):
        parse_batch_answers(format_cbor(["suyuan batches", 2, 9, []]), 0)


@pytest.mark.parametrize(
    "value",
    [
        ["suyuan batch", 1, 9, []],
        ["suyuan batches", 1, 9],
        ["suyuan batches", 1, b"9", []],
        ["suyuan batches", 1, 9, b"none"],
        ["suyuan batches", 1, 9, [4]],
        ["suyuan batches", 1, 9, [[4]]],
        ["suyuan batches", 1, 9, [[4, "text"]]],
        ["suyuan batches", 1, 9, [[b"4", b"answer"]]],
        {1: 2},
    ],
)
def test_another_shape_is_refused(value):
    with pytest.raises(MalformedError):
        parse_batch_answers(format_cbor(value), 3)


@pytest.mark.parametrize(("next_", "leaves"), [(3, []), (2, []), (9, [2]), (9, [9]), (9, [4, 4]), (9, [5, 4])])
def test_leaves_ascend_from_the_first_asked_for_to_before_the_next(next_, leaves):
    with pytest.raises(MalformedError):
        parse_batch_answers(format_batch_answers(next_, [(leaf, b"answer") for leaf in leaves]), 3)


def test_more_than_can_be_is_not_read(monkeypatch):
    monkeypatch.setattr(batch_answers, "MAX_ANSWERS", 10)
    with pytest.raises(TooLargeError):
        parse_batch_answers(format_batch_answers(9, [(3, b"answer")]), 3)
