"""Submissions: what a participant sends, and the batch answer auditors read (docs/formats.md, section 16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.errors import MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat.statement import MAX_BATCH
from verifier.primitives.cbor import Value, format_cbor, parse_cbor

WORD = "suyuan submission"
MEDIA_TYPE = "application/vnd.suyuan.submission+cbor"
MAX_SUBMISSION = 16 << 20


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission. Parsed into its parts; nothing of it is verified.

    Attributes:
        statement: the statement's bytes.
        heads: heads' bytes, in batch order.
        bodies: bodies' bytes, one for each head.
        disclosures: base64url texts of each event.
        attachments: attachments' bytes.
    """

    statement: bytes
    heads: tuple[bytes, ...]
    bodies: tuple[bytes, ...]
    disclosures: tuple[tuple[str, ...], ...]
    attachments: tuple[bytes, ...] = ()


def parse_submission(data: bytes) -> Submission:
    """Return the submission that these bytes spell.

    Raises:
        TooLargeError: over 16 MiB.
        UnsupportedError: another version.
        MalformedError: another format, or lists of different lengths.
    """
    if len(data) > MAX_SUBMISSION:
        raise TooLargeError("submission", came=f"{len(data)} bytes", expected=f"at most {MAX_SUBMISSION}")
    value = parse_cbor(data, "submission")
    if not isinstance(value, list) or len(value) != 3 or value[0] != WORD:
        raise MalformedError("submission", came="another shape", expected=f'["{WORD}", 1, {{…}}]')
    if value[1] != 1:
        raise UnsupportedError("submission version", came=value[1], expected="1")
    content = value[2]
    if not isinstance(content, dict):
        raise MalformedError("submission", came="another shape", expected=f'["{WORD}", 1, {{…}}]')
    if not {1, 2, 3} <= content.keys() <= {1, 2, 3, 4, 5}:
        raise MalformedError("submission", came=f"labels {list(content)}", expected="1 to 5, with 1, 2 and 3")
    if not isinstance(content[1], bytes):
        raise MalformedError("submission.statement", came="another shape", expected="a byte string")
    heads = _byte_strings(content[2], "heads")
    bodies = _byte_strings(content[3], "bodies")
    disclosures = _disclosures(content[4]) if 4 in content else ((),) * len(heads)
    if len(bodies) != len(heads) or len(disclosures) != len(heads):
        came = f"{len(heads)} heads, {len(bodies)} bodies, {len(disclosures)} lists of disclosures"
        raise MalformedError("submission", came=came, expected="one of each for each event")
    attachments = _byte_strings(content[5], "attachments") if 5 in content else ()
    return Submission(content[1], heads, bodies, disclosures, attachments)


def format_submission(submission: Submission) -> bytes:
    """Return the submission's bytes."""
    content: dict[int | str, Value] = {
        1: submission.statement,
        2: list[Value](submission.heads),
        3: list[Value](submission.bodies),
    }
    if any(submission.disclosures):
        content[4] = [list[Value](each) for each in submission.disclosures]
    if submission.attachments:
        content[5] = list[Value](submission.attachments)
    return format_cbor([WORD, 1, content])


def _byte_strings(value: Value, what: str) -> tuple[bytes, ...]:
    where = f"submission.{what}"
    if not isinstance(value, list) or not 0 < len(value) <= MAX_BATCH:
        raise MalformedError(where, came="another shape", expected=f"a list of 1 to {MAX_BATCH}")
    strings = tuple(each for each in value if isinstance(each, bytes))
    if len(strings) != len(value):
        raise MalformedError(where, came="another shape", expected="byte strings")
    return strings


def _disclosures(value: Value) -> tuple[tuple[str, ...], ...]:
    where = "submission.disclosures"
    if not isinstance(value, list) or not all(isinstance(each, list) for each in value):
        raise MalformedError(where, came="another shape", expected="a list of lists of texts")
    texts = tuple(_texts(each, where) for each in value if isinstance(each, list))
    if not any(texts):
        raise MalformedError(where, came="no disclosure", expected="left out where there are none")
    return texts


def _texts(value: Sequence[Value], what: str) -> tuple[str, ...]:
    texts = tuple(each for each in value if isinstance(each, str))
    if len(texts) != len(value):
        raise MalformedError(what, came="another shape", expected="texts")
    return texts
