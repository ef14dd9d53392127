"""What a witness keeps when a ledger contradicts itself: fork evidence for everybody, and the two notes."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from ledger.client.trusted import TrustedLedger
from ledger.tiles.files import write_new
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.evidence import CheckpointCommitment


def keep_notes(
    folder: Path, trusted: TrustedLedger, first: bytes, second: bytes, path: Sequence[bytes] | None
) -> tuple[str, ...]:
    """Write two checkpoints that contradict each other; return the files' names, the evidence first.

    Args:
        folder: where to.
        trusted: the ledger that signed both.
        first: the note of the smaller size.
        second: the other note.
        path: whole consistency path between them; None where there is none to show.
    """
    sizes = [parse_signed_checkpoint(note)[0].size for note in (first, second)]
    stem = f"{sha256(trusted.origin.encode()).hexdigest()[:16]}-{sizes[0]}-{sizes[1]}"
    kept = [folder / f"{stem}.first.checkpoint", folder / f"{stem}.second.checkpoint"]
    for file, note in zip(kept, (first, second), strict=True):
        write_new(file, note)
    commitments = CheckpointCommitment(first), CheckpointCommitment(second)
    if path is not None:
        evidence = trusted.fork_evidence(*commitments, path)
    else:
        evidence = trusted.rollback_evidence(first, second)
    if evidence:
        kept.insert(0, folder / f"{stem}.evidence")
        write_new(kept[0], evidence)
    return tuple(str(file) for file in kept)
