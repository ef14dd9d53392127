"""Coarse regions, as people state them: provinces of China (ISO 3166-2:CN), countries (ISO 3166-1), or nothing."""

from __future__ import annotations

import re

from verifier.errors import MalformedError

_PROVINCES = re.compile(
    "CN-(?:AH|BJ|CQ|FJ|GD|GS|GX|GZ|HA|HB|HE|HI|HK|HL|HN|JL|JS|JX|LN|MO|NM|NX|QH|SC|SD|SH|SN|SX|TJ|TW|XJ|XZ|YN|ZJ)"
)
_COUNTRY = re.compile(r"[A-Z]{2}")


def require_region(text: str, what: str = "region") -> str:
    """Return a region that is coarse enough; the empty text says nothing.

    Raises:
        MalformedError: anything finer, or another spelling.
    """
    if text and not _PROVINCES.fullmatch(text) and not _COUNTRY.fullmatch(text):
        raise MalformedError(what, came=text, expected="a province like CN-ZJ, a country like DE, or nothing")
    return text
