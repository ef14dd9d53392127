"""base64, base64url and hex with one spelling for each value (RFC 4648; docs/formats.md, section 1)."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from verifier.errors import MalformedError

_STANDARD = bytes.maketrans(b"-_+/=", b"+/\0\0\0")  # the signs of §5 in those of §4; those of §4 alone in what is none
_URLSAFE = bytes.maketrans(b"+/", b"-_")
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAST = (_DIGITS, "", _DIGITS[::16], _DIGITS[::4])  # by length modulo 4, the last signs whose unused bits are zero


def parse_base64(text: str, what: str) -> bytes:
    """Return what RFC 4648 §4 base64 with padding spells; refuse every other spelling of it."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise MalformedError(what, came=text, expected="base64 with padding") from error
    if format_base64(raw) != text:
        raise MalformedError(what, came=text, expected="base64 with zero unused bits")
    return raw


def format_base64(raw: bytes) -> str:
    """Return RFC 4648 §4 base64 with padding."""
    return base64.b64encode(raw).decode()


def parse_base64url(text: str, what: str) -> bytes:
    """Return what RFC 4648 §5 base64url without padding spells; refuse every other spelling of it."""
    try:
        spelt = text.encode("ascii").translate(_STANDARD)
        raw = binascii.a2b_base64(spelt + b"=" * (-len(text) % 4), strict_mode=True)
    except ValueError as error:
        raise MalformedError(what, came=text, expected="base64url without padding") from error
    if text[-1:] not in _LAST[len(text) % 4]:
        raise MalformedError(what, came=text, expected="base64url without padding, zero unused bits")
    return raw


def quick_hash(text: Any) -> bytes | None:
    """Return the 32 bytes that 43 signs of base64url spell; None for all else, of which `parse_base64url` says more."""
    if not isinstance(text, str) or len(text) != 43 or text[42] not in _LAST[3]:
        return None
    try:
        return binascii.a2b_base64(text.encode("ascii").translate(_STANDARD) + b"=", strict_mode=True)
    except ValueError:
        return None


def format_base64url(raw: bytes) -> str:
    """Return RFC 4648 §5 base64url without padding."""
    return binascii.b2a_base64(raw, newline=False).translate(_URLSAFE, b"=").decode()


def parse_hash_hex(text: str, what: str) -> bytes:
    """Return the 32 bytes that 64 lower-case hexadecimal digits spell."""
    if len(text) != 64 or text.strip("0123456789abcdef"):
        raise MalformedError(what, came=text, expected="64 lower-case hexadecimal digits")
    return bytes.fromhex(text)


def parse_decimal(text: str, what: str, most: int = 2**63 - 1) -> int:
    """Return a number in ASCII decimal digits without leading zero, at most `most`."""
    if not text or text.strip("0123456789") or (text[0] == "0" and text != "0"):
        raise MalformedError(what, came=text, expected="a decimal number without leading zero")
    if len(text) > len(str(most)) or (number := int(text)) > most:
        raise MalformedError(what, came=text, expected=f"at most {most}")
    return number
