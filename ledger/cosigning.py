"""Taking in cosignatures: a witness's lines under one of our checkpoints (C2SP tlog-cosignature)."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.errors import ConflictError, UnknownError
from ledger.store.interface import Reader
from verifier.errors import MismatchError
from verifier.judgement.registry import Registry
from verifier.primitives.checkpoint import parse_signed_checkpoint, verify_lines
from verifier.primitives.note import NoteSignature, format_signature_line, parse_signature_line


@dataclass(frozen=True, slots=True)
class Cosigned:
    """Lines that were verified, and whether they and those before reach the quorum.

    Attributes:
        size: of the checkpoint.
        lines: new lines, without newline.
        quorum: whether the charter's quorum is reached now.
    """

    size: int
    lines: tuple[str, ...]
    quorum: bool


def check_cosignatures(note: bytes, reader: Reader, registry: Registry) -> Cosigned:
    """Return the witnesses' lines of a note, each verified against the charter in force at its size.

    Raises:
        UnknownError: no block ended at this size.
        ConflictError: another root for this size: keep the note, it is evidence.
        UntrustedError: a line of a key that the charter does not name.
        BadSignatureError: a line that its key did not sign.
    """
    checkpoint, parsed = parse_signed_checkpoint(note)
    stored = reader.checkpoint(checkpoint.size)
    if stored is None:
        raise UnknownError("checkpoint.size", came=checkpoint.size, expected="a size at which a block ended")
    own, _ = parse_signed_checkpoint(stored.note)
    if own != checkpoint:
        raise ConflictError("checkpoint.root", came=checkpoint.root, expected=own.root.hex(), todo="Keep both: a fork.")
    charter = registry.charter_at(checkpoint.size - 1)
    verified = verify_lines(checkpoint, parsed, charter.policy.keys)
    witnesses = [each.key for each in verified if each.key not in charter.policy.logs]
    if not witnesses:
        raise MismatchError("checkpoint", came="no witness's line", expected="a cosignature")
    new = [
        line
        for line, each in zip(parsed.signatures, verified, strict=True)
        if each.key not in charter.policy.logs and not _has(reader, checkpoint.size, line)
    ]
    earlier = [parse_signature_line(line) for line in reader.cosignatures(checkpoint.size)]
    names = {(each.name, each.key_id) for each in (*earlier, *new)}
    cosigned = [key for key in charter.policy.witnesses.values() if (key.name, key.key_id) in names]
    quorum = charter.policy.satisfied(charter.policy.quorum, cosigned)
    lines = tuple(format_signature_line(each).rstrip("\n") for each in new)
    return Cosigned(checkpoint.size, lines, quorum)


def _has(reader: Reader, size: int, line: NoteSignature) -> bool:
    """Return whether a key's line is stored for this size; the first one stays."""
    stored = (parse_signature_line(each) for each in reader.cosignatures(size))
    return any((each.name, each.key_id) == (line.name, line.key_id) for each in stored)
