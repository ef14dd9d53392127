"""From a form to a decision: what each verb asks for, and what is wrong with what was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from ledger.endorsing.endorse import Decision, Text

BEIJING = timezone(timedelta(hours=8))
_MOST_TEXT, _MOST_CONDITIONS = 256, 16  # characters, lines: as the types' schemas have it
_BETWEEN = "|"  # between Chinese and English


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form; its label is the text `desk.form.<name>`, its hint `desk.form.<name>-hint`."""

    name: str
    kind: str
    required: bool = False
    hint: bool = False


_TERM = Field("until", "date", hint=True)
_BASIS = Field("basis", "text", hint=True)
_WHY = (Field("reason", "textarea", required=True), Field("reason-en", "textarea", hint=True))
FIELDS: Mapping[str, tuple[Field, ...]] = {
    "acknowledge": (_BASIS,),
    "recognise": (_BASIS, _TERM),
    "recognise-with-conditions": (Field("conditions", "textarea", required=True, hint=True), _BASIS, _TERM),
    "refuse": _WHY,
    "withdraw": _WHY,
}


def wrong_fields(verb: str, given: Mapping[str, str], *, now: int) -> dict[str, str]:
    """Return what is wrong, by field: a key `desk.wrong.<word>` each. Nothing where a decision can be made.

    Args:
        verb: a key of FIELDS.
        given: what was filled in, by field.
        now: milliseconds since 1970.
    """
    found = {each.name: _wrong(each, given.get(each.name, ""), now) for each in FIELDS[verb]}
    return {name: f"desk.wrong.{word}" for name, word in found.items() if word}


def decide(verb: str, given: Mapping[str, str]) -> Decision:
    """Return the decision that a form without wrong fields makes."""
    why, basis = given.get("reason", ""), given.get("basis", "")
    reason: Text | None = None
    if why:
        reason = {"zh": why, "en": given.get("reason-en") or why}
    elif basis:
        reason = {"zh": basis, "en": basis}
    until = _end_of_day(given["until"]) if given.get("until") else None
    return Decision(verb, reason, tuple(map(_both, _lines(given.get("conditions", "")))), until)


def _wrong(field: Field, value: str, now: int) -> str:
    if not value:
        return "required" if field.required else ""
    if field.name == "conditions":
        return _wrong_conditions(value)
    if field.kind == "date":
        return _wrong_date(value, now)
    return "long" if len(value) > _MOST_TEXT else ""


def _wrong_conditions(value: str) -> str:
    lines = [_both(each) for each in _lines(value)]
    if len(lines) > _MOST_CONDITIONS:
        return "many"
    if any(not text for line in lines for text in line.values()):
        return "half"
    return "long" if any(len(text) > _MOST_TEXT for line in lines for text in line.values()) else ""


def _wrong_date(value: str, now: int) -> str:
    try:
        return "" if _end_of_day(value) > now else "past"
    except ValueError:
        return "date"


def _lines(value: str) -> list[str]:
    return [each.strip() for each in value.splitlines() if each.strip()]


def _both(line: str) -> Text:
    zh, between, en = (each.strip() for each in line.partition(_BETWEEN))
    return {"zh": zh, "en": en if between else zh}


def _end_of_day(value: str) -> int:
    """Return the end of a Beijing day, milliseconds since 1970; raise ValueError for what is no day of 1970 to 9998."""
    day = date.fromisoformat(value)
    if not 1970 <= day.year < 9999:
        raise ValueError(value)
    return int(datetime.combine(day + timedelta(days=1), time.min, BEIJING).timestamp()) * 1000
