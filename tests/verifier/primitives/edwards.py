"""Edwards25519 from RFC 8032 §5.1, in numbers: to make the points and signatures that no honest signer makes."""

from hashlib import sha512

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

Point = tuple[int, int]
NEUTRAL: Point = (0, 1)


def add(one: Point, other: Point) -> Point:
    """The group law of -x² + y² = 1 + d x² y²."""
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, P - 2, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - product, P - 2, P) % P
    return x, y


def times(scalar: int, point: Point) -> Point:
    result = NEUTRAL
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def point_with(y: int, odd: int) -> Point | None:
    """The point with this y whose x is odd or even; None if there is none. RFC 8032 §5.1.3."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square:
        return None
    return (P - x if x & 1 != odd and x else x), y


def encode(point: Point, *, plus: int = 0) -> bytes:
    """32 bytes: y, and the parity of x in the top bit. `plus` is added to y, to encode it a second way."""
    x, y = point
    return (y + plus | (x & 1) << 255).to_bytes(32, "little")


BASE = point_with(4 * pow(5, P - 2, P) % P, 0)


def torsion() -> list[Point]:
    """The eight points whose order divides 8: L times any point is one of them, and one generates all."""
    for y in range(2, 1000):
        point = point_with(y, 0)
        generator = times(L, point) if point else NEUTRAL
        if times(4, generator) != NEUTRAL:
            return [times(each, generator) for each in range(8)]
    raise AssertionError("an eighth of all points will do")


def challenge(commitment: bytes, public: bytes, message: bytes) -> int:
    return int.from_bytes(sha512(commitment + public + message).digest(), "little") % L


def sign_with(scalar: int, nonce: int, message: bytes, *, shift: Point = NEUTRAL, public: bytes = b"") -> bytes:
    """A signature whose R is `nonce` times the base point, moved by `shift`."""
    public = public or encode(times(scalar, BASE))
    commitment = encode(add(times(nonce, BASE), shift))
    response = (nonce + challenge(commitment, public, message) * scalar) % L
    return commitment + response.to_bytes(32, "little")
