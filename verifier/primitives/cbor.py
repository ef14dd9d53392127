"""Strict deterministic CBOR, both ways (docs/formats.md, section 1; RFC 8949 §4.2.1).

One value has one spelling: a reader that accepts two spellings of one value would give one signed
statement two leaves. So every form but the shortest is refused while reading, which is the same as
writing again and comparing, and cheaper.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from verifier.errors import MalformedError

Value: TypeAlias = "int | bytes | str | list[Value] | dict[int | str, Value] | None"

MAX_DEPTH = 16
MAX_ITEMS = 1 << 20  # in all: a few bytes of input must not become gigabytes of objects
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_LEAST = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}
_LONG = frozenset({b"\x58", b"\x59", b"\x78", b"\x79"})  # how strings with a length of one or two bytes begin


def parse_cbor(data: bytes, what: str = "cbor") -> Value:
    """Return the one item that `data` spells; `what` names it in errors.

    Raises:
        MalformedError: it is not core deterministic CBOR of the profile, or something follows.
    """
    value, end = _item(data, 0, _Reading(what), MAX_DEPTH)
    if end != len(data):
        raise MalformedError(what, came=f"{len(data) - end} bytes after the end", expected="nothing after it")
    return value


def parse_item(data: bytes, at: int, what: str = "cbor", *, within: int = 0) -> tuple[Value, int]:
    """Return the item that begins at a place, and where it ends; it stands `within` so many arrays and maps.

    Raises:
        MalformedError: it is not core deterministic CBOR of the profile.
    """
    return _item(data, at, _Reading(what), MAX_DEPTH - within)


class _Reading:
    """One document being read: its name in errors, and how many items it may still have."""

    __slots__ = ("_left", "_what")

    def __init__(self, what: str) -> None:
        self._what = what
        self._left = MAX_ITEMS

    def count(self, items: int) -> None:
        self._left -= items
        if self._left < 0:
            raise self.fault(came="more items", expected=f"at most {MAX_ITEMS} in arrays and maps")

    def fault(self, *, came: object, expected: str) -> MalformedError:
        return MalformedError(self._what, came=came, expected=expected)


def _item(data: bytes, at: int, reading: _Reading, depth: int) -> tuple[Value, int]:
    """Return the item at `at` and where it ends. Slices past the end are short: lengths are compared."""
    if at >= len(data):
        raise reading.fault(came="the end", expected="more bytes")
    first = data[at]
    major, argument = first >> 5, first & 31
    at += 1
    if argument > 23:
        argument, at = _argument(data, at, argument, reading)
    if major < 2:
        return argument if major == 0 else -1 - argument, at
    if major < 4:
        return _string(data, at, argument, reading, text=major == 3)
    if major < 6 and depth:
        return (_array if major == 4 else _map)(data, at, argument, reading, depth - 1)
    if first == 0xF6:
        return None, at
    if major < 6:
        raise reading.fault(came="deeper nesting", expected=f"at most {MAX_DEPTH} levels")
    raise reading.fault(came=f"byte 0x{first:02x}", expected="no floats, tags, booleans or indefinite lengths")


def _argument(data: bytes, at: int, info: int, reading: _Reading) -> tuple[int, int]:
    """Return the number behind an initial byte, refusing every form but the shortest."""
    width = _WIDTHS.get(info)
    if width is None or data[at - 1] >> 5 > 5:
        raise reading.fault(came=f"byte 0x{data[at - 1]:02x}", expected="a definite length and no floats")
    number = int.from_bytes(data[at : at + width], "big")
    if at + width > len(data):
        raise reading.fault(came="the end", expected="more bytes")
    if number < _LEAST[info]:
        raise reading.fault(came=f"{number} in {width} bytes", expected="the shortest form")
    return number, at + width


def _string(data: bytes, at: int, length: int, reading: _Reading, *, text: bool) -> tuple[Value, int]:
    end = at + length
    if end > len(data):
        raise reading.fault(came=f"a string of {length} bytes", expected="no more bytes than there are")
    raw = data[at:end]
    if not text:
        return raw, end
    try:
        return raw.decode(), end
    except UnicodeDecodeError as error:
        raise reading.fault(came=raw, expected="valid UTF-8") from error


def _array(data: bytes, at: int, count: int, reading: _Reading, depth: int) -> tuple[Value, int]:
    if count > len(data) - at:
        raise reading.fault(came=f"an array of {count} items", expected="no more items than bytes")
    reading.count(count)
    items: list[Value] = []
    while len(items) < count:
        if data[at : at + 1] in _LONG:
            at = _long_strings(data, at, count, items)
        if len(items) < count:
            item, at = _item(data, at, reading, depth)
            items.append(item)
    return items, at


def _long_strings(data: bytes, at: int, most: int, items: list[Value]) -> int:
    """Read the strings that stand here and have lengths of one or two bytes, as heads, bodies and disclosures do.

    A subset of what `_item` reads, several times as fast; where it stops `_item` goes on, and says what is wrong.

    Returns:
        Where the last ends, once `items` has `most` or what follows is another item or none.
    """
    while len(items) < most and at + 3 <= len(data):
        first = data[at]
        if first & 0xDF == 0x58:
            start, length, least = at + 2, data[at + 1], 24
        elif first & 0xDF == 0x59:
            start, length, least = at + 3, data[at + 1] << 8 | data[at + 2], 256
        else:
            break
        end = start + length
        if length < least or end > len(data):
            break
        try:
            items.append(data[start:end].decode() if first & 0x20 else data[start:end])
        except UnicodeDecodeError:
            break
        at = end
    return at


def _map(data: bytes, at: int, count: int, reading: _Reading, depth: int) -> tuple[Value, int]:
    if count > len(data) - at:
        raise reading.fault(came=f"a map of {count} members", expected="no more members than bytes")
    reading.count(2 * count)
    members: dict[int | str, Value] = {}
    before = b""
    for _ in range(count):
        key, end = _item(data, at, reading, depth)
        if not isinstance(key, int | str):
            raise reading.fault(came="a map key of another kind", expected="integers and texts as map keys")
        if (spelt := data[at:end]) <= before:
            raise reading.fault(came=f"map key {key!r}", expected="sorted keys, none twice")
        before = spelt
        members[key], at = _item(data, end, reading, depth)
    return members, at


def format_cbor(value: Value) -> bytes:
    """Return the deterministic encoding of `value`. It is the caller's duty to keep to the profile."""
    out: list[bytes] = []
    _write(value, out)
    return b"".join(out)


def _write(value: Value, out: list[bytes]) -> None:
    """Append the parts of a value's encoding; what is commonest is asked for first."""
    if isinstance(value, bytes):
        out += (head_bytes(2, len(value)), value)
    elif isinstance(value, str):
        raw = value.encode()
        out += (head_bytes(3, len(raw)), raw)
    elif isinstance(value, int):
        out.append(head_bytes(0, value) if value >= 0 else head_bytes(1, -1 - value))
    elif isinstance(value, list):
        out.append(head_bytes(4, len(value)))
        for item in value:
            _write(item, out)
    elif value is None:
        out.append(b"\xf6")
    else:
        members = sorted((_key(key), key) for key in value)
        out.append(head_bytes(5, len(members)))
        for spelt, key in members:
            out.append(spelt)
            _write(value[key], out)


@lru_cache(maxsize=1024)  # labels: always the same few
def _key(key: int | str) -> bytes:
    return format_cbor(key)


def head_bytes(major: int, argument: int) -> bytes:
    """Return the initial byte and argument of an item in the shortest form."""
    if 0 <= argument < 256:
        return _SHORT_HEADS[major][argument]
    for info, width in _WIDTHS.items():
        if argument < 1 << 8 * width:
            return bytes((major << 5 | info,)) + argument.to_bytes(width, "big")
    raise MalformedError("cbor", came=argument, expected="an integer of at most 64 bits")


_SHORT_HEADS = [
    [bytes((major << 5 | each,)) if each < 24 else bytes((major << 5 | 24, each)) for each in range(256)]
    for major in range(8)
]
