"""What a witness's notices have in common: lines of a word and a value, and one signature under its key for notices."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.errors import MalformedError, UntrustedError
from verifier.primitives.note import ED25519_NOTE, Note, NoteKey


def read_lines(lines: Sequence[str], fields: Sequence[str], what: str) -> dict[str, str]:
    """Return the value of each field; they stand in their order, each once, and the text ends with a newline."""
    pairs = [line.partition(" ") for line in lines[:-1]]
    if list(lines[-1:]) != [""] or [name for name, _, _ in pairs] != list(fields) or not all(each[2] for each in pairs):
        came = ", ".join(name for name, _, _ in pairs)
        raise MalformedError(what, came=came, expected=", ".join(fields) + ": a line each")
    return {name: value for name, _, value in pairs}


def require_signed(note: Note, key: NoteKey, what: str) -> None:
    """Return if this key, and no other, signed a notice.

    Raises:
        UntrustedError: no line of this key, or a line beside it.
        BadSignatureError: the key did not sign it.
    """
    if key.kind != ED25519_NOTE:
        raise UntrustedError(f"{what} key", came=f"type {key.kind:02x}", expected="01, a key for notices")
    if [(line.name, line.key_id) for line in note.signatures] != [(key.name, key.key_id)]:
        came = ", ".join(line.name for line in note.signatures)
        raise UntrustedError(f"{what} signature", came=came, expected=f"{key.name}, and no other")
    key.key.verify(note.signatures[0].blob, note.text.encode(), f"{what} signature")
