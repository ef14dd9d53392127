from hashlib import sha256

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.primitives.keyring import signer
from tests.verifier.primitives.properties import parse_or_refuse
from tests.verifier.primitives.strategies import json_values
from verifier.errors import BadSignatureError, MalformedError, UnsupportedError
from verifier.primitives.base64strict import format_base64url
from verifier.primitives.keys import (
    ALGORITHM_NAMES,
    EDDSA,
    ES256,
    ML_DSA_44,
    P256_ORDER,
    PUBLIC_SIZES,
    SIGNATURE_SIZES,
    SM2_SM3,
    PublicKey,
    format_key,
    parse_key,
    require_key,
)

SIGNING = [ES256, EDDSA, ML_DSA_44]
MESSAGE = b"what was said"
P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1


def named(alg):
    return ALGORITHM_NAMES[alg]


class TestThumbprint:
    """Its **kid** is the RFC 9679 thumbprint: H of the deterministic COSE key with only the members of the table."""

    def test_of_the_example_of_rfc_9679(self):
        x = "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"
        y = "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c"
        key = require_key(ES256, bytes.fromhex(f"04{x}{y}"))
        assert key.kid.hex() == "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec"

    def test_of_each_algorithm(self):
        point = signer(ES256).public.raw
        expected = {
            signer(ES256).public: {1: 2, -1: 1, -2: point[1:33], -3: point[33:]},
            signer(EDDSA).public: {1: 1, -1: 6, -2: signer(EDDSA).public.raw},
            signer(ML_DSA_44).public: {1: 7, 3: -48, -1: signer(ML_DSA_44).public.raw},
            require_key(SM2_SM3, point): {1: 2, -1: -65537, -2: point[1:33], -3: point[33:]},
        }
        for key, cose_key in expected.items():
            assert key.kid == sha256(cbor2.dumps(cose_key)).digest()


class TestJsonKey:
    """A **key** in JSON is `{"alg": name, "public": base64url(raw)}`."""

    @pytest.mark.parametrize("alg", SIGNING, ids=named)
    def test_what_was_written_is_read(self, alg):
        key = signer(alg).public
        assert parse_key(format_key(key)) == key
        assert format_key(key) == {"alg": named(alg), "public": format_base64url(key.raw)}

    @given(json_values())
    def test_any_json_is_a_key_or_refused(self, value):
        parse_or_refuse(parse_key, value)

    @given(st.dictionaries(st.sampled_from(["alg", "public", "kid"]), json_values() | st.sampled_from(["EdDSA"])))
    def test_almost_a_key_is_refused(self, value):
        parse_or_refuse(parse_key, value)

    @pytest.mark.parametrize("alg", ["ed25519", "ES384", "", -8, None, ["EdDSA"], "Ed25519"])
    def test_only_the_four_names_are_known(self, alg):
        with pytest.raises(MalformedError, match=r"key\.alg"):
            parse_key({"alg": alg, "public": ""})


class TestRawKey:
    """Public keys have the raw form of the table."""

    @pytest.mark.parametrize("alg", [*SIGNING, SM2_SM3], ids=named)
    @pytest.mark.parametrize("more", [-1, 1])
    def test_of_another_length_is_refused(self, alg, more):
        with pytest.raises(MalformedError, match=f"{PUBLIC_SIZES[alg]} for"):
            require_key(alg, b"\x04" + bytes(PUBLIC_SIZES[alg] + more - 1))

    @pytest.mark.parametrize("alg", [0, -9, -19, -49, 5])
    def test_of_another_algorithm_is_refused(self, alg):
        with pytest.raises(MalformedError, match="alg"):
            require_key(alg, bytes(32))

    @pytest.mark.parametrize("alg", [ES256, SM2_SM3], ids=named)
    @pytest.mark.parametrize("form", [0, 2, 3, 5, 6, 7])
    def test_of_a_point_is_uncompressed(self, alg, form):
        with pytest.raises(MalformedError):
            require_key(alg, bytes([form]) + signer(ES256).public.raw[1:])

    @given(st.binary(min_size=64, max_size=64))
    def test_of_a_point_off_the_curve_is_refused(self, coordinates):
        with pytest.raises(MalformedError, match="ES256"):
            require_key(ES256, b"\x04" + coordinates)

    def test_of_a_point_has_coordinates_below_the_prime(self):
        """x = 5 is on P-256, and x + p is 5 as well: one key, one spelling."""
        y = 0x459243B9AA581806FE913BCE99817ADE11CA503C64D9A3C533415C083248FBCC
        require_key(ES256, b"\x04" + (5).to_bytes(32, "big") + y.to_bytes(32, "big"))
        with pytest.raises(MalformedError):
            require_key(ES256, b"\x04" + (5 + P256_PRIME).to_bytes(32, "big") + y.to_bytes(32, "big"))


class TestSignature:
    """Signatures have the size of the table and were made by the key over these bytes."""

    @pytest.mark.parametrize("alg", SIGNING, ids=named)
    def test_of_the_key_over_the_message_is_accepted(self, alg):
        signature = signer(alg).sign(MESSAGE)
        assert len(signature) == SIGNATURE_SIZES[alg]
        signer(alg).public.verify(signature, MESSAGE)

    @pytest.mark.parametrize("alg", SIGNING, ids=named)
    def test_of_another_key_or_message_is_refused(self, alg):
        signature = signer(alg).sign(MESSAGE)
        for key, message in ((signer(alg, "other").public, MESSAGE), (signer(alg).public, MESSAGE + b".")):
            with pytest.raises(BadSignatureError, match=named(alg)):
                key.verify(signature, message)

    @pytest.mark.parametrize("alg", SIGNING, ids=named)
    @given(data=st.data())
    def test_with_one_bit_flipped_is_refused(self, alg, data):
        signature = bytearray(signer(alg).sign(MESSAGE))
        signature[data.draw(st.integers(0, len(signature) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        with pytest.raises(BadSignatureError):
            signer(alg).public.verify(bytes(signature), MESSAGE)

    @pytest.mark.parametrize("alg", [*SIGNING, SM2_SM3], ids=named)
    @pytest.mark.parametrize("more", [-64, -1, 1])
    def test_of_another_length_is_refused(self, alg, more):
        key = PublicKey(alg, signer(ES256 if alg == SM2_SM3 else alg).public.raw)
        with pytest.raises(BadSignatureError, match=f"expected {SIGNATURE_SIZES[alg]}"):
            key.verify(bytes(SIGNATURE_SIZES[alg] + more), MESSAGE)

    def test_of_ml_dsa_has_an_empty_context(self):
        signature = signer(ML_DSA_44).private.sign(MESSAGE, b"context")
        with pytest.raises(BadSignatureError):
            signer(ML_DSA_44).public.verify(signature, MESSAGE)

    def test_of_sm2_is_unsupported_and_never_accepted(self):
        with pytest.raises(UnsupportedError, match="SM2-SM3"):
            require_key(SM2_SM3, signer(ES256).public.raw).verify(bytes(64), MESSAGE)

    def test_sizes_are_those_of_fips_204_and_rfc_9053(self):
        assert (PUBLIC_SIZES[ML_DSA_44], SIGNATURE_SIZES[ML_DSA_44]) == (1312, 2420)
        assert (PUBLIC_SIZES[ES256], SIGNATURE_SIZES[ES256]) == (65, 64)
        assert (PUBLIC_SIZES[EDDSA], SIGNATURE_SIZES[EDDSA]) == (32, 64)


class TestEs256:
    """1 ≤ r < n, 1 ≤ s ≤ (n-1)/2: else one statement would have two leaves."""

    signature = signer(ES256).sign(MESSAGE)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")

    def refuse(self, r, s):
        with pytest.raises(BadSignatureError):
            signer(ES256).public.verify(r.to_bytes(32, "big") + s.to_bytes(32, "big"), MESSAGE)

    def test_the_other_signature_with_the_same_r_is_refused(self):
        self.refuse(self.r, P256_ORDER - self.s)

    @pytest.mark.parametrize("s", [0, P256_ORDER, P256_ORDER - 1, P256_ORDER // 2 + 1, 2**256 - 1])
    def test_s_is_positive_and_in_the_lower_half(self, s):
        self.refuse(self.r, s)

    @pytest.mark.parametrize("r", [0, P256_ORDER, 2**256 - 1])
    def test_r_is_positive_and_less_than_the_order(self, r):
        self.refuse(r, self.s)

    @given(st.binary(min_size=1, max_size=20))
    def test_our_signer_keeps_to_it(self, message):
        signature = signer(ES256).sign(message)
        assert int.from_bytes(signature[32:], "big") <= (P256_ORDER - 1) // 2
        signer(ES256).public.verify(signature, message)
