"""Batch answers: the heads of a statement with the state of each body (docs/formats.md, section 16).

What auditors, witnesses and parties read under `/batches/{leaf}`, and what an export holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.errors import MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat.body import MAX_BODY
from verifier.ledgerformat.head import MAX_HEAD
from verifier.ledgerformat.statement import MAX_BATCH
from verifier.primitives.cbor import Value, format_cbor, parse_cbor
from verifier.primitives.quick import maker_of

WORD = "suyuan batch"
MAX_ANSWER = 64 << 20
_START = b"\x83" + format_cbor(WORD) + b"\x01"
SHOWN, RESTRICTED, ERASED, MISSING = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class AnsweredEvent:
    """One event of a batch answer. Parsed, not verified.

    Attributes:
        head: the head's bytes.
        state: SHOWN, RESTRICTED, ERASED or MISSING.
        body: the body's bytes, None unless it is shown.
        order: event name of the erasure order, 32 bytes, None unless the body is erased.
    """

    head: bytes
    state: int
    body: bytes | None = None
    order: bytes | None = None


_make_answered = maker_of(AnsweredEvent)


def parse_batch_answer(data: bytes, what: str = "batch") -> tuple[AnsweredEvent, ...]:
    """Return the events of a batch answer, in batch order.

    Raises:
        TooLargeError: over 64 MiB.
        UnsupportedError: another version.
        MalformedError: another format.
    """
    if len(data) > MAX_ANSWER:
        raise TooLargeError(what, came=f"{len(data)} bytes", expected=f"at most {MAX_ANSWER}")
    if quick := _quick(data):
        return quick
    value = parse_cbor(data, what)
    if not isinstance(value, list) or len(value) != 3 or value[0] != WORD:
        raise MalformedError(what, came="another shape", expected=f'["{WORD}", 1, [[head, body state], …]]')
    if value[1] != 1:
        raise UnsupportedError(f"{what} version", came=value[1], expected="1")
    events = value[2]
    if not isinstance(events, list) or not 0 < len(events) <= MAX_BATCH:
        raise MalformedError(what, came="another shape", expected=f"a list of 1 to {MAX_BATCH} events")
    return tuple(_event(each, f"{what}[{place}]") for place, each in enumerate(events))


def _quick(data: bytes) -> tuple[AnsweredEvent, ...] | None:
    """Return the events where every body is shown and every string has 24 to 65,535 bytes; None for any other answer.

    The commonest answers by far, without a general CBOR reader; whatever is not exactly of this shape is read by that.
    """
    at = len(_START)
    if data[:at] != _START or data[at : at + 1] != b"\x99":
        return None
    count, at = int.from_bytes(data[at + 1 : at + 3], "big"), at + 3
    if not 255 < count <= MAX_BATCH:
        return None
    events = []
    for _ in range(count):
        head, end = _string(data, at + 1)
        body, after = _string(data, end)
        if data[at : at + 1] != b"\x82" or head is None or body is None or len(head) > MAX_HEAD:
            return None
        events.append(_make_answered(head, SHOWN, body))
        at = after
    return tuple(events) if at == len(data) else None


def _string(data: bytes, at: int) -> tuple[bytes | None, int]:
    """Return the byte string at a place and where it ends; None where it has another length, or is cut."""
    form = data[at : at + 1]
    wide = form == b"\x59"
    start = at + 3 if wide else at + 2
    size = int.from_bytes(data[at + 1 : start], "big")
    end = start + size
    if (not wide and form != b"\x58") or size < (256 if wide else 24) or end > len(data):
        return None, at
    return data[start:end], end


def format_batch_answer(events: Sequence[AnsweredEvent]) -> bytes:
    """Return the batch answer's bytes."""
    return format_cbor([WORD, 1, [[each.head, _format_state(each)] for each in events]])


def _event(value: Value, what: str) -> AnsweredEvent:
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[0], bytes):
        raise MalformedError(what, came="another shape", expected="[head, body state]")
    head, state = value[0], value[1]
    if len(head) > MAX_HEAD:
        raise TooLargeError(f"{what}.head", came=f"{len(head)} bytes", expected=f"at most {MAX_HEAD}")
    if isinstance(state, bytes):
        if len(state) > MAX_BODY:
            raise TooLargeError(f"{what}.body", came=f"{len(state)} bytes", expected=f"at most {MAX_BODY}")
        return AnsweredEvent(head, SHOWN, body=state)
    if isinstance(state, list) and len(state) == 2 and state[0] == ERASED:
        order = state[1]
        if isinstance(order, bytes) and len(order) == 32:
            return AnsweredEvent(head, ERASED, order=order)
    if isinstance(state, int) and state in (RESTRICTED, MISSING):
        return AnsweredEvent(head, state)
    raise MalformedError(f"{what}.body", came="another shape", expected="bytes, 1, [2, order] or 3")


def _format_state(event: AnsweredEvent) -> Value:
    if event.state == SHOWN:
        return event.body
    return [ERASED, event.order] if event.state == ERASED else event.state
