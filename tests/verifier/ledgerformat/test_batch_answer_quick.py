"""The quick reader of batch answers says what the general one says, of whatever it is given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import SuyuanError
from verifier.ledgerformat import batch_answer
from verifier.ledgerformat.batch_answer import (
    MISSING,
    RESTRICTED,
    SHOWN,
    AnsweredEvent,
    format_batch_answer,
    parse_batch_answer,
)

SIZES = st.sampled_from([0, 1, 23, 24, 25, 255, 256, 257, 16_384, 16_385, 65_535, 65_536])
COUNTS = st.sampled_from([1, 255, 256, 257, 300])


def events(count: int, head: int, body: int, state: int, place: int) -> list[AnsweredEvent]:
    """Ordinary events, one of them with other sizes."""
    made = [AnsweredEvent(b"h" * 160, SHOWN, b"b" * 400) for _ in range(count)]
    made[place % count] = AnsweredEvent(b"h" * head, state, b"b" * body if state == SHOWN else None)
    return made


def read(data: bytes, monkeypatch: pytest.MonkeyPatch, *, quick: bool):
    with monkeypatch.context() as patched:
        if not quick:
            patched.setattr(batch_answer, "_quick", lambda _: None)
        try:
            return parse_batch_answer(data)
        except SuyuanError as error:
            return str(error)


@given(COUNTS, SIZES, SIZES, st.sampled_from([SHOWN, SHOWN, RESTRICTED, MISSING]), st.integers(0, 300))
def test_both_read_the_same(count, head, body, state, place):
    data = format_batch_answer(events(count, head, body, state, place))
    with pytest.MonkeyPatch.context() as patched:
        assert read(data, patched, quick=True) == read(data, patched, quick=False)


@given(st.integers(0, 2_000), st.integers(0, 255), st.integers(-3, 3))
def test_both_refuse_the_same(at, byte, cut):
    data = bytearray(format_batch_answer(events(256, 160, 400, SHOWN, 0)))
    data[at] = byte
    changed = bytes(data[:cut] if cut < 0 else data + bytes(cut))
    with pytest.MonkeyPatch.context() as patched:
        assert read(changed, patched, quick=True) == read(changed, patched, quick=False)


def test_the_common_answer_is_read_quickly():
    assert batch_answer._quick(format_batch_answer(events(256, 160, 400, SHOWN, 0))) is not None
