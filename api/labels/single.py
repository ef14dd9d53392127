"""A whole event proof in one QR code: what of it is left out, and that it still convinces."""

from __future__ import annotations

from dataclasses import dataclass, replace

from verifier.errors import IncompleteError
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.note import Note, format_note
from verifier.proof.alone import VerifiedEvent, verify_event
from verifier.proof.eventproof import EventProof, format_event_proof, parse_event_proof
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import TraceProof

_SMALL = 72  # bytes of an Ed25519 cosignature with its time; one of ML-DSA-44 has 2,428


@dataclass(frozen=True, slots=True)
class Shortened:
    """A proof as small as it can be.

    Attributes:
        data: the bytes of an `.event` file.
        left_out: names on the signature lines that it has no more.
        verified: what it still proves.
    """

    data: bytes
    left_out: tuple[str, ...]
    verified: VerifiedEvent


def shorten(data: bytes, held: TraceProof, standpoint: Standpoint) -> Shortened:
    """Return an event proof without its ML-DSA signature lines, checked as its reader will check it.

    Args:
        data: an `.event` file.
        held: a trace proof whose registry part knows issuer, key and type.
        standpoint: whom the maker trusts, and the time.

    Raises:
        IncompleteError: without these lines the quorum is not reached.
        SuyuanError: it does not verify.
    """
    proof = parse_event_proof(data)
    _, note = parse_signed_checkpoint(proof.checkpoint)
    small = tuple(each for each in note.signatures if len(each.blob) <= _SMALL)
    kept: EventProof = replace(proof, checkpoint=format_note(Note(note.text, small)))
    found = verify_event(kept, held, standpoint)
    if not found.checkpoint.quorum:
        came = f"{len(small)} signature lines without ML-DSA"
        raise IncompleteError("checkpoint", came=came, expected="the quorum", todo="Hand the proof over as a file.")
    left_out = tuple(each.name for each in note.signatures if len(each.blob) > _SMALL)
    return Shortened(format_event_proof(kept), left_out, found)
