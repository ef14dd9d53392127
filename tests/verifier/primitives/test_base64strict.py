import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.primitives.properties import bent_text, parse_or_refuse
from verifier.errors import MalformedError
from verifier.primitives.base64strict import (
    format_base64,
    format_base64url,
    parse_base64,
    parse_base64url,
    parse_decimal,
    parse_hash_hex,
    quick_hash,
)

BYTES = st.binary(max_size=40)
SIGNS = st.text("AQZaz059+/-_= \n", max_size=12)


def base64_of(text):
    return parse_base64(text, "x")


def base64url_of(text):
    return parse_base64url(text, "x")


def hex_of(text):
    return parse_hash_hex(text, "x")


def decimal_of(text):
    return parse_decimal(text, "x")


class TestBase64:
    """**base64** is §4 with padding; unused bits are zero."""

    @given(BYTES)
    def test_what_was_written_is_read(self, raw):
        assert base64_of(format_base64(raw)) == raw
        assert format_base64(raw) == base64.standard_b64encode(raw).decode()

    @given(st.one_of(st.text(max_size=12), SIGNS, bent_text(BYTES.map(format_base64))))
    def test_only_its_one_spelling_is_read(self, text):
        parse_or_refuse(base64_of, text, format_base64)


class TestBase64Url:
    """**base64url** is RFC 4648 §5 without padding; unused bits are zero."""

    @given(BYTES)
    def test_what_was_written_is_read(self, raw):
        assert base64url_of(format_base64url(raw)) == raw
        assert format_base64url(raw) == base64.urlsafe_b64encode(raw).decode().replace("=", "")

    @given(st.one_of(st.text(max_size=12), SIGNS, bent_text(BYTES.map(format_base64url))))
    def test_only_its_one_spelling_is_read(self, text):
        parse_or_refuse(base64url_of, text, format_base64url)


def read_hash(text):
    """Return what a text is as a hash, None where it is none."""
    try:
        raw = parse_base64url(text, "hash")
    except MalformedError:
        return None
    return raw if len(raw) == 32 else None


class TestQuickHash:
    """32 bytes in 43 signs are read in fewer steps, and nothing else is taken for them."""

    @given(st.binary(min_size=32, max_size=32))
    def test_32_bytes_are_read(self, raw):
        assert quick_hash(format_base64url(raw)) == raw

    @given(
        st.one_of(
            st.text(max_size=44),
            st.text("AEaz09-_+/=", min_size=42, max_size=44),
            bent_text(st.binary(min_size=31, max_size=33).map(format_base64url)),
        )
    )
    def test_other_text_is_a_hash_where_it_is_base64url_of_one(self, text):
        assert quick_hash(text) == read_hash(text)

    @pytest.mark.parametrize("value", [None, 0, ["A" * 43], b"A" * 43, {}])
    def test_what_is_no_text_is_none(self, value):
        assert quick_hash(value) is None


class TestHashHex:
    """**hex** is lower case."""

    @given(st.binary(min_size=32, max_size=32))
    def test_64_digits_are_32_bytes(self, raw):
        assert hex_of(raw.hex()) == raw

    @given(st.one_of(st.text(max_size=70), bent_text(st.binary(min_size=32, max_size=32).map(bytes.hex))))
    def test_only_its_one_spelling_is_read(self, text):
        parse_or_refuse(hex_of, text, bytes.hex)

    @pytest.mark.parametrize("text", ["A" * 64, "a" * 63, "a" * 65, " " + "a" * 63, "g" * 64, "a" * 63 + "\n"])
    def test_anything_else_is_refused(self, text):
        with pytest.raises(MalformedError):
            hex_of(text)


class TestDecimal:
    """Decimal numbers have no leading zero."""

    @given(st.integers(0, 2**63 - 1))
    def test_what_was_written_is_read(self, number):
        assert decimal_of(str(number)) == number

    @given(st.one_of(st.text(max_size=25), st.text("0123456789+-_. ", max_size=25)))
    def test_only_its_one_spelling_is_read(self, text):
        parse_or_refuse(decimal_of, text, str)

    @pytest.mark.parametrize("text", ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "٣", "1.0", "1e3", "9" * 5_000])
    def test_what_int_would_take_is_refused(self, text):
        with pytest.raises(MalformedError):
            decimal_of(text)

    def test_the_limit_is_the_last_number_read(self):
        assert parse_decimal("255", "x", most=255) == 255
        with pytest.raises(MalformedError, match="at most 255"):
            parse_decimal("256", "x", most=255)
        assert decimal_of("9223372036854775807") == 2**63 - 1
        for text in ("9223372036854775808", "1" + "0" * 40):
            with pytest.raises(MalformedError, match="at most 9223372036854775807"):
                decimal_of(text)


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "Q===", "QQ==\n", "Q Q=", "QQ==QQ==", "-_==", "é=", "\ud800"])
def test_loose_base64_is_refused(text):
    with pytest.raises(MalformedError):
        base64_of(text)


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q", "QQ\n", "Q Q", "+/", "é", "\ud800", "QQ=", "A" * 5])
def test_loose_base64url_is_refused(text):
    with pytest.raises(MalformedError):
        base64url_of(text)
