"""Signature lines under checkpoints (C2SP signed-note, tlog-cosignature)."""

from __future__ import annotations

from ledger.signing.signer import Signer
from verifier.primitives.checkpoint import Checkpoint, cosigned_bytes, is_cosignature
from verifier.primitives.note import NoteKey, NoteSignature


def sign_line(key: NoteKey, signer: Signer, checkpoint: Checkpoint, time: int) -> NoteSignature:
    """Return the line of a named key over a checkpoint; `time` in POSIX seconds, ignored for type 0x01."""
    timed = is_cosignature(key)
    signature = signer.sign(cosigned_bytes(key, checkpoint, time if timed else 0))
    stamp = time.to_bytes(8, "big") if timed else b""
    return NoteSignature(key.name, key.key_id, stamp + signature)


def sign_text(key: NoteKey, signer: Signer, text: str) -> NoteSignature:
    """Return the line of a key of type 0x01 over any text, which ends in a newline."""
    return NoteSignature(key.name, key.key_id, signer.sign(text.encode()))
