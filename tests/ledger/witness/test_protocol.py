"""The request of `add-checkpoint`: one spelling, and any bytes are a request or a named refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.witness.foreign import parse_foreign_checkpoint
from ledger.witness.protocol import (
    AddCheckpoint,
    SizeConflictError,
    format_add_checkpoint,
    parse_add_checkpoint,
    require_extends,
)
from verifier.errors import InconsistentError, MalformedError, SuyuanError
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.merkle import EMPTY_ROOT

HASH = st.binary(min_size=32, max_size=32)
REQUESTS = st.builds(
    AddCheckpoint,
    old=st.integers(0, 2**63 - 1),
    proof=st.lists(HASH, max_size=63).map(tuple),
    note=st.binary(min_size=1, max_size=200),
)


@given(REQUESTS)
def test_what_is_written_is_what_is_read(asked):
    assert parse_add_checkpoint(format_add_checkpoint(asked)) == asked


@given(st.binary(max_size=300) | REQUESTS.map(format_add_checkpoint).map(lambda data: data[:-1] + b"\n\n"))
def test_any_bytes_are_a_request_or_a_named_refusal(data):
    try:
        found = parse_add_checkpoint(data)
    except SuyuanError as error:
        refused = error.field
    else:
        refused = "request" if format_add_checkpoint(found) == data else "another spelling was taken"
    assert refused.startswith("request")


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_note_is_a_checkpoint_or_a_named_refusal(data):
    with pytest.raises(SuyuanError) as refused:
        parse_foreign_checkpoint(data)
    assert refused.value.field.startswith("checkpoint")


@pytest.mark.parametrize(
    ("old", "size", "cosigned", "refusal"),
    [
        (6, 5, None, MalformedError),
        (6, 5, (6, b"\1" * 32), MalformedError),  # the larger `old` is told before the conflict
        (3, 5, None, SizeConflictError),
        (0, 5, (3, b"\1" * 32), SizeConflictError),
        (0, 0, (0, EMPTY_ROOT), InconsistentError),
        (5, 5, (5, b"\1" * 32), InconsistentError),
        (3, 5, (3, b"\1" * 32), InconsistentError),
    ],
)
def test_refusals_come_in_the_order_of_the_protocol(old, size, cosigned, refusal):
    asked = AddCheckpoint(old, (), b"note")
    with pytest.raises(refusal) as found:
        require_extends(asked, Checkpoint("log.example", size, b"\2" * 32), cosigned)
    if refusal is SizeConflictError:
        assert found.value.size == (cosigned or (0, b""))[0]
