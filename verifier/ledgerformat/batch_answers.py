"""Batch answers of many statements in one answer (docs/http.md): fewer questions where statements are small.

A shell around batch answers, for the way only: nobody keeps it, and what is inside is judged as if it had come alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from verifier.errors import MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat.batch_answer import MAX_ANSWER
from verifier.primitives.cbor import format_cbor, parse_cbor

WORD = "suyuan batches"
MEDIA_TYPE = "application/vnd.suyuan.batch-answers+cbor"
ENOUGH = 4 << 20  # bytes of answers behind which none is added
MAX_ANSWERS = MAX_ANSWER + ENOUGH + (1 << 20)
_SHAPE = f'["{WORD}", 1, next leaf, [[leaf, answer], …]]'


@dataclass(frozen=True, slots=True)
class BatchAnswers:
    """The batch answers of the statements between two leaves. Parsed; the answers are not.

    Attributes:
        next: leaf up to which they are all there: ask on from here.
        answers: leaf and bytes of each, by leaf. Hash envelopes and seals have none.
    """

    next: int
    answers: tuple[tuple[int, bytes], ...]


def format_batch_answers(next_: int, answers: Sequence[tuple[int, bytes]]) -> bytes:
    """Return the bytes that carry batch answers, each with its leaf."""
    return format_cbor([WORD, 1, next_, [[leaf, answer] for leaf, answer in answers]])


def parse_batch_answers(data: bytes, first: int, what: str = "batches") -> BatchAnswers:
    """Return the batch answers that these bytes carry.

    Args:
        data: what came.
        first: leaf from which they were asked for.
        what: names it in errors.

    Raises:
        TooLargeError: more than can be.
        UnsupportedError: another version.
        MalformedError: another format, leaves out of order or out of bounds, or none that leads on.
    """
    if len(data) > MAX_ANSWERS:
        raise TooLargeError(what, came=f"{len(data)} bytes", expected=f"at most {MAX_ANSWERS}")
    value = parse_cbor(data, what)
    if not isinstance(value, list) or len(value) != 4 or value[0] != WORD:
        raise MalformedError(what, came="another shape", expected=_SHAPE)
    if value[1] != 1:
        raise UnsupportedError(f"{what} version", came=value[1], expected="1")
    _, _, next_, listed = value
    answers = []
    for each in listed if isinstance(listed, list) else [None]:
        if not isinstance(each, list) or len(each) != 2:
            raise MalformedError(what, came="another shape", expected=_SHAPE)
        leaf, answer = each
        if not isinstance(leaf, int) or not isinstance(answer, bytes):
            raise MalformedError(what, came="another shape", expected=_SHAPE)
        answers.append((leaf, answer))
    if not isinstance(next_, int) or next_ <= first or not _are_between(first, [leaf for leaf, _ in answers], next_):
        raise MalformedError(what, came="other leaves", expected=f"leaves from {first} on, ascending, below the next")
    return BatchAnswers(next_, tuple(answers))


def _are_between(first: int, leaves: Sequence[int], end: int) -> bool:
    return all(one < other for one, other in pairwise([first - 1, *leaves, end]))
