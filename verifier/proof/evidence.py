"""Fork evidence: two commitments of a ledger that cannot both be true, in one file (formats, section 17).

Whoever holds the trust policy can confirm it: the ledger's own signatures convict it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from verifier.errors import InconsistentError, MalformedError, UntrustedError
from verifier.judgement.charter import Charter
from verifier.judgement.registry import Registry
from verifier.ledgerformat.receipt import parse_receipt, verify_receipt
from verifier.primitives.cbor import Value
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint, verify_line
from verifier.primitives.merkle import HASH_SIZE, roots_of_consistency
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
    require_list,
)
from verifier.proof.examination import Examination, Standpoint
from verifier.proof.steps.step1_ledger import walk_charter

WORD = "suyuan evidence"
MEDIA_TYPE = "application/vnd.suyuan.evidence+cbor"
_CHECKPOINT, _RECEIPT = 1, 2


@dataclass(frozen=True, slots=True)
class CheckpointCommitment:
    """A checkpoint that the ledger signed."""

    note: bytes


@dataclass(frozen=True, slots=True)
class ReceiptCommitment:
    """A receipt that the ledger signed, and the leaf hash that it is for."""

    receipt: bytes
    leaf: bytes


Commitment: TypeAlias = CheckpointCommitment | ReceiptCommitment


@dataclass(frozen=True, slots=True)
class ForkEvidence:
    """Fork evidence. Parsed, not confirmed.

    Attributes:
        charter: statement parts of the charters and their approvals.
        first: the commitment of the smaller size.
        second: the other one.
        path: whole consistency path between the sizes, 32 bytes a hash; empty for equal sizes.
    """

    charter: tuple[StatementPart, ...]
    first: Commitment
    second: Commitment
    path: bytes


@dataclass(frozen=True, slots=True)
class Fork:
    """A fork that was confirmed.

    Attributes:
        origin: the ledger that signed both.
        sizes: of the two commitments, the smaller first.
        roots: what it committed to for them.
    """

    origin: str
    sizes: tuple[int, int]
    roots: tuple[bytes, bytes]


def parse_fork_evidence(data: bytes) -> ForkEvidence:
    """Return the evidence that a file spells."""
    return read_fork_evidence(parse_file(data, WORD))


def read_fork_evidence(content: Mapping[int | str, Value]) -> ForkEvidence:
    """Return the evidence that the content of a file spells."""
    require_labels(content, {4, 6, 11, 12}, set(), WORD)
    headers = Headers(content[4], "headers")
    charter = parse_statements(content[6], headers, "charter")
    headers.require_all_used()
    first, second = (_commitment(each) for each in require_list(content[11], "commitments", 2))
    path = require_bytes(content[12], "path")
    if len(path) % HASH_SIZE:
        raise MalformedError("path", came=f"{len(path)} bytes", expected="32 bytes a hash")
    return ForkEvidence(charter, first, second, path)


def format_fork_evidence(
    charter: Sequence[StatementPart], first: Commitment, second: Commitment, path: Sequence[bytes] = ()
) -> bytes:
    """Return the file's bytes; `path` is whole, as `ledger.prove.log.consistency_path(whole=True)` makes it."""
    headers = header_table(charter)
    return format_file(
        WORD,
        {
            4: list[Value](headers),
            6: list[Value](format_statements(charter, headers)),
            11: [_format_commitment(first), _format_commitment(second)],
            12: b"".join(path),
        },
    )


def confirm_fork(evidence: ForkEvidence, standpoint: Standpoint) -> Fork:
    """Return the fork, once it is certain that the ledger signed both and both cannot be true.

    Raises:
        UntrustedError: not of the ledger that the policy pins, or not signed by it.
        InconsistentError: the two can both be true: this is no evidence.
    """
    _, registry = established(evidence.charter, standpoint)
    charters = registry.charters
    (size, root), (newer_size, newer_root) = (
        _verified(evidence.first, charters),
        _verified(evidence.second, charters),
    )
    if not 0 < size <= newer_size:
        raise MalformedError("commitments", came=f"sizes {size} and {newer_size}", expected="the smaller size first")
    path = [evidence.path[at : at + HASH_SIZE] for at in range(0, len(evidence.path), HASH_SIZE)]
    if size == newer_size:
        if path or root == newer_root:
            raise InconsistentError("commitments", came="equal roots, or a path", expected="two roots for one size")
    else:
        older, newer = roots_of_consistency(size=size, newer_size=newer_size, path=path)
        if newer != newer_root or older == root:
            raise InconsistentError(
                "path", came="commitments that agree", expected="the newer root and another older one"
            )
    return Fork(charters[-1].origin, (size, newer_size), (root, newer_root))


def established(charter: Sequence[StatementPart], standpoint: Standpoint) -> tuple[Examination, Registry]:
    """Return an examination, and the charters in force out of the statement parts that a file shows.

    Raises:
        UntrustedError: they do not begin with the pinned charter, or no charter reached its threshold.
    """
    found = Examination(standpoint, ())
    found.charters = walk_charter(found, charter)
    return found, found.charters.registry


def _verified(commitment: Commitment, charters: Sequence[Charter]) -> tuple[int, bytes]:
    """Return size and root that the ledger committed to, under a key of one of its charters."""
    if isinstance(commitment, CheckpointCommitment):
        checkpoint = verified_checkpoint(commitment.note, charters)
        return checkpoint.size, checkpoint.root
    receipt = parse_receipt(commitment.receipt)
    for charter in charters:
        if charter.receipt.kid == receipt.kid:
            key, origin = charter.receipt, charter.origin
            return receipt.size, verify_receipt(receipt, leaf=commitment.leaf, key=key, origin=origin)
    raise UntrustedError("receipt.kid", came=receipt.kid, expected="a receipt key of the charters shown")


def verified_checkpoint(signed_note: bytes, charters: Sequence[Charter]) -> Checkpoint:
    """Return a checkpoint that a key of one of these charters signed, whatever its quorum.

    Raises:
        UntrustedError: none did.
    """
    checkpoint, note = parse_signed_checkpoint(signed_note)
    keys = {(key.name, key.key_id): key for charter in charters for key in charter.policy.logs}
    signed = [line for line in note.signatures if (line.name, line.key_id) in keys]
    if not signed or checkpoint.origin != charters[-1].origin:
        raise UntrustedError("checkpoint", came=checkpoint.origin, expected="a line of the ledger under its own name")
    for line in signed:
        verify_line(keys[line.name, line.key_id], checkpoint, line)
    return checkpoint


def _commitment(value: Value) -> Commitment:
    parts = require_list(value, "commitment")
    if len(parts) == 2 and parts[0] == _CHECKPOINT and isinstance(parts[1], bytes):
        return CheckpointCommitment(parts[1])
    if len(parts) == 3 and parts[0] == _RECEIPT:
        leaf = require_bytes(parts[2], "commitment.leaf")
        if len(leaf) == HASH_SIZE:
            return ReceiptCommitment(require_bytes(parts[1], "commitment.receipt"), leaf)
    raise MalformedError("commitment", came="another shape", expected="[1, note] or [2, receipt, leaf hash]")


def _format_commitment(commitment: Commitment) -> list[Value]:
    if isinstance(commitment, CheckpointCommitment):
        return [_CHECKPOINT, commitment.note]
    return [_RECEIPT, commitment.receipt, commitment.leaf]
