import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.primitives.keyring import signer
from tests.verifier.primitives.properties import bent, parse_or_refuse
from tests.verifier.primitives.strategies import KEYS, cbor_values
from verifier.errors import BadSignatureError, MalformedError
from verifier.primitives.cbor import format_cbor
from verifier.primitives.cose import (
    Sign1,
    format_bare_sign1,
    format_sign1,
    parse_header,
    parse_sign1,
    signed_bytes,
    verify_sign1,
)
from verifier.primitives.keys import EDDSA

BYTES = st.binary(max_size=300)
MAPS = st.dictionaries(KEYS, cbor_values(), max_size=3)
SIGNED = st.builds(Sign1, BYTES, MAPS, st.none() | BYTES, BYTES)


class TestCoseSign1:
    """Always tagged (18), external_aad empty. RFC 9052 §4.2: [protected, unprotected, payload, signature]."""

    @given(SIGNED)
    def test_what_was_written_is_read(self, signed):
        assert parse_sign1(format_sign1(signed)) == signed

    @given(st.one_of(BYTES, bent(SIGNED.map(format_sign1)), BYTES.map(lambda data: b"\xd2" + data)))
    def test_other_bytes_are_read_as_written_or_refused(self, data):
        parse_or_refuse(parse_sign1, data, format_sign1)

    @given(BYTES, BYTES, BYTES)
    def test_cbor2_writes_the_same_bytes(self, protected, payload, signature):
        bare = format_bare_sign1(protected=protected, payload=payload, signature=signature)
        assert bare == cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))
        assert bare == format_sign1(Sign1(protected, {}, payload, signature))

    @given(BYTES, BYTES)
    def test_what_is_signed_is_the_sig_structure(self, protected, payload):
        expected = cbor2.dumps(["Signature1", protected, b"", payload])
        assert signed_bytes(protected=protected, payload=payload) == expected

    @pytest.mark.parametrize("tag", [b"", b"\xd1", b"\xd3", b"\xd8\x12", b"\xd9\x00\x12", b"\xd2\xd2", b"\xc0\xd2"])
    def test_under_another_tag_is_refused(self, tag):
        with pytest.raises(MalformedError):
            parse_sign1(tag + cbor2.dumps([b"", {}, b"", b""]))

    @pytest.mark.parametrize(
        "parts",
        [
            [],
            [b"", {}, b""],
            [b"", {}, b"", b"", b""],
            ["", {}, b"", b""],
            [{}, {}, b"", b""],
            [b"", [], b"", b""],
            [b"", b"", b"", b""],
            [b"", None, b"", b""],
            [b"", {}, "", b""],
            [b"", {}, [], b""],
            [b"", {}, b"", None],
            [b"", {}, b"", ""],
            {},
            b"",
        ],
        ids=repr,
    )
    def test_of_other_parts_is_refused(self, parts):
        with pytest.raises(MalformedError):
            parse_sign1(b"\xd2" + cbor2.dumps(parts))

    def test_with_bytes_behind_it_is_refused(self):
        with pytest.raises(MalformedError, match="nothing after"):
            parse_sign1(format_sign1(Sign1(b"", {}, b"", b"")) + b"\x00")

    @pytest.mark.parametrize("changed", ["protected", "payload"])
    def test_signature_is_over_header_and_payload(self, changed):
        parts = {"protected": b"header", "payload": b"payload"}
        signature = signer(EDDSA).sign(signed_bytes(**parts))
        verify_sign1(signer(EDDSA).public, **parts, signature=signature, what="x")
        with pytest.raises(BadSignatureError):
            verify_sign1(signer(EDDSA).public, **(parts | {changed: b"other"}), signature=signature, what="x")

    def test_signature_keeps_header_and_payload_apart(self):
        signature = signer(EDDSA).sign(signed_bytes(protected=b"ab", payload=b"c"))
        with pytest.raises(BadSignatureError):
            verify_sign1(signer(EDDSA).public, protected=b"a", payload=b"bc", signature=signature, what="x")


class TestProtectedHeader:
    """A map with an algorithm under label 1."""

    @given(MAPS)
    def test_with_an_algorithm_is_read(self, header):
        spelt = format_cbor(header | {1: -8})
        assert format_cbor(parse_header(spelt, "x")) == spelt

    @given(st.one_of(BYTES, MAPS.map(format_cbor), cbor_values().map(format_cbor)))
    def test_other_bytes_are_read_as_written_or_refused(self, data):
        parse_or_refuse(lambda data: parse_header(data, "x"), data, format_cbor)

    @pytest.mark.parametrize("header", [{}, {2: -8}, {1: "ES256"}, {1: None}, {"1": -8}, [], -8, None], ids=repr)
    def test_without_one_is_refused(self, header):
        with pytest.raises(MalformedError, match="algorithm"):
            parse_header(format_cbor(header), "x")

    def test_empty_bytes_are_no_header(self):
        with pytest.raises(MalformedError):
            parse_header(b"", "x")
