"""Promises: what somebody keeps who had an event recorded for them (docs/formats.md, section 17).

Everything that its reader needs beside the pinned charter hash is in the file: the charters, the statement with the one
event, the ledger's receipt. So it stands without a network, without an account, and without the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass

from verifier.errors import MalformedError, MismatchError, NotPermittedError
from verifier.ledgerformat.disclosure import Disclosure
from verifier.ledgerformat.event import Event
from verifier.primitives.cbor import Value
from verifier.proof.alone import VerifiedReceipt, statement_receipt_under
from verifier.proof.bundle import (
    Headers,
    StatementPart,
    format_file,
    format_statements,
    header_table,
    parse_file,
    parse_statements,
    require_bytes,
    require_labels,
)
from verifier.proof.examination import Examination, Standpoint, read_event
from verifier.proof.steps.step1_ledger import walk_charter

WORD = "suyuan promise"
MEDIA_TYPE = "application/vnd.suyuan.promise+cbor"


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise. Parsed, not verified.

    Attributes:
        charter: statement parts of every charter and its approvals.
        statement: one statement part with one event, body shown.
        receipt: the ledger's receipt for it.
    """

    charter: tuple[StatementPart, ...]
    statement: StatementPart
    receipt: bytes


@dataclass(frozen=True, slots=True)
class VerifiedPromise:
    """What the ledger promised to record, and when it said so; whose key signed the event is not looked at."""

    event: Event
    issuer: str
    receipt: VerifiedReceipt
    disclosures: tuple[Disclosure, ...]


def parse_promise(data: bytes) -> Promise:
    """Return the promise that a file spells.

    Raises:
        MalformedError: another format, or not exactly one event with its body.
        UnsupportedError: another version.
    """
    content = parse_file(data, WORD)
    require_labels(content, {4, 6, 8, 18}, set(), WORD)
    headers = Headers(content[4], "headers")
    charter = parse_statements(content[6], headers, "charter")
    statements = parse_statements(content[8], headers, "statement")
    if len(statements) != 1 or len(statements[0].events) != 1 or not isinstance(statements[0].events[0].body, bytes):
        raise MalformedError(WORD, came="another shape", expected="one statement with one event and its body")
    headers.require_all_used()
    return Promise(charter, statements[0], require_bytes(content[18], "receipt"))


def format_promise(promise: Promise) -> bytes:
    """Return the file's bytes."""
    headers = header_table([*promise.charter, promise.statement])
    content: dict[int | str, Value] = {
        4: list[Value](headers),
        6: list[Value](format_statements(promise.charter, headers)),
        8: list[Value](format_statements([promise.statement], headers)),
        18: promise.receipt,
    }
    return format_file(WORD, content)


def verify_promise(promise: Promise, standpoint: Standpoint) -> VerifiedPromise:
    """Return the event that the pinned ledger promised to record.

    Raises:
        UntrustedError: another ledger, or a receipt key that no charter names.
        BadSignatureError: the ledger did not sign this root.
        MismatchError: body, disclosure, place or ledger is another one than is said.
        NotPermittedError: the statement is not meant for this ledger.
    """
    found = Examination(standpoint, ())
    registry = walk_charter(found, promise.charter).registry
    statement = promise.statement.assemble()
    receipt = statement_receipt_under(promise.receipt, statement.entry, registry)
    if receipt.leaf != promise.statement.leaf:
        raise MismatchError("leaf", came=promise.statement.leaf, expected=f"{receipt.leaf}, as in the receipt")
    if receipt.origin not in statement.header.audience:
        raise NotPermittedError("statement.aud", came=statement.header.audience, expected=receipt.origin)
    header = statement.header
    shown = read_event(promise.statement, promise.statement.events[0], header.issuer, header.kid)
    return VerifiedPromise(shown.event, header.issuer, receipt, shown.disclosures)
