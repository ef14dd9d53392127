"""What does not verify here does not leave: each proof is checked with the verifier's own code.

What fails in that is never the fault of whoever asked: rows or tiles are not what was signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ledger.errors import StoppedError
from verifier.errors import MalformedError, MismatchError, TooLargeError, VerificationError
from verifier.judgement.replay import Replay
from verifier.primitives.checkpoint import parse_signed_checkpoint, verify_lines
from verifier.primitives.merkle import leaf_hash, root_of_shared_path
from verifier.proof.bundle import StatementPart
from verifier.proof.eventproof import EventProof, parse_event_proof
from verifier.proof.examination import Examination, Standpoint, read_event
from verifier.proof.steps.step1_ledger import walk_charter


@contextmanager
def own_fault(what: str) -> Iterator[None]:
    """Make a proof; where it cannot be made or does not verify, say that this ledger is at fault.

    Raises:
        StoppedError: `what` is not handed out.
        TooLargeError: it is beyond what one proof may hold, which is nobody's fault.
    """
    try:
        yield
    except TooLargeError:
        raise
    except (MalformedError, VerificationError) as error:
        todo = "Rows or tiles are not what was signed. Run `suyuan fsck`."
        raise StoppedError(what, came=str(error), expected="a proof that verifies", todo=todo) from error


def check_event_proof(data: bytes, replay: Replay, standpoint: Standpoint) -> None:
    """Return if an event proof, read back, holds by the registry as it stands.

    Raises:
        VerificationError: a signature, the body, the seal or the path does not.
    """
    proof = parse_event_proof(data)
    part = proof.statement
    found = Examination(standpoint, (proof.seal,) if proof.seal else (), charters=replay, registry=replay.registry)
    signer = found.signer(part, replay)
    found.verify(part, signer.holder, signer.key, found.charter_at(part.leaf).origin)
    header = found.statement(part).header
    read_event(part, part.events[0], header.issuer, header.kid)
    _check_place(proof, found)


def _check_place(proof: EventProof, found: Examination) -> None:
    leaves = {proof.statement.leaf: leaf_hash(found.statement(proof.statement).entry)}
    if proof.seal:
        charter = found.charter_at(proof.seal.leaf)
        proof.seal.signed.verify(charter.seal, charter.origin)
        leaves[proof.seal.leaf] = leaf_hash(proof.seal.signed.entry)
    checkpoint, note = parse_signed_checkpoint(proof.checkpoint)
    verify_lines(checkpoint, note, found.charter_at(checkpoint.size - 1).policy.keys)
    root = root_of_shared_path(checkpoint.size, leaves, proof.path, "log path")
    if root != checkpoint.root:
        raise MismatchError("log root", came=root, expected=checkpoint.root.hex())


def check_charter(parts: Sequence[StatementPart], standpoint: Standpoint) -> None:
    """Return if charters and approvals lead from the pinned leaf to one in force.

    Raises:
        VerificationError: they do not.
    """
    walk_charter(Examination(standpoint, ()), parts)
