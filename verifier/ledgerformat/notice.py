"""What a witness's notices have in common: lines of a word and a value, and one signature under its key for notices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from verifier.errors import MalformedError, UnsupportedError, UntrustedError
from verifier.primitives.note import ED25519_NOTE, Note, NoteKey, parse_note

_Notice = TypeVar("_Notice")


def format_notice(word: str, fields: Sequence[str], values: Sequence[object]) -> str:
    """Return the text that a witness signs, with its final newline: version 1 of `word`, and a line for each field."""
    lines = [f"{name} {value}" for name, value in zip(fields, values, strict=True)]
    return "\n".join([f"{word} v1", *lines]) + "\n"


def read_notice(text: str, word: str, fields: Sequence[str], what: str) -> dict[str, str]:
    """Return the value of each field of version 1 of what `word` names.

    Raises:
        UnsupportedError: another version.
        MalformedError: something else, or other lines.
    """
    expected = f"{word} v1"
    first, *lines = text.split("\n")
    if first != expected:
        if first.startswith(f"{word} v"):
            raise UnsupportedError(f"{what} version", came=first, expected=expected)
        raise MalformedError(what, came=first, expected=expected)
    return _read_lines(lines, fields, what)


def verify_notice(data: bytes, key: NoteKey, parse: Callable[[str, str], _Notice], what: str) -> _Notice:
    """Return what a signed note says, as `parse` reads its text, once it is certain that `key` signed it.

    Raises:
        SuyuanError: as `parse_note` and `parse`.
        UntrustedError: no line of this key, or a line beside it.
        BadSignatureError: the key did not sign it.
    """
    note = parse_note(data, what)
    notice = parse(note.text, what)
    _require_signed(note, key, what)
    return notice


def _read_lines(lines: Sequence[str], fields: Sequence[str], what: str) -> dict[str, str]:
    """Return the value of each field; they stand in their order, each once, and the text ends with a newline."""
    pairs = [line.partition(" ") for line in lines[:-1]]
    if list(lines[-1:]) != [""] or [name for name, _, _ in pairs] != list(fields) or not all(each[2] for each in pairs):
        came = ", ".join(name for name, _, _ in pairs)
        raise MalformedError(what, came=came, expected=", ".join(fields) + ": a line each")
    return {name: value for name, _, value in pairs}


def _require_signed(note: Note, key: NoteKey, what: str) -> None:
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
