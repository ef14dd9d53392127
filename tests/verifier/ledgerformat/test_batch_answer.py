"""Batch answers (docs/formats.md, section 16): one spelling, and every other shape refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat.batch_answer import (
    ERASED,
    MISSING,
    RESTRICTED,
    SHOWN,
    AnsweredEvent,
    format_batch_answer,
    parse_batch_answer,
)
from verifier.primitives.cbor import format_cbor

heads = st.binary(min_size=1, max_size=64)
events = st.one_of(
    st.builds(lambda head, body: AnsweredEvent(head, SHOWN, body=body), heads, st.binary(max_size=64)),
    st.builds(AnsweredEvent, heads, st.sampled_from([RESTRICTED, MISSING])),
    st.builds(lambda head, order: AnsweredEvent(head, ERASED, order=order), heads, st.binary(min_size=32, max_size=32)),
)


@given(st.lists(events, min_size=1, max_size=8))
def test_what_is_written_is_read_again(written):
    assert parse_batch_answer(format_batch_answer(written)) == tuple(written)


@given(st.lists(events, min_size=1, max_size=4), st.data())
def test_no_other_bytes_say_the_same(written, data):
    spelt = bytearray(format_batch_answer(written))
    place = data.draw(st.integers(0, 8 * len(spelt) - 1))
    spelt[place // 8] ^= 1 << place % 8
    with contextlib.suppress(MalformedError, UnsupportedError):
        assert parse_batch_answer(bytes(spelt)) != tuple(written)


def test_a_later_version_is_unsupported():
    with pytest.raises(UnsupportedError):
        parse_batch_answer(format_cbor(["suyuan batch", 2, [[b"head", b"body"]]]))


@pytest.mark.parametrize(
    "value",
    [
        ["suyuan batches", 1, [[b"head", b"body"]]],
        ["suyuan batch", 1],
        ["suyuan batch", 1, []],
        ["suyuan batch", 1, [[b"head"]]],
        ["suyuan batch", 1, [["head", b"body"]]],
        ["suyuan batch", 1, [[b"head", 0]]],
        ["suyuan batch", 1, [[b"head", 2]]],
        ["suyuan batch", 1, [[b"head", 4]]],
        ["suyuan batch", 1, [[b"head", None]]],
        ["suyuan batch", 1, [[b"head", [2, b"short"]]]],
        ["suyuan batch", 1, [[b"head", [1, bytes(32)]]]],
        ["suyuan batch", 1, [[b"head", [2, bytes(32), 0]]]],
        ["suyuan batch", 1, [[b"head", b"body"]] * 4097],
    ],
)
def test_another_shape_is_refused(value):
    with pytest.raises(MalformedError):
        parse_batch_answer(format_cbor(value))


@pytest.mark.parametrize("event", [[b"h" * 16_385, b"body"], [b"head", b"b" * 65_537]])
def test_a_head_or_body_beyond_its_limit_is_refused(event):
    with pytest.raises(TooLargeError):
        parse_batch_answer(format_cbor(["suyuan batch", 1, [event]]))
