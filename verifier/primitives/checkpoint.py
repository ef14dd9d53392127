"""Checkpoints and cosignatures (C2SP tlog-checkpoint v1.0.0, tlog-cosignature v1.1.0-rc.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from verifier.errors import BadSignatureError, MalformedError, UntrustedError
from verifier.primitives.base64strict import format_base64, parse_base64, parse_decimal
from verifier.primitives.merkle import HASH_SIZE
from verifier.primitives.note import (
    ED25519_COSIGNATURE,
    ED25519_NOTE,
    ML_DSA_COSIGNATURE,
    Note,
    NoteKey,
    NoteSignature,
    parse_note,
    require_name,
)

_SUBTREE = b"subtree/v1\n\0"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a ledger commits to at one size. Parsed, not verified.

    Attributes:
        origin: the ledger's name.
        size: number of leaves.
        root: 32 bytes.
    """

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A signature line that was verified.

    Attributes:
        key: whose.
        time: POSIX seconds, None for type 0x01.
    """

    key: NoteKey
    time: int | None


def parse_checkpoint(text: str, what: str = "checkpoint") -> Checkpoint:
    """Read the three lines; extension lines are refused, since we write none and 0x06 does not sign them."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise MalformedError(what, came=f"{len(lines) - 1} lines", expected="origin, size and root, a line each")
    root = parse_base64(lines[2], f"{what}.root")
    if len(root) != HASH_SIZE:
        raise MalformedError(f"{what}.root", came=f"{len(root)} bytes", expected="32")
    return Checkpoint(require_name(lines[0], f"{what}.origin"), parse_decimal(lines[1], f"{what}.size"), root)


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the three lines."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{format_base64(checkpoint.root)}\n"


def parse_signed_checkpoint(data: bytes, what: str = "checkpoint") -> tuple[Checkpoint, Note]:
    """Read a signed note whose text is a checkpoint."""
    note = parse_note(data, what)
    return parse_checkpoint(note.text, what), note


def cosigned_bytes(key: NoteKey, checkpoint: Checkpoint, time: int) -> bytes:
    """Return what a line of this key signs; `time` is in POSIX seconds and 0 for type 0x01."""
    text = format_checkpoint(checkpoint)
    if key.kind == ED25519_NOTE:
        return text.encode()
    if key.kind == ED25519_COSIGNATURE:
        return f"cosignature/v1\ntime {time}\n{text}".encode()
    name, origin = key.name.encode(), checkpoint.origin.encode()
    return b"".join(
        (
            _SUBTREE,
            bytes([len(name)]) + name,
            time.to_bytes(8, "big"),
            bytes([len(origin)]) + origin,
            bytes(8) + checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def verify_line(key: NoteKey, checkpoint: Checkpoint, signature: NoteSignature) -> Cosignature:
    """Return the line's cosignature if it is of `key` and over `checkpoint`.

    Raises:
        BadSignatureError: it is not.
    """
    what = f"checkpoint signature of {key.name}"
    if key.kind == ED25519_NOTE:
        key.key.verify(signature.blob, cosigned_bytes(key, checkpoint, 0), what)
        return Cosignature(key, None)
    time = int.from_bytes(signature.blob[:8], "big")
    if not 0 < time < 1 << 63:
        raise BadSignatureError(what, came=f"time {time}", expected="a positive POSIX time")
    key.key.verify(signature.blob[8:], cosigned_bytes(key, checkpoint, time), what)
    return Cosignature(key, time)


def verify_lines(checkpoint: Checkpoint, note: Note, keys: Iterable[NoteKey]) -> tuple[Cosignature, ...]:
    """Verify every signature line of a note; each must be of one of `keys`.

    A line of an unknown key is refused, not skipped: no byte of a proof goes unchecked.

    Raises:
        UntrustedError: a line of a key that is not among `keys`.
        BadSignatureError: a line that its key did not sign.
    """
    known = {(key.name, key.key_id): key for key in keys}
    verified = []
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is None:
            raise UntrustedError("checkpoint signature", came=line.name, expected="keys that the charter names")
        verified.append(verify_line(key, checkpoint, line))
    return tuple(verified)


def is_cosignature(key: NoteKey) -> bool:
    """Return whether lines of this key carry a time."""
    return key.kind in (ED25519_COSIGNATURE, ML_DSA_COSIGNATURE)
