"""Handing a statement to the ledger, and telling its answer from everything else that a network says.

Only two answers count: a receipt, and the ledger's own refusal. Whatever a proxy, a broken line or a server that is
starting says is no answer: the same bytes are sent again.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.client.client import COSE, Receipt
from ledger.client.problems import error_of
from ledger.client.transport import Answer, Patience, Transport, retry_after
from ledger.errors import UnreachableError
from verifier.errors import MismatchError, SuyuanError, TooLargeError
from verifier.ledgerformat.submission import MEDIA_TYPE
from verifier.primitives.base64strict import parse_decimal, parse_hash_hex

_ONCE = Patience(attempts=1)
_PROBLEMS = ("application/problem+json", "application/concise-problem-details+cbor")
_NOT_NOW = frozenset({401, 408, 429})
_PROBLEM = b"urn:suyuan:problem:"


@dataclass(frozen=True, slots=True)
class Refused:
    """The ledger's refusal of a batch."""

    error: SuyuanError


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No answer: nobody knows whether it was recorded. `after` is how many seconds the server asks to wait."""

    error: SuyuanError
    after: float | None


class Door:
    """The ledger's intake, as the gateway sees it."""

    def __init__(self, url: str, *, timeout: float = 60.0) -> None:
        """Send to the service below `url`; `timeout` in seconds."""
        self._transport = Transport(url, timeout=timeout, patience=_ONCE)
        self.url = self._transport.url

    def submit(self, submission: bytes, identity: bytes) -> Receipt | Refused | Unanswered:
        """Send a submission once; return what came of it. `identity` is its statement's."""
        try:
            answer = self._transport.post("/entries", submission, kind=MEDIA_TYPE, accept=f"{COSE}, {_PROBLEMS[1]}")
        except (UnreachableError, TooLargeError) as error:
            return Unanswered(error, None)
        if answer.status == 201:
            try:
                return _receipt(answer, identity)
            except SuyuanError as error:
                return Unanswered(error, None)
        refusal = error_of(answer, self.url)
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if (
            400 <= answer.status < 500
            and answer.status not in _NOT_NOW
            and kind in _PROBLEMS
            and _PROBLEM in answer.body
        ):
            return Refused(refusal)
        return Unanswered(refusal, retry_after(answer))


def _receipt(answer: Answer, identity: bytes) -> Receipt:
    headers = answer.headers
    named = parse_hash_hex(headers.get("location", "").rpartition("/")[2], "Location")
    if named != identity:
        raise MismatchError("Location", came=named, expected=identity.hex())
    if headers.get("content-type", "").partition(";")[0].strip().lower() != COSE or not answer.body:
        raise MismatchError("Content-Type", came=headers.get("content-type", "none"), expected=COSE)
    return Receipt(
        data=answer.body,
        identity=identity,
        leaf=parse_decimal(headers.get("suyuan-leaf", ""), "Suyuan-Leaf"),
        size=parse_decimal(headers.get("suyuan-tree-size", ""), "Suyuan-Tree-Size"),
        recorded=headers.get("suyuan-standing") == "recorded",
    )
