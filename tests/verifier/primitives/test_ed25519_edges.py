"""Signatures on which verifiers of one standard disagree: here the strictest reading holds."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.primitives.edwards import BASE, NEUTRAL, L, P, add, challenge, encode, sign_with, times, torsion
from verifier.errors import BadSignatureError, MalformedError
from verifier.primitives.keys import EDDSA, PublicKey, require_key

SCALAR = 0x1F2E3D4C5B6A79880123456789ABCDEF % L
PUBLIC = encode(times(SCALAR, BASE))
KEY = require_key(EDDSA, PUBLIC)
MESSAGE = b"edges"
SMALL = torsion()


def small_order_encodings() -> list[bytes]:
    """All 32-byte strings that a lenient decoder takes for a point whose order divides 8.

    A second encoding has y + p, where that fits, or the sign of an x that is 0.
    """
    honest = [encode(point) for point in SMALL]
    other_sign = [flip_sign(encode(point)) for point in SMALL if point[0] == 0]
    beyond = [encode(point, plus=P) for point in SMALL if point[1] + P < 2**255]
    return honest + other_sign + beyond + [flip_sign(each) for each in beyond]


def flip_sign(encoded: bytes) -> bytes:
    return encoded[:31] + bytes([encoded[31] ^ 0x80])


def test_there_are_eight_points_of_small_order_and_fourteen_ways_to_write_them():
    assert len(set(SMALL)) == 8
    assert all(times(8, point) == NEUTRAL for point in SMALL)
    assert len(set(small_order_encodings())) == 14


@pytest.mark.parametrize("public", small_order_encodings(), ids=bytes.hex)
def test_no_key_is_of_small_order(public):
    with pytest.raises(MalformedError, match="small order"):
        require_key(EDDSA, public)


@pytest.mark.parametrize("y", range(P, 2**255))
@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_no_key_is_written_with_a_coordinate_of_p_or_more(y, sign):
    with pytest.raises(MalformedError, match="canonical"):
        require_key(EDDSA, (y | sign).to_bytes(32, "little"))


@pytest.mark.parametrize("sign", [0, 1 << 255])
def test_no_key_is_a_coordinate_without_a_point(sign):
    """Whoever decodes points refuses them when they are read: else one registry would be two."""
    without = [y for y in range(2, 200) if not has_point(y)]
    assert len(without) > 80
    for y in without:
        with pytest.raises(MalformedError, match="point"):
            require_key(EDDSA, (y | sign).to_bytes(32, "little"))
    for y in set(range(2, 200)) - set(without):
        assert require_key(EDDSA, (y | sign).to_bytes(32, "little")).raw[0] == y


def has_point(y: int) -> bool:
    """Return whether x² = (y² - 1) / (d·y² + 1) has a solution (RFC 8032 §5.1.3)."""
    d = -121665 * pow(121666, -1, P)
    square = (y * y - 1) * pow(d * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    return root * root % P in (square, P - square) and pow(square, (P - 1) // 2, P) == 1


def test_the_greatest_canonical_coordinate_of_a_point_is_no_fault_by_itself():
    assert has_point(P - 3)
    require_key(EDDSA, (P - 3).to_bytes(32, "little"))


def test_a_signature_made_in_numbers_is_accepted():
    KEY.verify(sign_with(SCALAR, 7, MESSAGE), MESSAGE)


@pytest.mark.parametrize("commitment", small_order_encodings(), ids=bytes.hex)
def test_no_commitment_is_of_small_order(commitment):
    """With S = k·a the equation holds without cofactor for R = 0, and with it for every R of small order."""
    response = challenge(commitment, PUBLIC, MESSAGE) * SCALAR % L
    with pytest.raises(BadSignatureError):
        KEY.verify(commitment + response.to_bytes(32, "little"), MESSAGE)


def test_the_library_by_itself_would_accept_the_neutral_commitment():
    """So the check above is ours, not the library's."""
    commitment = encode(NEUTRAL)
    response = challenge(commitment, PUBLIC, MESSAGE) * SCALAR % L
    Ed25519PublicKey.from_public_bytes(PUBLIC).verify(commitment + response.to_bytes(32, "little"), MESSAGE)


@pytest.mark.parametrize("multiple", range(1, 16))
def test_s_is_less_than_the_group_order(multiple):
    honest = sign_with(SCALAR, 7, MESSAGE)
    response = int.from_bytes(honest[32:], "little") + multiple * L
    if response < 2**256:
        with pytest.raises(BadSignatureError):
            KEY.verify(honest[:32] + response.to_bytes(32, "little"), MESSAGE)


@pytest.mark.parametrize("point", SMALL[1:], ids=lambda point: encode(point).hex()[:8])
def test_the_equation_is_checked_without_cofactor(point):
    """8·S·B = 8·R + 8·k·A holds for R moved by a point of small order; S·B = R + k·A does not."""
    with pytest.raises(BadSignatureError):
        KEY.verify(sign_with(SCALAR, 7, MESSAGE, shift=point), MESSAGE)


def test_a_key_of_mixed_order_verifies_what_the_equation_without_cofactor_allows():
    """Such keys are refused where keys are registered, not here: whoever holds one can only sign less often."""
    mixed = encode(add(times(SCALAR, BASE), SMALL[1]))
    key = require_key(EDDSA, mixed)
    outcomes = set()
    for nonce in range(1, 40):
        signature = sign_with(SCALAR, nonce, MESSAGE, public=mixed)
        divisible = challenge(signature[:32], mixed, MESSAGE) % 8 == 0
        outcomes.add((divisible, accepts(key, signature)))
    assert outcomes == {(True, True), (False, False)}


def accepts(key: PublicKey, signature: bytes) -> bool:
    try:
        key.verify(signature, MESSAGE)
    except BadSignatureError:
        return False
    return True


@given(st.binary(min_size=64, max_size=64))
def test_what_is_accepted_the_library_accepts_too(signature):
    if accepts(KEY, signature):
        Ed25519PublicKey.from_public_bytes(PUBLIC).verify(signature, MESSAGE)
    else:
        with pytest.raises(InvalidSignature):
            Ed25519PublicKey.from_public_bytes(PUBLIC).verify(signature, MESSAGE)
