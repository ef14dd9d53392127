"""Disclosures: values that a body commits to without showing them (RFC 9901 §4.2; formats, section 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from verifier.errors import MalformedError, MismatchError, TooLargeError
from verifier.primitives.base64strict import format_base64url, parse_base64url, parse_hash_hex
from verifier.primitives.json_spelling import spell_compact
from verifier.primitives.quick import maker_of
from verifier.primitives.strict_json import MAX_DEPTH, parse_json

MAX_DISCLOSURE = 65_536
MAX_ATTACHMENT = 1 << 20
MIN_SALT = 16
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])+)+")
# A salt of 16 bytes and a plain pointer; and, where it is nothing or a text without escapes, the value to the end.
_USUAL = re.compile(rb'\["[A-Za-z0-9_-]{21}[AQgw]","((?:/[A-Za-z0-9_-]++)++)",(?:(?:null|"([^"\\\x00-\x1f]*+)")\]\Z)?+')


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A disclosed value.

    Attributes:
        pointer: RFC 6901 pointer into the body's data.
        value: any JSON value; null where there is none.
        digest: 32 bytes, as it stands in `_sd`.
    """

    pointer: str
    value: Any
    digest: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a disclosure says of an attachment.

    Attributes:
        media_type: as the sender named it.
        sha256: 32 bytes.
        size: bytes.
    """

    media_type: str
    sha256: bytes
    size: int


_make_disclosure = maker_of(Disclosure)


def disclosure_digest(text: str) -> bytes:
    """Return SHA-256 of the disclosure's base64url text, 32 bytes. RFC 9901 §4.2.3."""
    return sha256(text.encode("ascii")).digest()


def parse_disclosure(text: str, what: str = "disclosure") -> Disclosure:
    """Return what base64url of [salt, pointer, value] says.

    Raises:
        MalformedError: another spelling, a short salt, or no pointer.
    """
    return _make_disclosure(*read_disclosure(text, what), disclosure_digest(text))


def read_disclosure(text: str, what: str = "disclosure") -> tuple[str, Any]:
    """Return pointer and value of a disclosure; raises as `parse_disclosure` does."""
    if len(text) > MAX_DISCLOSURE:
        raise TooLargeError(what, came=f"{len(text)} characters", expected=f"at most {MAX_DISCLOSURE}")
    spelt = parse_base64url(text, what)
    if usual := _usual_parts(spelt):
        return usual
    value = parse_json(spelt, what)
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(each, str) for each in value[:2]):
        raise MalformedError(what, came="another shape", expected="[salt, pointer, value]")
    salt, pointer, disclosed = value
    if len(parse_base64url(salt, f"{what}.salt")) < MIN_SALT:
        raise MalformedError(f"{what}.salt", came=f"{len(salt)} characters", expected="at least 16 random bytes")
    return require_pointer(pointer, what), disclosed


def _usual_parts(spelt: bytes) -> tuple[str, Any] | None:
    """Return pointer and value where salt and pointer are of the usual shape, so that only the value need be read.

    None for any other; what this takes, `parse_disclosure` would take alike, and for the rest it says what is wrong.
    """
    match = _USUAL.match(spelt)
    if match is None or spelt[-1:] != b"]":
        return None
    pointer, plain = match.groups()
    try:
        if match.end() == len(spelt):
            return pointer.decode(), None if plain is None else plain.decode()
        if spelt.count(b"[") + spelt.count(b"{") <= MAX_DEPTH:
            return pointer.decode(), parse_json(spelt[match.end() : -1])
    except (MalformedError, UnicodeDecodeError):
        pass
    return None


def format_disclosure(*, salt: bytes, pointer: str, value: Any) -> str:
    """Return the disclosure as base64url text; `salt` is at least 16 random bytes."""
    spelt = "null" if value is None else spell_compact(value)  # most of what a type names is left out
    return format_base64url(f'["{format_base64url(salt)}",{_spell_pointer(pointer)},{spelt}]'.encode())


@lru_cache(maxsize=1024)  # types name them: they come again and again
def _spell_pointer(pointer: str) -> str:
    return spell_compact(pointer)


def check_disclosure(disclosure: Disclosure, digests: Mapping[str, bytes], what: str = "disclosure") -> None:
    """Return if a body's `_sd` commits to this disclosure under its own pointer.

    Raises:
        MismatchError: it does not: of another event, or under another field's name.
    """
    if digests.get(disclosure.pointer) != disclosure.digest:
        raise MismatchError(what, came=disclosure.pointer, expected="a disclosure of this event's _sd")


def require_pointer(pointer: str, what: str) -> str:
    """Return an RFC 6901 pointer that starts with / and names no empty member."""
    if not _POINTER.fullmatch(pointer):
        raise MalformedError(f"{what}.pointer", came=pointer, expected="a JSON pointer like /buyer/name")
    return pointer


def find_value(data: Any, pointer: str) -> tuple[bool, Any]:
    """Return whether `data` has a member at `pointer`, and which; pointers enter objects only. RFC 6901 §4."""
    for name in _steps(pointer):
        if not isinstance(data, dict) or name not in data:
            return False, None
        data = data[name]
    return True, data


@lru_cache(maxsize=1024)  # types name them: they come again and again
def _steps(pointer: str) -> tuple[str, ...]:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def parse_attachment(value: Any, what: str = "attachment") -> Attachment | None:
    """Read the value of a disclosure that the type marks as an attachment; null is none."""
    if value is None:
        return None
    if not isinstance(value, dict) or value.keys() != {"mediaType", "sha256", "size"}:
        raise MalformedError(what, came=value, expected="null, or exactly mediaType, sha256 and size")
    media_type, digest, size = value["mediaType"], value["sha256"], value["size"]
    if not isinstance(media_type, str) or not isinstance(digest, str):
        raise MalformedError(what, came=value, expected="texts as mediaType and sha256")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_ATTACHMENT:
        raise MalformedError(f"{what}.size", came=size, expected=f"0 to {MAX_ATTACHMENT}")
    return Attachment(media_type, parse_hash_hex(digest, f"{what}.sha256"), size)
