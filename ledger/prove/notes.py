"""Checkpoints' notes, with the lines of the ledger and of its witnesses."""

from __future__ import annotations

from collections.abc import Callable

from ledger.errors import UnknownError
from ledger.store.interface import Reader, StoredCheckpoint
from verifier.primitives.note import Note, format_note, parse_note, parse_signature_line


def cosigned_note(reader: Reader, size: int) -> bytes:
    """Return a checkpoint's note with the ledger's lines and those of its witnesses."""
    stored = reader.checkpoint(size)
    if stored is None:
        raise UnknownError("checkpoint", came=f"size {size}", expected="a size at which a block ended")
    return _cosigned(stored.note, tuple(reader.cosignatures(size)))


def _cosigned(own: bytes, lines: tuple[str, ...]) -> bytes:
    note = parse_note(own)
    return format_note(Note(note.text, note.signatures + tuple(map(parse_signature_line, lines))))


def note_of(checkpoint: StoredCheckpoint, reader: Reader) -> tuple[tuple[bytes, tuple[str, ...]], Callable[[], bytes]]:
    """Return what a checkpoint's note is made of, and how."""
    parts = checkpoint.note, tuple(reader.cosignatures(checkpoint.size))
    return parts, lambda: _cosigned(*parts)
