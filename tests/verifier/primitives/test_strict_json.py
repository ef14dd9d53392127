import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.primitives.properties import bent, parse_or_refuse
from tests.verifier.primitives.strategies import json_values, spelt_json
from verifier.errors import MalformedError
from verifier.primitives.strict_json import MAX_DEPTH, is_plain, parse_json


class TestStrictJson:
    """**JSON** is UTF-8 without byte-order mark; no name twice; integers within 2⁵³ only; no lone
    surrogate; at most 16 deep. White space and member order are free."""

    @given(spelt_json())
    def test_every_spelling_of_a_value_is_read(self, spelt):
        value, data = spelt
        assert parse_json(data) == value

    @given(st.binary(max_size=60))
    def test_arbitrary_bytes_are_read_or_refused(self, data):
        parse_or_refuse(parse_json, data)

    @given(st.text('{}[]",:\\u0123d8efE+-. \ttrfalsenul\x00', max_size=60))
    def test_arbitrary_signs_of_json_are_read_or_refused(self, text):
        parse_or_refuse(parse_json, text.encode())

    @given(bent(spelt_json().map(lambda spelt: spelt[1])))
    def test_what_is_read_from_bent_bytes_is_what_the_library_reads(self, data):
        parsed = parse_or_refuse(parse_json, data)
        assert parsed is None or parsed == json.loads(data)

    @given(spelt_json())
    def test_texts_that_were_read_have_a_utf_8_form(self, spelt):
        json.dumps(parse_json(spelt[1]), ensure_ascii=False).encode()


class TestNesting:
    """at most 16 deep"""

    @pytest.mark.parametrize(("left", "right"), [("[", "]"), ('{"a":', "}")], ids=["arrays", "objects"])
    def test_sixteen_levels_are_read_and_seventeen_are_not(self, left, right):
        parse_json(f"{left * 16}0{right * 16}".encode())
        with pytest.raises(MalformedError, match="deeper nesting"):
            parse_json(f"{left * 17}0{right * 17}".encode())

    def test_a_hundred_thousand_levels_are_refused_like_seventeen(self):
        with pytest.raises(MalformedError, match="deeper nesting"):
            parse_json(b"[" * 100_000)

    def test_brackets_side_by_side_are_no_depth(self):
        assert parse_json(b"[" + b"[[]]," * 50 + b"[]]") == [[[]]] * 50 + [[]]

    def test_brackets_in_texts_are_no_depth(self):
        text = "[{" * 40 + '"' + "\\" + "[" * 40
        assert parse_json(json.dumps([text, text]).encode()) == [text, text]


def seconds_to_refuse(data: bytes) -> float:
    start = process_time()
    with pytest.raises(MalformedError):
        parse_json(data)
    return process_time() - start


@pytest.mark.parametrize(
    "costly",
    [
        b"[" * 16 + b"[],[" + b'"' + b'\\"' * 32_000,
        b"{" + b",".join(b'"%05d":0' % each for each in range(7_200)) + b',"07199":0}',
    ],
    ids=["a text of escaped quotes that never ends", "many names, the last of them twice"],
)
def test_no_refusal_costs_many_times_what_an_acceptance_of_that_size_costs(costly):
    """Bodies are read before anybody knows who sent them."""
    start = process_time()
    parse_json(b"[" + b'["\\"",0],' * 7_000 + b"0]")
    usual = process_time() - start
    assert seconds_to_refuse(costly) < 40 * max(usual, 0.001)


@pytest.mark.parametrize("data", [b"0", b"9007199254740991", b"-9007199254740991"])
def test_integers_within_two_to_the_53_are_read(data):
    assert parse_json(data) == int(data)


@pytest.mark.parametrize(
    "data",
    [
        "9007199254740992",
        "-9007199254740992",
        "1.0",
        "1e2",
        "-0",
        "1E400",
        "-0.0",
        "NaN",
        "Infinity",
        "-Infinity",
        "01",
        "+1",
        "1_0",
        "0x10",
        "٣",
        ".5",
        "5.",
    ],
)
def test_no_other_number_is_read(data):
    with pytest.raises(MalformedError):
        parse_json(data.encode())


def test_a_number_too_long_to_be_reckoned_with_is_refused():
    with pytest.raises(MalformedError):
        parse_json(b"9" * 5_000)


@pytest.mark.parametrize("escaped", [r'"\ud800"', r'"\udc00\ud800"', r'{"\ud83d": 0}', r'["\ud83dx\ude00"]'])
def test_no_escaped_lone_surrogate_is_read(escaped):
    with pytest.raises(MalformedError, match="surrogate"):
        parse_json(escaped.encode())


def test_an_escaped_pair_is_one_character():
    assert parse_json(rb'"\ud83d\ude00"') == "\N{GRINNING FACE}"


@pytest.mark.parametrize("data", [b'{"a":1,"a":1}', rb'{"a":1,"\u0061":2}', b'[{"x":{"":1,"":2}}]'])
def test_no_name_stands_twice(data):
    with pytest.raises(MalformedError, match="twice"):
        parse_json(data)


@pytest.mark.parametrize("data", [b"", b" ", b"\xef\xbb\xbf0", b"0 0", b"[0,]", b'{"a":0,}', b"'a'", b'"\t"', b"\xa00"])
def test_what_is_no_json_is_refused(data):
    with pytest.raises(MalformedError):
        parse_json(data)


class Word(str):
    """A text of another type."""

    __slots__ = ()


ODD = st.sampled_from([None, True, 0, -(2**53), 2**53, 2**53 - 1, 0.5, float("nan"), "é", Word("x"), b"x", (1,)])
NAMES = st.sampled_from(["a", "b", 1, None, Word("x")])


@given(st.recursive(ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)))
def test_what_is_plain_is_read_as_it_was_written(value):
    if is_plain(value, MAX_DEPTH):
        assert parse_json(json.dumps(value).encode()) == value
        assert not isinstance(value, float | tuple | Word)


@given(json_values())
def test_what_strict_json_gives_is_plain(value):
    assert is_plain(value, MAX_DEPTH)


@pytest.mark.parametrize(("opening", "closing"), ["[]", ('{"a":', "}")])
def test_plain_values_are_as_deep_as_what_is_read(opening, closing):
    deepest = parse_json((opening * MAX_DEPTH + "1" + closing * MAX_DEPTH).encode())
    assert is_plain(deepest, MAX_DEPTH)
    assert not is_plain([deepest], MAX_DEPTH)
    assert not is_plain({"a": deepest}, MAX_DEPTH)
