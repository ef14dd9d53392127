"""What the ledger committed to: the checkpoint, its signatures and quorum, and the charter file (formats, 8 and 17)."""

from __future__ import annotations

from collections.abc import Mapping

from verifier.errors import MismatchError, SuyuanError, UntrustedError
from verifier.judgement.charter import APPROVAL, CHARTER
from verifier.judgement.replay import Replay
from verifier.ledgerformat.body import body_hash
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.checkpoint import Checkpoint, Cosignature, verify_line, verify_lines
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.note import ED25519_NOTE, ML_DSA_COSIGNATURE, Note
from verifier.proof.audit.findings import Place
from verifier.proof.audit.known import Known, RegistryInput
from verifier.proof.audit.source import SourceError, UnreachableError
from verifier.proof.bundle import StatementPart
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.examination import Examination
from verifier.proof.steps.step1_ledger import walk_charter
from verifier.proof.steps.step2_unforked import require_quorum
from verifier.proof.verdict import Said

_CHECKPOINT, _CHARTER = Place(path="checkpoint"), Place(path="charter")


def check_checkpoint(
    known: Known, checkpoint: Checkpoint, note: Note, charters: Replay
) -> tuple[tuple[Cosignature, ...], list[Said]]:
    """Return the cosignatures of a checkpoint, and what they leave unchecked.

    Every line is verified under the charter in force at the last leaf; a wrong line, and a quorum that is not reached,
    are findings.
    """
    cosigned: tuple[Cosignature, ...] = ()
    unchecked: list[Said] = []
    with known.findings.catch("checkpoint", _CHECKPOINT, checkpoint.size):
        charter = charters.registry.charter_at(checkpoint.size - 1)
        if checkpoint.origin != charter.origin:
            raise UntrustedError("checkpoint.origin", came=checkpoint.origin, expected=charter.origin)
        cosigned = verify_lines(checkpoint, note, charter.policy.keys)
        known.counts["signatures"] += len(cosigned)
        kinds = {each.key.kind for each in cosigned if each.key in charter.policy.logs}
        if ED25519_NOTE not in kinds:
            raise UntrustedError(
                "checkpoint", came="no Ed25519 line of the ledger", expected=f"one of {charter.origin}"
            )
        if ML_DSA_COSIGNATURE not in kinds:
            unchecked.append(Said("unchecked.post-quantum"))
        own = known.standpoint.policy.policy
        if own and not any(each.key in own.logs for each in cosigned):
            raise UntrustedError("checkpoint", came="no line of a log that you trust", expected="one of your policy")
        require_quorum(charter.policy, charter.policy.quorum, cosigned, "the charter's quorum")
        if own:
            require_quorum(own, own.quorum, cosigned, "your policy's quorum")
    return cosigned, unchecked


def read_charter_file(known: Known) -> tuple[StatementPart, ...] | SuyuanError:
    """Return the statements of the charter file, or why they cannot be had."""
    try:
        return parse_charter_file(known.source.charter())
    except UnreachableError:
        raise
    except SuyuanError as error:
        return error


def require_signed(
    known: Known, checkpoint: Checkpoint, note: Note, charter_file: tuple[StatementPart, ...] | SuyuanError
) -> None:
    """Raise if a checkpoint is plainly not the ledger's word, so that nothing is audited that nobody promised.

    Only the ledger's own Ed25519 line is looked at, by the charter file's charter, as far as there is one. All lines
    are judged in the end, by the log's own charter.
    """
    if isinstance(charter_file, SuyuanError):
        return
    try:
        charters = walk_charter(Examination(known.standpoint, ()), charter_file)
        charter = charters.registry.charter_at(max(0, checkpoint.size - 1))
    except SuyuanError:
        return
    own = {(key.name, key.key_id): key for key in charter.policy.logs if key.kind == ED25519_NOTE}
    lines = [line for line in note.signatures if (line.name, line.key_id) in own]
    if not lines:
        raise UntrustedError("checkpoint", came="no Ed25519 line of the ledger", expected=f"one of {charter.origin}")
    for line in lines:
        verify_line(own[line.name, line.key_id], checkpoint, line)


def charters_of(known: Known, charter_file: tuple[StatementPart, ...] | SuyuanError) -> Replay | None:
    """Return the charters to judge the ledger's signatures by, None where they are not known.

    They are those of the log itself; where its registry is not known, those of the charter file.
    """
    if isinstance(charter_file, SuyuanError):
        if not isinstance(charter_file, SourceError):
            known.findings.add(charter_file, "charter", _CHARTER, 0)
        return known.replay if known.unruled is None else None
    if known.unruled is None:
        return known.replay
    try:
        return walk_charter(Examination(known.standpoint, ()), charter_file)
    except SuyuanError as error:
        known.findings.add(error, "charter", _CHARTER, 0)
        return None


def check_charter_file(known: Known, parts: tuple[StatementPart, ...], size: int) -> None:
    """Check that a charter file has every charter and approval of the log, as it stands there, and nothing else."""
    expected = {(each.leaf, each.position): each for each in known.inputs if _is_of_charter(known, each)}
    with known.findings.catch("charter", _CHARTER, 0):
        shown = {(part.leaf, each.position) for part in parts for each in part.events if part.leaf < size}
        if shown != expected.keys():
            missing = sorted(expected.keys() ^ shown)
            raise MismatchError("charter file", came=f"events {sorted(shown)}", expected=f"other at {missing[:4]}")
        for part in parts:
            if part.leaf < size:
                _check_part(part, expected)


def _check_part(part: StatementPart, expected: Mapping[tuple[int, int], RegistryInput]) -> None:
    entry = leaf_hash(part.assemble().entry)
    for each in part.events:
        logged = expected[part.leaf, each.position]
        what = f"charter file, leaf {part.leaf}, event {each.position}"
        if entry != logged.hashed:
            raise MismatchError(what, came="another statement", expected="the entry of this leaf")
        if event_name(each.head) != event_name(logged.head):
            raise MismatchError(what, came="another head", expected="the head of this event")
        body = each.body if isinstance(each.body, bytes) else b""
        if body_hash(body) != parse_head(each.head).body or each.disclosures:
            raise MismatchError(what, came="another body, or a disclosure", expected="the body of this event")


def _is_of_charter(known: Known, event: RegistryInput) -> bool:
    """Return whether a registry event is a charter or an approval of one: those join the ledger's own history."""
    founding = known.replay.founding
    if founding is None:
        return False
    head = parse_head(event.head)
    own = ("registry", subject_name(f"urn:suyuan:ledger:{founding.origin}"))
    return head.type in (CHARTER, APPROVAL) and own in head.joins
