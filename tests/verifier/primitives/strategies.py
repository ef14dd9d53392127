"""Values of the profile of docs/formats.md, section 1, and bytes that spell them loosely."""

import json

from hypothesis import strategies as st

from verifier.primitives.cbor import Value, format_cbor

INTEGERS = st.one_of(
    st.integers(-(2**64), 2**64 - 1),
    st.sampled_from([edge + step for edge in (0, 24, 2**8, 2**16, 2**32, 2**53) for step in (-1, 0, 1)]),
    st.sampled_from([-24, -25, -256, -257, -(2**16) - 1, -(2**32) - 1, -(2**64), 2**64 - 1]),
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
KEYS = st.one_of(INTEGERS, TEXTS)


def cbor_values() -> st.SearchStrategy[Value]:
    """Every kind of value that the profile has."""
    scalars = st.one_of(INTEGERS, st.binary(max_size=40), TEXTS, st.none())
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=12,
    )


def json_values() -> st.SearchStrategy[object]:
    """Every kind of value that strict JSON has."""
    integers = st.integers(-(2**53) + 1, 2**53 - 1)
    scalars = st.one_of(integers, TEXTS, st.none(), st.booleans())
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
    )


@st.composite
def spelt_json(draw: st.DrawFn) -> tuple[object, bytes]:
    """A value and one of its many spellings: white space, escapes and separators are free."""
    value = draw(json_values())
    text = json.dumps(value, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from((None, 0, 3, "\t"))))
    padding = st.text(" \t\r\n", max_size=3)
    return value, f"{draw(padding)}{text}{draw(padding)}".encode()


@st.composite
def loose_cbor(draw: st.DrawFn) -> bytes:
    """Well-formed CBOR that is seldom deterministic: long lengths, loose order, open ends, floats and tags."""
    return _loose(draw, draw(cbor_values()))


def _loose(draw: st.DrawFn, value: Value) -> bytes:
    if isinstance(value, list):
        return _items(draw, 4, [_loose(draw, each) for each in value], len(value))
    if isinstance(value, dict):
        members = [_loose(draw, key) + _loose(draw, each) for key, each in value.items()]
        if members and draw(st.integers(0, 9)) == 0:
            members.append(members[0])
        return _items(draw, 5, members, len(members))
    if draw(st.integers(0, 19)) == 0:
        return draw(st.sampled_from((b"\xf4", b"\xf5", b"\xf7", b"\xf9\x3c\x00", b"\xfb" + bytes(8), b"\xc1\x00")))
    if value is None:
        return b"\xf6"
    if isinstance(value, int):
        return _head(draw, int(value < 0), max(value, -1 - value))
    return _string(draw, value)


def _string(draw: st.DrawFn, value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    major = 3 if isinstance(value, str) else 2
    if draw(st.integers(0, 9)) == 0:
        return bytes([major << 5 | 31]) + _head(draw, major, len(raw)) + raw + b"\xff"
    return _head(draw, major, len(raw)) + raw


def _items(draw: st.DrawFn, major: int, items: list[bytes], count: int) -> bytes:
    items = draw(st.permutations(items)) if major == 5 else items
    if draw(st.integers(0, 9)) == 0:
        return bytes([major << 5 | 31]) + b"".join(items) + b"\xff"
    return _head(draw, major, count) + b"".join(items)


def _head(draw: st.DrawFn, major: int, argument: int) -> bytes:
    """The argument in the shortest form, most of the time."""
    shortest = format_cbor(argument)
    if draw(st.integers(0, 9)):
        return bytes([major << 5 | shortest[0]]) + shortest[1:]
    width = draw(st.sampled_from([each for each in (1, 2, 4, 8) if argument < 1 << 8 * each]))
    return bytes([major << 5 | 23 + width.bit_length()]) + argument.to_bytes(width, "big")
