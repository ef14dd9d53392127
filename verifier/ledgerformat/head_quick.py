"""Reading heads of the commonest shape without a general CBOR reader, three times as fast.

`quick_head` accepts a subset of what `verifier.ledgerformat.head.parse_head` accepts and returns the very
same head, or None: then the general reader decides, and says what is wrong. A property test holds the
two together; nothing else depends on this module.
"""

from __future__ import annotations

import re
from functools import lru_cache

from verifier.ledgerformat.subject import KIND, TYPE, is_participant

Links = tuple[tuple[str, bytes], ...]
Names = tuple[bytes, ...]
Parts = tuple[str, bytes, str, int, Links, bytes, Links, Names]  # type, id, issuer, time, joins, body, follows, about

_TYPE = re.compile(TYPE.encode())
_KIND = re.compile(KIND.encode())
_MAX_TIME = 2**53 - 1


def quick_head(data: bytes) -> Parts | None:
    """Return the parts of a head with labels 1, 2, 3, 5, 6, 12, at most 7, and 8 with one name; None for any other."""
    if len(data) < 128 or not 0xA6 <= data[0] <= 0xA8 or data[1] != 1:
        return None
    start, at = _text(data, 2)
    type_, id_ = _type(data[start:at]), data[at + 2 : at + 18]
    if type_ is None or data[at : at + 2] != b"\x02\x50" or id_[6] >> 4 != 7 or id_[8] >> 6 != 2 or data[at + 18] != 3:
        return None
    start, at = _text(data, at + 19)
    issuer, time = _participant(data[start:at]), int.from_bytes(data[at + 2 : at + 10], "big")
    if issuer is None or data[at : at + 2] != b"\x05\x1b" or not 1 << 32 <= time <= _MAX_TIME or data[at + 10] != 6:
        return None
    joins, at = _links(data, at + 11)
    follows: Links = ()
    about: Names = ()
    if data[0] > 0xA6:
        follows, at = _follows(data, at)
        about, at = _about(data, at)
    further = bool(follows) + bool(about)
    if not joins or further != data[0] - 0xA6 or data[at : at + 3] != b"\x0c\x58\x20" or len(data) != at + 35:
        return None
    return type_, id_, issuer, time, joins, data[at + 3 :], follows, about


def quick_type(data: bytes) -> str | None:
    """Return the type that a head begins with; None for bytes that do not begin as a head of at most 64 signs does."""
    if len(data) < 4 or not 0xA6 <= data[0] <= 0xAC or data[1] != 1:
        return None
    start, at = _text(data, 2)
    return _type(data[start:at])


def _about(data: bytes, at: int) -> tuple[Names, int]:
    """Return the one name of label 8 and where it ends; none where it is not there or has more."""
    name = data[at + 4 : at + 36]
    return ((name,), at + 36) if data[at : at + 4] == b"\x08\x81\x58\x20" and len(name) == 32 else ((), at)


def _follows(data: bytes, at: int) -> tuple[Links, int]:
    """Return the pairs of label 7 and where they end; none where it is not there or a kind is not followed."""
    links, end = _links(data, at + 1) if data[at : at + 1] == b"\x07" else ((), at)
    return (links, end) if all(kind in ("trace", "case") for kind, _ in links) else ((), at)


def _text(data: bytes, at: int) -> tuple[int, int]:
    """Return where a text of at most 255 bytes starts and ends; (0, 0) where there is none in its shortest form."""
    first = data[at]
    if 0x60 <= first < 0x78:
        return at + 1, at + 1 + first - 0x60
    if first == 0x78 and data[at + 1] > 23 and at + 2 + data[at + 1] + 64 < len(data):
        return at + 2, at + 2 + data[at + 1]
    return 0, 0


def _links(data: bytes, at: int) -> tuple[Links, int]:
    """Return 1 to 23 sorted pairs and where they end; none where they are not of this shape."""
    first = data[at] if at < len(data) else 0
    if not 0x80 < first < 0x98:
        return (), at
    links: list[tuple[str, bytes]] = []
    at += 1
    for _ in range(first - 0x80):
        size = data[at + 1] - 0x60 if at + 1 < len(data) and data[at] == 0x82 else 0
        end = at + 2 + size
        kind = _kind(data[at + 2 : end]) if 0 < size < 17 else None
        name = data[end + 2 : end + 34]
        if kind is None or data[end : end + 2] != b"\x58\x20" or len(name) != 32:
            return (), at
        pair = (kind, name)
        if links and links[-1] >= pair:
            return (), at
        links.append(pair)
        at = end + 34
    return tuple(links), at


@lru_cache(maxsize=1024)
def _type(spelt: bytes) -> str | None:
    return spelt.decode() if len(spelt) <= 64 and _TYPE.fullmatch(spelt) else None


@lru_cache(maxsize=1024)
def _kind(spelt: bytes) -> str | None:
    return spelt.decode() if _KIND.fullmatch(spelt) else None


@lru_cache(maxsize=4096)
def _participant(spelt: bytes) -> str | None:
    return issuer if spelt.isascii() and is_participant(issuer := spelt.decode("ascii")) else None
