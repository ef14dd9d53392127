import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.readers.epcis.lossless_json import (
    MAX_DEPTH,
    Numeral,
    as_strict,
    depth_of,
    format_lossless,
    parse_lossless,
)
from verifier.errors import MalformedError, TooLargeError
from verifier.primitives.strict_json import parse_json

MOST = 1 << 20
NUMERALS = [
    "0",
    "-0",
    "-0.0",
    "12.10",
    "1e5",
    "1E+5",
    "0.1",
    "2.5e-300",
    "9" * 400,
    "0.1000000000000000055511151231257827",
]

DEFECTS = {
    "name-twice": (b'{"a":1,"b":2,"a":1}', "'a' twice"),
    "name-twice-within": (b'[{"x":{"a":1,"\\u0061":1}}]', "'a' twice"),
    "nan": (b'{"value":NaN}', "NaN"),
    "infinity": (b"[Infinity]", "Infinity"),
    "minus-infinity": (b"[-Infinity]", "-Infinity"),
    "lone-high-surrogate": (b'["\\ud800"]', "lone surrogate"),
    "lone-low-surrogate": (b'["a\\udc00b"]', "lone surrogate"),
    "lone-surrogate-as-name": (b'{"\\udfff":1}', "lone surrogate"),
    "surrogate-in-utf-8": (b'["\xed\xa0\x80"]', "not UTF-8"),
    "latin-1": (b'["\xfc"]', "not UTF-8"),
    "byte-order-mark": (b"\xef\xbb\xbf{}", "BOM"),
    "leading-zero": (b"[01]", "delimiter"),
    "plus-sign": (b"[+1]", "Expecting value"),
    "no-digit-before-point": (b"[.5]", "Expecting value"),
    "trailing-comma": (b"[1,]", "Illegal trailing comma|Expecting value"),
    "two-values": (b"{} {}", "Extra data"),
    "control-character": (b'["\n"]', "control character"),
    "nothing": (b"", "Expecting value"),
}


@pytest.mark.parametrize(("data", "came"), DEFECTS.values(), ids=DEFECTS)
def test_defective_json_is_refused_by_name(data, came):
    with pytest.raises(MalformedError, match=came if data[:3] != b"\xef\xbb\xbf" else "JSON"):
        parse_lossless(data, "document", most=MOST)


@pytest.mark.parametrize("text", NUMERALS)
def test_numbers_keep_every_digit(text):
    value = parse_lossless(f'{{"value":{text}}}'.encode(), "document", most=MOST)
    assert value == {"value": Numeral(text)}
    assert format_lossless(value) == f'{{"value":{text}}}'.encode()


def test_numbers_become_text_where_numbers_are_whole():
    value = parse_lossless(b'{"a":[26.10,{"b":-1}],"c":true,"d":null,"e":"x"}', "document", most=MOST)
    strict = as_strict(value)
    assert strict == {"a": ["26.10", {"b": "-1"}], "c": True, "d": None, "e": "x"}
    assert parse_json(json.dumps(strict).encode()) == strict


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_is_taken_up_to_its_limit_and_refused_beyond(opening, closing):
    deepest = f"{opening * MAX_DEPTH}1{closing * MAX_DEPTH}".encode()
    assert depth_of(parse_lossless(deepest, "document", most=MOST)) == MAX_DEPTH
    with pytest.raises(MalformedError, match="deeper nesting"):
        parse_lossless(opening.encode() + deepest + closing.encode(), "document", most=MOST)


def test_half_a_million_brackets_are_refused_and_not_descended_into():
    with pytest.raises(MalformedError, match="deeper nesting"):
        parse_lossless(b"[" * 500_000, "document", most=MOST)


def test_brackets_inside_text_are_text():
    text = '[{"' * 50 + '\\"]}' * 50
    data = json.dumps([text]).encode()
    assert parse_lossless(data, "document", most=MOST) == [text]


def test_ten_megabytes_are_refused_before_they_are_decoded():
    with pytest.raises(TooLargeError, match="at most 1048576"):
        parse_lossless(b'"' + b"\xff" * 10_000_000, "document", most=MOST)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 20 + b'"' + b'\\"' * 500_000,
        b"{" + b",".join(b'"%x":0' % each for each in range(90_000)) + b',"z":0,"z":0}',
        b'"' + b"\\" * 1_000_000,
        b'["' + b'","' * 300_000,
    ],
    ids=["escaped-quotes-without-end", "last-of-many-names-twice", "backslashes-without-end", "many-short-texts"],
)
def test_hostile_documents_are_refused_in_proportion_to_their_length(data):
    # a reader that looks back at each quote or name would not come to an end here
    assert len(data) <= MOST
    with pytest.raises(MalformedError):
        parse_lossless(data, "document", most=MOST)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(_json)
def test_what_is_written_is_what_was_read(value):
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    read = parse_lossless(compact, "document", most=MOST)
    assert parse_lossless(format_lossless(read), "document", most=MOST) == read
    assert json.loads(format_lossless(read)) == json.loads(compact)
