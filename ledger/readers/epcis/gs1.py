"""Bits and pieces of GS1 keys: check digits, character set 82, and how its signs are spelt in URIs.

Sources: GS1 General Specifications §7.9 (check digits) and §7.11 (character sets); EPC Tag Data Standard 2.0 §6.3.1
(escapes in EPC URNs); GS1 Digital Link URI Syntax (percent-encoding).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from stdnum.ean import calc_check_digit

from verifier.errors import MalformedError
from verifier.ledgerformat.subject import is_gs1_check_digit_right

CHARACTER_SET_82 = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
COMPONENT = r"(?:[A-Za-z0-9!'()*+,.:;=_-]|%(?:22|25|26|2[Ff]|3[CcEeFf]))"  # one sign of set 82 in an EPC URN
_URN_ESCAPED = str.maketrans({sign: f"%{ord(sign):02X}" for sign in '"%&/<>?'})
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_SPELT = re.compile(r"(?:[A-Za-z0-9!&'()*+,.:;=_-]|%[0-9A-Fa-f]{2})+")

# The keys that have a canonical subject: how long, and what they are called in errors.
LENGTHS: Mapping[str, tuple[int, str]] = {
    "00": (18, "an SSCC of 18 digits"),
    "01": (14, "a GTIN of 14 digits"),
    "414": (13, "a GLN of 13 digits"),
    "417": (13, "a party GLN of 13 digits"),
}


def with_check_digit(digits: str) -> str:
    """Return the digits and their check digit (GS1 General Specifications §7.9.1)."""
    return digits + calc_check_digit(digits)


def require_key(key: str, digits: str, what: str) -> str:
    """Return a GTIN, SSCC or GLN of full length whose check digit is right; `key` is its application identifier.

    Raises:
        MalformedError: another length, other signs than digits, or a wrong check digit.
    """
    length, expected = LENGTHS[key]
    if len(digits) != length or not (digits.isascii() and digits.isdigit()):
        raise MalformedError(what, came=digits[:80], expected=expected)
    if not is_gs1_check_digit_right(digits):
        right = with_check_digit(digits[:-1])
        raise MalformedError(what, came=digits, expected=f"a right check digit, as in {right}")
    return digits


def read_component(spelt: str, what: str, *, most: int) -> str:
    """Return the text that a percent-encoded component of a URI spells.

    Raises:
        MalformedError: signs that do not stand in URIs, or not 1 to `most` signs of character set 82.
    """
    if not _SPELT.fullmatch(spelt):
        raise MalformedError(what, came=spelt[:80], expected="signs of GS1 character set 82, percent-encoded")
    return require_component(_PERCENT.sub(lambda found: chr(int(found[1], 16)), spelt), what, most=most)


def require_component(text: str, what: str, *, most: int) -> str:
    """Return text, like a lot or serial, of 1 to `most` signs of character set 82; raise MalformedError if not."""
    if not 0 < len(text) <= most or not CHARACTER_SET_82.issuperset(text):
        raise MalformedError(what, came=text[:80], expected=f"1 to {most} signs of GS1 character set 82")
    return text


def spell_in_link(text: str) -> str:
    """Return text of set 82 as it stands in a canonical subject (docs/formats.md, section 3)."""
    return quote(text, safe="")


def spell_in_urn(text: str) -> str:
    """Return text of set 82 as it stands in an EPC URN."""
    return text.translate(_URN_ESCAPED)
