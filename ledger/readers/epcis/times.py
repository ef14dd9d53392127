"""EPCIS times: text with an offset in, milliseconds since 1970 out.

EPCIS 2.0 (chapter 7, EPCISEvent) asks for xsd:dateTimeStamp, a date and time that always names its offset. Suyuan's
times are unsigned milliseconds (docs/formats.md, section 1); digits beyond the third are cut, so that no event moves
into the future.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from verifier.errors import MalformedError

_OFFSET = r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)"
_TIME = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}})(?:\.([0-9]+))?(Z|{_OFFSET})")
_ZONE = re.compile(_OFFSET)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR_10000 = 253_402_300_800_000  # milliseconds: in UTC nobody could spell it any more


def parse_time(text: str, what: str) -> int:
    """Return milliseconds since 1970-01-01T00:00Z.

    Raises:
        MalformedError: no such time, no offset, a leap second, before 1970 or after 9999.
    """
    expected = "a time with its offset from UTC, like 2026-03-01T08:30:00.000+08:00"
    if not (match := _TIME.fullmatch(text)):
        raise MalformedError(what, came=text[:80], expected=expected)
    whole, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(whole + offset)
    except ValueError:
        raise MalformedError(what, came=text[:80], expected=expected) from None
    since = moment - _EPOCH
    milliseconds = (since.days * 86_400 + since.seconds) * 1000 + int(f"{fraction or '':0<3.3}")
    if milliseconds < 0:
        raise MalformedError(what, came=text[:80], expected="1970 or later")
    if milliseconds >= _YEAR_10000:
        raise MalformedError(what, came=text[:80], expected="a time of the year 9999 in UTC at the latest")
    return milliseconds


def is_zone(text: str) -> bool:
    """Return whether this is an eventTimeZoneOffset, `-14:00` to `+14:00` (EPCIS 2.0, EPCISEvent)."""
    return bool(_ZONE.fullmatch(text))
