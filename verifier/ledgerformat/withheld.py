"""Withheld notices: a witness's signed word that a ledger left a statement out (docs/formats.md, section 19).

It convicts nobody by itself: it is a witness's word, and says what it is built on. Pure; nothing here signs.
"""

from __future__ import annotations

from dataclasses import dataclass

from verifier.errors import MalformedError
from verifier.ledgerformat.notice import format_notice, read_notice, verify_notice
from verifier.primitives.base64strict import parse_decimal, parse_hash_hex
from verifier.primitives.note import NoteKey, require_name

WORD = "suyuan withheld statement"
_BASES = ("replay", "ledger")
_FIELDS = ("ledger", "statement", "first-seen", "last-tried", "open-intake", "judged", "size", "answer", "logged")
OPEN_INTAKE = 600  # seconds of open intake after which a statement is withheld


@dataclass(frozen=True, slots=True)
class Withheld:
    """What a notice says.

    Attributes:
        origin: the ledger that left the statement out.
        statement: identity of the statement, 32 bytes: H(CBOR [protected header, payload]).
        first_seen: when the witness took it, POSIX seconds.
        last_tried: when it handed it to the ledger for the last time, POSIX seconds.
        open_intake: seconds of these in which the ledger's intake was open to others, as the witness measured.
        judged: what says that the statement is admissible: `replay`, the witness's own, or `ledger`, its word.
        size: of the newest sealed state by which that was judged.
        answer: what the ledger answered last, one word (`none`, or the code of a refusal).
        logged: the leaf at which the statement was logged after all; None while it is not.
    """

    origin: str
    statement: bytes
    first_seen: int
    last_tried: int
    open_intake: int
    judged: str
    size: int
    answer: str
    logged: int | None


def format_withheld(notice: Withheld) -> str:
    """Return the text that the witness signs, with its final newline."""
    values = (
        notice.origin, notice.statement.hex(), notice.first_seen, notice.last_tried, notice.open_intake,
        notice.judged, notice.size, notice.answer, "no" if notice.logged is None else notice.logged,
    )  # fmt: skip
    return format_notice(WORD, _FIELDS, values)


def parse_withheld(text: str, what: str = "notice") -> Withheld:
    """Return what a text says. One spelling each; parsed, not verified.

    Raises:
        UnsupportedError: another version.
        MalformedError: another shape, fewer seconds of open intake than a notice needs, or times that go back.
    """
    values = read_notice(text, WORD, _FIELDS, what)
    notice = Withheld(
        origin=require_name(values["ledger"], f"{what}.ledger"),
        statement=parse_hash_hex(values["statement"], f"{what}.statement"),
        first_seen=parse_decimal(values["first-seen"], f"{what}.first-seen"),
        last_tried=parse_decimal(values["last-tried"], f"{what}.last-tried"),
        open_intake=parse_decimal(values["open-intake"], f"{what}.open-intake"),
        judged=_one_of(values["judged"], f"{what}.judged"),
        size=parse_decimal(values["size"], f"{what}.size"),
        answer=_word(values["answer"], f"{what}.answer"),
        logged=None if values["logged"] == "no" else parse_decimal(values["logged"], f"{what}.logged"),
    )
    if notice.open_intake < OPEN_INTAKE:
        raise MalformedError(f"{what}.open-intake", came=notice.open_intake, expected=f"at least {OPEN_INTAKE}")
    if notice.last_tried - notice.first_seen < notice.open_intake:
        came = f"{notice.last_tried - notice.first_seen} s in all"
        raise MalformedError(f"{what}.last-tried", came=came, expected=f"at least {notice.open_intake}, the open ones")
    return notice


def verify_withheld(data: bytes, key: NoteKey, what: str = "notice") -> Withheld:
    """Return what a notice says, once it is certain that `key` signed it.

    Args:
        data: a signed note.
        key: the witness's key for notices, of type 0x01; known from the witness, never from the notice.
        what: the field, for errors.

    Raises:
        UntrustedError: no line of this key, or a line beside it.
        BadSignatureError: the key did not sign it.
    """
    return verify_notice(data, key, parse_withheld, what)


def _one_of(value: str, what: str) -> str:
    if value not in _BASES:
        raise MalformedError(what, came=value, expected=" or ".join(_BASES))
    return value


def _word(value: str, what: str) -> str:
    if not value or value.strip("abcdefghijklmnopqrstuvwxyz-") or len(value) > 64:
        raise MalformedError(what, came=value, expected="a word of small letters and hyphens")
    return value
