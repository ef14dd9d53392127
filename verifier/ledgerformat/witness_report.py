"""A witness's report: its signed word for why it stopped for a ledger (docs/formats.md, section 19).

Where a file can convict, evidence is kept as well; where none can, this is what others have. It convicts nobody by
itself. Pure; nothing here signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from re import Pattern
from re import compile as compile_pattern

from verifier.errors import MalformedError
from verifier.ledgerformat.notice import format_notice, read_notice, verify_notice
from verifier.primitives.base64strict import parse_decimal, parse_hash_hex
from verifier.primitives.note import NoteKey, require_name

WORD = "suyuan witness report"
_FIELDS = ("ledger", "lie", "leaf", "event", "reason", "field", "size", "root", "time", "evidence")
_SLUG = compile_pattern(r"[a-z][a-z-]{0,63}")
_FIELD = compile_pattern(r"[A-Za-z0-9._-]{1,128}")
_ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class WitnessReport:
    """What a report says.

    Attributes:
        origin: the ledger that the witness stopped for.
        lie: what it saw, in small letters and hyphens.
        leaf: where.
        event: position of the event in its batch; None where it concerns none.
        reason: code of the rule that refused it.
        field: what the rule looked at.
        size: of the checkpoint, signed by the ledger, that the witness looked at.
        root: of that checkpoint, 32 bytes.
        time: when, POSIX seconds.
        evidence: whether the witness has a file that convicts by itself.
    """

    origin: str
    lie: str
    leaf: int
    event: int | None
    reason: str
    field: str
    size: int
    root: bytes
    time: int
    evidence: bool


def format_witness_report(report: WitnessReport) -> str:
    """Return the text that the witness signs, with its final newline."""
    values = (
        report.origin, report.lie, report.leaf, "no" if report.event is None else report.event, report.reason,
        report.field, report.size, report.root.hex(), report.time, "yes" if report.evidence else "no",
    )  # fmt: skip
    return format_notice(WORD, _FIELDS, values)


def parse_witness_report(text: str, what: str = "report") -> WitnessReport:
    """Return what a text says. One spelling each; parsed, not verified.

    Raises:
        UnsupportedError: another version.
        MalformedError: another shape, or a leaf that the checkpoint does not hold.
    """
    values = read_notice(text, WORD, _FIELDS, what)
    report = WitnessReport(
        origin=require_name(values["ledger"], f"{what}.ledger"),
        lie=_matching(values["lie"], _SLUG, f"{what}.lie"),
        leaf=parse_decimal(values["leaf"], f"{what}.leaf"),
        event=None if values["event"] == "no" else parse_decimal(values["event"], f"{what}.event"),
        reason=_matching(values["reason"], _SLUG, f"{what}.reason"),
        field=_matching(values["field"], _FIELD, f"{what}.field"),
        size=parse_decimal(values["size"], f"{what}.size"),
        root=parse_hash_hex(values["root"], f"{what}.root"),
        time=parse_decimal(values["time"], f"{what}.time"),
        evidence=_answer(values["evidence"], f"{what}.evidence"),
    )
    if report.leaf >= max(report.size, 1):
        raise MalformedError(f"{what}.leaf", came=report.leaf, expected=f"below {report.size}, the size")
    return report


def verify_witness_report(data: bytes, key: NoteKey, what: str = "report") -> WitnessReport:
    """Return what a report says, once it is certain that `key` signed it.

    Args:
        data: a signed note.
        key: the witness's key for notices, of type 0x01; known from the witness, never from the report.
        what: the field, for errors.

    Raises:
        UntrustedError: no line of this key, or a line beside it.
        BadSignatureError: the key did not sign it.
    """
    return verify_notice(data, key, parse_witness_report, what)


def _matching(value: str, pattern: Pattern[str], what: str) -> str:
    if not pattern.fullmatch(value):
        raise MalformedError(what, came=value, expected="a word")
    return value


def _answer(value: str, what: str) -> bool:
    if value not in _ANSWERS:
        raise MalformedError(what, came=value, expected="yes or no")
    return _ANSWERS[value]
