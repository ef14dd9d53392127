"""Evidence of what was said twice: a key's number, an issuer's id, or a hash envelope, at two places of one log.

Formats, section 17.

Section 6 lets each stand in a ledger once, whoever says it: that both are recorded is all there is to show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from verifier.errors import InconsistentError, MalformedError, MismatchError
from verifier.ledgerformat.head import Head, parse_head
from verifier.ledgerformat.statement import Envelope, parse_entry, statement_identity
from verifier.primitives.cbor import Value
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.merkle import leaf_hash, root_of_shared_path
from verifier.proof.bundle import (
    RESTRICTED,
    Headers,
    StatementPart,
    format_file,
    format_statements,
    header_table,
    parse_statements,
    require_bytes,
    require_labels,
    require_list,
    require_number,
)
from verifier.proof.evidence import WORD, established, verified_checkpoint
from verifier.proof.examination import Examination, Standpoint

KIND = "said twice"
NUMBER, ID, ENVELOPE = "number", "id", "envelope"
REASONS = (NUMBER, ID, ENVELOPE)
_Said: TypeAlias = "dict[str, int | str | list[int] | list[str]]"


@dataclass(frozen=True, slots=True)
class TwiceEvidence:
    """Evidence of what was said twice. Parsed, not confirmed.

    Attributes:
        charter: statement parts of the charters and their approvals.
        checkpoint: the signed note's bytes.
        statements: one or two, with two events in all, without bodies; none where envelopes are shown.
        path: shared path in the log.
        envelopes: leaf and bytes of two hash envelopes, or none.
    """

    charter: tuple[StatementPart, ...]
    checkpoint: bytes
    statements: tuple[StatementPart, ...]
    path: bytes
    envelopes: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class SaidTwice:
    """What was said twice, confirmed.

    Attributes:
        origin: the ledger that recorded it.
        leaves: where, the smaller first; one leaf twice for two events of one statement.
        reason: NUMBER, ID or ENVELOPE.
        said: what, by name: numbers and key; issuer, id and positions; or issuer and identity.
    """

    origin: str
    leaves: tuple[int, int]
    reason: str
    said: _Said


def parse_twice_evidence(content: Mapping[int | str, Value]) -> TwiceEvidence:
    """Return the evidence that the content of a file spells."""
    require_labels(content, {3, 4, 6, 10, 13}, {8, 15}, WORD)
    if (8 in content) == (15 in content):
        raise MalformedError(WORD, came="both or neither", expected="statements, or hash envelopes")
    headers = Headers(content[4], "headers")
    charter = parse_statements(content[6], headers, "charter")
    statements = parse_statements(content[8], headers, "statements") if 8 in content else ()
    headers.require_all_used()
    events = [event for part in statements for event in part.events]
    if 8 in content and (len(events) != 2 or any(each.body != RESTRICTED or each.disclosures for each in events)):
        raise MalformedError("statements", came="another shape", expected="two events in all, without bodies")
    path = require_bytes(content[10], "log path")
    envelopes = _envelopes(content[15]) if 15 in content else ()
    return TwiceEvidence(charter, require_bytes(content[3], "checkpoint"), statements, path, envelopes)


def _envelopes(value: Value) -> tuple[tuple[int, bytes], ...]:
    pairs = [require_list(each, "entry", 2) for each in require_list(value, "entries", 2)]
    first, second = [(require_number(leaf, "entry.leaf"), require_bytes(entry, "entry")) for leaf, entry in pairs]
    if first[0] >= second[0]:
        raise MalformedError("entries", came=f"leaves {first[0]} and {second[0]}", expected="by leaf, none twice")
    return first, second


def format_twice_evidence(evidence: TwiceEvidence) -> bytes:
    """Return the file's bytes."""
    headers = header_table([*evidence.charter, *evidence.statements])
    content: dict[int | str, Value] = {
        3: evidence.checkpoint,
        4: list[Value](headers),
        6: list[Value](format_statements(evidence.charter, headers)),
        10: evidence.path,
        13: KIND,
    }
    if evidence.envelopes:
        content[15] = [list[Value](each) for each in evidence.envelopes]
    else:
        content[8] = list[Value](format_statements(evidence.statements, headers))
    return format_file(WORD, content)


def confirm_twice(evidence: TwiceEvidence, standpoint: Standpoint) -> SaidTwice:
    """Return what was said twice, once it is certain that the ledger recorded it so.

    Raises:
        UntrustedError: not of the ledger that the policy pins, or not signed by it.
        InconsistentError: both can stand in one ledger: this is no evidence.
        VerificationError: the file does not hold together.
    """
    found, registry = established(evidence.charter, standpoint)
    _require_logged(found, evidence, verified_checkpoint(evidence.checkpoint, registry.charters))
    origin = registry.charters[-1].origin
    if evidence.envelopes:
        return SaidTwice(origin, _leaves(evidence.envelopes), ENVELOPE, _envelope_twice(evidence.envelopes))
    leaves = evidence.statements[0].leaf, evidence.statements[-1].leaf
    for reason, twice in ((NUMBER, _number_twice), (ID, _id_twice)):
        if said := twice(found, evidence.statements):
            return SaidTwice(origin, leaves, reason, said)
    raise InconsistentError("statements", came="what can both stand there", expected="one thing twice: no evidence")


def _require_logged(found: Examination, evidence: TwiceEvidence, checkpoint: Checkpoint) -> None:
    leaves = {part.leaf: leaf_hash(found.statement(part).entry) for part in evidence.statements}
    leaves |= {leaf: leaf_hash(entry) for leaf, entry in evidence.envelopes}
    root = root_of_shared_path(checkpoint.size, leaves, evidence.path, "log path")
    if root != checkpoint.root:
        raise MismatchError("log root", came=root, expected=checkpoint.root.hex())


def _number_twice(found: Examination, parts: tuple[StatementPart, ...]) -> _Said | None:
    """Return the numbers that two statements under one key have in common."""
    if len(parts) == 1:
        return None
    one, other = (found.statement(part) for part in parts)
    first, end = max(one.first, other.first), min(one.first + one.count, other.first + other.count)
    if one.header.kid != other.header.kid or first >= end:
        return None
    return {"numbers": [first, end - 1], "key": one.header.kid.hex()}


def _id_twice(found: Examination, parts: tuple[StatementPart, ...]) -> _Said | None:
    """Return the id that two events of one issuer have in common, each in a statement of that issuer."""
    heads: list[Head] = []
    for part in parts:
        for event in part.events:
            heads.append(parse_head(event.head))
            if heads[-1].issuer != found.statement(part).header.issuer:
                return None  # whose id that is nobody can say
    one, other = heads
    if (one.issuer, one.id) != (other.issuer, other.id):
        return None
    positions = [event.position for part in parts for event in part.events]
    return {"issuer": one.issuer, "id": one.id.hex(), "positions": positions}


def _leaves(envelopes: tuple[tuple[int, bytes], ...]) -> tuple[int, int]:
    (first, _), (second, _) = envelopes
    return first, second


def _envelope_twice(envelopes: tuple[tuple[int, bytes], ...]) -> _Said:
    """Return issuer and identity of two hash envelopes that are the same, whatever their signatures."""
    one, other = (parse_entry(entry, "entry") for _, entry in envelopes)
    if not isinstance(one, Envelope) or not isinstance(other, Envelope):
        raise MalformedError("entries", came="a statement over a batch", expected="two hash envelopes")
    if statement_identity(one) != statement_identity(other):
        raise InconsistentError("entries", came="two hash envelopes", expected="one that stands twice: no evidence")
    return {"issuer": one.header.issuer, "identity": statement_identity(one).hex()}
