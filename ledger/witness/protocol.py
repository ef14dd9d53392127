"""`POST /add-checkpoint` (C2SP tlog-witness v1.0.0): the request's bytes, and what must hold before anything is signed.

Pure: whoever pushes a checkpoint formats, whoever cosigns parses and checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.errors import LedgerError
from verifier.errors import InconsistentError, MalformedError
from verifier.primitives.base64strict import format_base64, parse_base64, parse_decimal
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.merkle import EMPTY_ROOT, HASH_SIZE, check_consistency

SIZE_KIND = "text/x.tlog.size"
MAX_REQUEST = 65_536  # bytes; 63 hashes, and a note whose lines are the log's own
_MAX_PROOF = 63


class SizeConflictError(LedgerError):
    """The proof begins at another size than the one that was cosigned last, which is `size`."""

    code = "size"

    def __init__(self, size: int, *, came: int) -> None:
        """Name the size that was cosigned last; `came` is the one that was asked from."""
        super().__init__("old", came=came, expected=str(size), todo="Prove from there.")
        self.size = size


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """What is asked of a witness. Parsed, not verified.

    Attributes:
        old: the size that the proof begins at.
        proof: consistency proof, 32 bytes each, at most 63 (RFC 9162 §2.1.4.1).
        note: the checkpoint, a signed note.
    """

    old: int
    proof: tuple[bytes, ...]
    note: bytes


class WitnessedLog(Protocol):
    """One log that a witness cosigns for."""

    @property
    def origin(self) -> str | None:
        """Return its name; None while nobody could learn it."""
        ...

    def add_checkpoint(self, asked: AddCheckpoint) -> bytes:
        """Return the witness's lines under the checkpoint that was handed in, once they are durable.

        Raises:
            MalformedError: no checkpoint, or `old` is larger than it.
            VerificationError: not signed by the log.
            SizeConflictError: `old` is not what was cosigned last.
            InconsistentError: the proof does not lead from there to it.
            LedgerError: not now.
        """
        ...


def parse_add_checkpoint(data: bytes) -> AddCheckpoint:
    """Read `old <size>`, a hash a line, an empty line, and the checkpoint.

    Raises:
        MalformedError: another shape, or more than 63 hashes.
    """
    head, empty, note = data.partition(b"\n\n")
    if not empty or not note:
        raise MalformedError("request", came="no empty line", expected="old, proof, empty line, checkpoint")
    try:
        first, *hashes = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedError("request", came="bytes beyond ASCII", expected="old and a proof in base64") from error
    word, space, size = first.partition(" ")
    if word != "old" or not space:
        raise MalformedError("request.old", came=first, expected="old and a size")
    if len(hashes) > _MAX_PROOF:
        raise MalformedError("request.proof", came=f"{len(hashes)} hashes", expected=f"at most {_MAX_PROOF}")
    proof = tuple(parse_base64(each, f"request.proof[{place}]") for place, each in enumerate(hashes))
    if any(len(each) != HASH_SIZE for each in proof):
        raise MalformedError("request.proof", came="a hash of another length", expected=f"{HASH_SIZE} bytes")
    return AddCheckpoint(parse_decimal(size, "request.old"), proof, note)


def format_add_checkpoint(asked: AddCheckpoint) -> bytes:
    """Return the request's bytes."""
    lines = [f"old {asked.old}", *(format_base64(each) for each in asked.proof)]
    return ("\n".join(lines) + "\n\n").encode() + asked.note


def require_extends(asked: AddCheckpoint, checkpoint: Checkpoint, cosigned: tuple[int, bytes] | None) -> None:
    """Return if a request proves that its checkpoint extends what was cosigned last.

    Args:
        asked: the request.
        checkpoint: what its note says; its signature was verified.
        cosigned: size and root that were cosigned last, None before the first.

    Raises:
        MalformedError: `old` is larger than the checkpoint.
        SizeConflictError: `old` is not the size that was cosigned last.
        InconsistentError: an empty log with another root, or a proof that does not hold.
    """
    size, root = cosigned or (0, EMPTY_ROOT)
    if asked.old > checkpoint.size:
        raise MalformedError("request.old", came=asked.old, expected=f"at most {checkpoint.size}")
    if asked.old != size:
        raise SizeConflictError(size, came=asked.old)
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise InconsistentError("checkpoint.root", came=checkpoint.root, expected="the root of an empty log")
    _require_proof(asked.proof, size, root, checkpoint)


def _require_proof(proof: Sequence[bytes], size: int, root: bytes, newer: Checkpoint) -> None:
    check_consistency(size=size, root=root, newer_size=newer.size, newer_root=newer.root, path=proof)
