import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.primitives.properties import bent, parse_or_refuse
from tests.verifier.primitives.strategies import cbor_values, loose_cbor
from verifier.errors import MalformedError
from verifier.primitives.cbor import MAX_DEPTH, MAX_ITEMS, Value, format_cbor, head_bytes, parse_cbor


def spelt_by_cbor2(value: Value) -> bytes:
    """The value by cbor2, with map keys in the order of RFC 8949 §4.2.1.

    The "canonical" of cbor2 is that of RFC 7049, shorter keys first, so the order is given here.
    """
    return cbor2.dumps(_ordered(value))


def _ordered(value: Value) -> Value:
    if isinstance(value, list):
        return [_ordered(each) for each in value]
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=cbor2.dumps)}
    return value


class TestDeterministicEncoding:
    """**CBOR** is the core deterministic encoding of RFC 8949 §4.2.1 and nothing else."""

    @given(cbor_values())
    def test_what_was_written_is_read(self, value):
        assert parse_cbor(format_cbor(value)) == value

    @given(cbor_values())
    def test_cbor2_writes_the_same_bytes(self, value):
        assert format_cbor(value) == spelt_by_cbor2(value)

    @given(st.binary(max_size=40))
    def test_arbitrary_bytes_are_read_as_written_or_refused(self, data):
        parse_or_refuse(parse_cbor, data, format_cbor)

    @given(bent(cbor_values().map(format_cbor)))
    def test_bent_bytes_are_read_as_written_or_refused(self, data):
        parse_or_refuse(parse_cbor, data, format_cbor)

    @given(loose_cbor())
    def test_of_what_cbor2_reads_only_the_deterministic_spelling_is_accepted(self, data):
        parsed = parse_or_refuse(parse_cbor, data, format_cbor)
        refused = parsed is None and data != b"\xf6"
        read = cbor2.loads(data)
        assert refused == (not _is_of_the_profile(read) or spelt_by_cbor2(read) != data)
        assert refused or parsed == read


def _is_of_the_profile(value: object) -> bool:
    if isinstance(value, list):
        return all(_is_of_the_profile(each) for each in value)
    if isinstance(value, dict):
        return all(isinstance(key, int | str) for key in value) and _is_of_the_profile([*value, *value.values()])
    return value is None or (isinstance(value, int | bytes | str) and not isinstance(value, bool))


class TestNesting:
    """Nesting is at most 16 deep."""

    @pytest.mark.parametrize("opening", [b"\x81", b"\xa1\x00"], ids=["arrays", "maps"])
    def test_sixteen_levels_are_read_and_seventeen_are_not(self, opening):
        assert format_cbor(parse_cbor(opening * MAX_DEPTH + b"\x00")) == opening * 16 + b"\x00"
        with pytest.raises(MalformedError, match="deeper nesting"):
            parse_cbor(opening * 17 + b"\x00")

    def test_a_thousand_levels_are_refused_like_seventeen(self):
        with pytest.raises(MalformedError, match="deeper nesting"):
            parse_cbor(b"\x81" * 100_000)

    def test_empty_containers_are_a_level_too(self):
        parse_cbor(b"\x81" * 15 + b"\x80")
        with pytest.raises(MalformedError, match="deeper nesting"):
            parse_cbor(b"\x81" * 16 + b"\xa0")


@pytest.mark.parametrize("major", [2, 3, 4, 5])
@pytest.mark.parametrize("length", [2**16, 2**32, 2**64 - 1])
def test_a_length_beyond_the_end_is_refused_before_anything_is_made(major, length):
    with pytest.raises(MalformedError):
        parse_cbor(head_bytes(major, length) + bytes(100))


@pytest.mark.parametrize("initial", [byte for byte in range(256) if byte >> 5 > 5 and byte != 0xF6])
def test_no_simple_value_float_or_tag_but_null_is_read(initial):
    with pytest.raises(MalformedError):
        parse_cbor(bytes([initial]) + b"\x00" * 9)


@pytest.mark.parametrize("key", [b"\x40", b"\xf6", b"\x80", b"\xa0"], ids=["bytes", "null", "array", "map"])
def test_only_integers_and_texts_are_map_keys(key):
    with pytest.raises(MalformedError, match="map key"):
        parse_cbor(b"\xa1" + key + b"\x00")


@pytest.mark.parametrize("number", [2**64, -(2**64) - 1])
def test_no_integer_of_more_than_64_bits_is_written(number):
    with pytest.raises(MalformedError, match="64 bits"):
        format_cbor(number)


def test_errors_name_what_was_read():
    with pytest.raises(MalformedError) as refusal:
        parse_cbor(b"\xff", "head")
    assert refusal.value.field == "head"


class TestLongStrings:
    """Arrays of strings longer than 23 bytes are read in one go, as strictly as one by one."""

    LENGTHS = (0, 23, 24, 255, 256, 65_535, 65_536)

    def test_strings_of_any_length_are_read_between_other_items(self):
        value = [each for length in self.LENGTHS for each in (b"b" * length, "t" * length, "溯" * length, length, [])]
        assert parse_cbor(format_cbor(value)) == value

    def test_of_an_array_that_is_cut_or_goes_on_nothing_is_read(self):
        data = format_cbor([b"b" * 24, "t" * 256, b"b" * 300])
        for end in range(len(data)):
            with pytest.raises(MalformedError):
                parse_cbor(data[:end])
        with pytest.raises(MalformedError, match="after the end"):
            parse_cbor(data + b"\x58")

    @pytest.mark.parametrize("text", [0, 0x20], ids=["bytes", "text"])
    @pytest.mark.parametrize("long", [b"\x58\x17" + b"a" * 23, b"\x59\x00\xff" + b"a" * 255])
    def test_a_longer_form_than_the_shortest_is_refused(self, long, text):
        bent = bytes([long[0] | text]) + long[1:]
        for data in (b"\x81" + bent, b"\x82" + format_cbor(b"b" * 24) + bent):
            with pytest.raises(MalformedError, match="shortest"):
                parse_cbor(data)

    def test_a_text_among_them_is_valid_utf8(self):
        with pytest.raises(MalformedError, match="UTF-8"):
            parse_cbor(b"\x82" + format_cbor("t" * 24) + b"\x78\x18" + b"\xff" * 24)


class TestItems:
    """Arrays and maps hold at most 2²⁰ items together: a small document must not become gigabytes of objects."""

    def test_as_many_items_as_allowed_are_read(self):
        assert len(parse_cbor(b"\x9a\x00\x10\x00\x00" + b"\x00" * MAX_ITEMS)) == MAX_ITEMS

    @pytest.mark.parametrize(
        "data",
        [
            b"\x9a\x00\x10\x00\x01" + b"\x00" * (MAX_ITEMS + 1),
            b"\x82" + 2 * (b"\x9a\x00\x08\x00\x00" + b"\x80" * (MAX_ITEMS >> 1)),
            b"\xba\x00\x08\x00\x01" + b"\x00" * (MAX_ITEMS + 2),
        ],
        ids=["in one array", "in two arrays", "in a map"],
    )
    def test_one_more_is_refused(self, data):
        with pytest.raises(MalformedError, match="in arrays and maps"):
            parse_cbor(data)
