"""Values of fields: which texts are a number, a time, a day, and their one canonical spelling.

Numbers are those of XML Schema (decimal with totalDigits 19 and fractionDigits 5; int): blanks around them do not
count, `+19050.00` is 19050. Times are China local time, UTC+8 all year round.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from ledger.readers.ceb.fields import Field

CHINA = timezone(timedelta(hours=8))
MAX_DIGITS = 19
MAX_FRACTION = 5
_BLANKS = " \t\r\n"
_DECIMAL = re.compile(r"([+-]?)(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?")
_TIME = re.compile(r"([0-9]{14})([0-9]{3})?")
_RUN = re.compile(r"[ \t\r\n]+")
_DATE = re.compile(r"[0-9]{8}")


def canonical(field: Field, text: str) -> str | None:
    """Return a field's value in its canonical spelling, None if the text is not of the field's type."""
    match field.kind:
        case "number":
            return canonical_number(text)
        case "whole":
            return canonical_whole(text, field.longest)
        case "time" | "moment":
            length = 14 if field.kind == "time" else 17
            return text if len(text) == length and milliseconds(text) is not None else None
        case "date":
            return text if _DATE.fullmatch(text) and milliseconds(f"{text}000000") is not None else None
        case _:
            text = _RUN.sub(" ", text).strip(" ") if field.collapse else text
            return text if field.shortest <= len(text) <= field.longest else None


def canonical_number(text: str) -> str | None:
    """Return a decimal number without needless sign, zeros or point; None if it is none or has too many digits."""
    return _remembered_number(text) if len(text) <= MAX_DIGITS else _spell_number(text)


def _spell_number(text: str) -> str | None:
    found = _DECIMAL.fullmatch(text.strip(_BLANKS))
    if not found:
        return None
    sign, units, fraction = found[1], found[2].lstrip("0"), (found[3] or "").rstrip("0")
    if len(fraction) > MAX_FRACTION or len((units + fraction).lstrip("0")) > MAX_DIGITS:
        return None
    spelt = f"{units or '0'}.{fraction}" if fraction else units or "0"
    return f"-{spelt}" if sign == "-" and spelt != "0" else spelt


_remembered_number = lru_cache(maxsize=1024)(_spell_number)  # pieces, rates, nought: the same again and again


def canonical_whole(text: str, digits: int = 0) -> str | None:
    """Return a whole number of at most 32 bits (xs:int) without needless sign or zeros; None if it is none.

    Args:
        text: what came.
        digits: how many digits it may have; 0 asks for 32 bits only.
    """
    spelt = canonical_number(text)
    if spelt is None or "." in text or not -(1 << 31) <= int(spelt) < 1 << 31:
        return None
    return None if digits and len(spelt.lstrip("-")) > digits else spelt


@lru_cache(maxsize=1024)  # read, then drafted: each time is asked for twice at least
def milliseconds(text: str) -> int | None:
    """Return YYYYMMDDhhmmss, or YYYYMMDDhhmmssSSS, in China local time as milliseconds since 1970.

    None if there is no such time.
    """
    found = _TIME.fullmatch(text)
    if not found:
        return None
    month, day, hour, minute, second = (int(text[place : place + 2]) for place in range(4, 14, 2))
    try:
        moment = datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=CHINA)
    except ValueError:
        return None
    since = int(moment.timestamp()) * 1000 + int(found[2] or 0)
    return since if since >= 0 else None
