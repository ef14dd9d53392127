"""Keys and signatures: docs/formats.md, section 2; edge cases of Ed25519 made in numbers (RFC 8032)."""

from tests.vectors.recipe import Book
from tests.vectors.recipes.spell import EDDSA, ES256, ML_DSA_44, P256_ORDER, H, Key, base64url, cbor, flip
from tests.verifier.primitives.edwards import BASE, NEUTRAL, L, P, add, challenge, encode, sign_with, times, torsion

MESSAGE = b"what was said"
KEYS = {"es256": Key(ES256, "edge"), "ed25519": Key(EDDSA, "edge"), "ml-dsa-44": Key(ML_DSA_44, "edge")}

key = Book("key")
for name, each in KEYS.items():
    key.valid(name, "a key and its RFC 9679 thumbprint", {"alg": each.alg, "kid": each.kid}, key=each.json)
X, Y = (
    "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d",
    "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c",
)
key.valid(
    "es256-example-of-rfc-9679",
    "the key and thumbprint of RFC 9679, section 6",
    {"alg": -7, "kid": "496bd8afadf307e5b08c64b0421bf9dc01528a344a43bda88fadd1669da253ec"},
    key={"alg": "ES256", "public": base64url(bytes.fromhex(f"04{X}{Y}"))},
)
point = KEYS["es256"].raw
key.valid(
    "sm2-reserved",
    "SM2-SM3 is read, and verifies nothing yet",
    {"alg": -65537, "kid": H(cbor({1: 2, -1: -65537, -2: point[1:33], -3: point[33:]}))},
    key={"alg": "SM2-SM3", "public": base64url(point)},
)
SIZES = {"es256": ("ES256", 65), "ed25519": ("EdDSA", 32), "ml-dsa-44": ("ML-DSA-44", 1312), "sm2": ("SM2-SM3", 65)}
for name, (alg, size) in SIZES.items():
    raw = KEYS[name].raw if name in KEYS else point
    for length in (size - 1, size + 1):
        cut = (raw + b"\x00")[:length]
        key.refused(f"{name}-of-{length}-bytes", f"{alg} has {size}", key={"alg": alg, "public": base64url(cut)})


def ed25519(name: str, desc: str, raw: bytes) -> None:
    key.refused(f"ed25519-{name}", desc, key={"alg": "EdDSA", "public": base64url(raw)})


def has_point(y: int) -> bool:
    """Return whether x² = (y² - 1) / (d·y² + 1) has a solution (RFC 8032 §5.1.3)."""
    d = -121665 * pow(121666, -1, P)
    return pow((y * y - 1) * pow(d * y * y + 1, -1, P), (P - 1) // 2, P) == 1


SMALL = sorted(torsion(), key=encode)
for number, small in enumerate(SMALL):
    ed25519(f"small-order-{number}", "a point whose order divides 8", encode(small))
    if small[0] == 0:
        ed25519(
            f"small-order-{number}-with-sign",
            "x is 0 and has no sign",
            encode(small)[:31] + bytes([encode(small)[31] ^ 0x80]),
        )
    if small[1] + P < 2**255:
        ed25519(f"small-order-{number}-y-plus-p", "y is less than p", encode(small, plus=P))
for more in (3, 18):
    ed25519(f"y-p-plus-{more}", "y is less than p", (P + more).to_bytes(32, "little"))
    ed25519(f"y-p-plus-{more}-with-sign", "y is less than p", (P + more | 1 << 255).to_bytes(32, "little"))

for y in (2, 7, 8):
    assert not has_point(y)
    ed25519(f"y-{y}-without-a-point", "no x goes with it", y.to_bytes(32, "little"))
    ed25519(f"y-{y}-without-a-point-with-sign", "no x goes with it", (y | 1 << 255).to_bytes(32, "little"))
for name, raw, desc in (
    ("y-3", (3).to_bytes(32, "little"), "a point"),
    ("y-p-minus-3", (P - 3).to_bytes(32, "little"), "the greatest canonical coordinate of a point"),
    ("of-mixed-order", encode(add(BASE, SMALL[0] if SMALL[0] != NEUTRAL else SMALL[1])), "not of small order"),
):
    key.valid(
        f"ed25519-{name}",
        desc,
        {"alg": EDDSA, "kid": H(cbor({1: 1, -1: 6, -2: raw}))},
        key={"alg": "EdDSA", "public": base64url(raw)},
    )


def es256(name: str, desc: str, raw: bytes) -> None:
    key.refused(f"es256-{name}", desc, key={"alg": "ES256", "public": base64url(raw)})


P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
Y5 = 0x459243B9AA581806FE913BCE99817ADE11CA503C64D9A3C533415C083248FBCC
es256("off-the-curve", "y is another", flip(point))
es256("at-infinity", "0, 0 is no point", b"\x04" + bytes(64))
es256("compressed", "33 bytes", bytes([2 + point[64] % 2]) + point[1:33])
es256("hybrid-form", "06 or 07 before x and y", bytes([6 + point[64] % 2]) + point[1:])
es256("x-plus-p", "x is less than p", b"\x04" + (5 + P256_PRIME).to_bytes(32, "big") + Y5.to_bytes(32, "big"))
key.valid(
    "es256-of-x-5",
    "the point that the refused one with x + p would be",
    {"alg": -7, "kid": H(cbor({1: 2, -1: 1, -2: (5).to_bytes(32, "big"), -3: Y5.to_bytes(32, "big")}))},
    key={"alg": "ES256", "public": base64url(b"\x04" + (5).to_bytes(32, "big") + Y5.to_bytes(32, "big"))},
)
GOOD = KEYS["ed25519"].json
for name, value, desc, field in (
    ("algorithm-unknown", GOOD | {"alg": "Ed448"}, "one of the four names", "key.alg"),
    ("algorithm-in-another-case", GOOD | {"alg": "EDDSA"}, "one of the four names", "key.alg"),
    ("algorithm-as-number", GOOD | {"alg": -8}, "a name", "key.alg"),
    ("algorithm-missing", {"public": GOOD["public"]}, "exactly alg and public", "key"),
    ("member-unknown", GOOD | {"kid": ""}, "exactly alg and public", "key"),
    ("public-padded", GOOD | {"public": GOOD["public"] + "="}, "base64url has no padding", "key.public"),
    ("public-in-base64", GOOD | {"public": "+" + GOOD["public"][1:]}, "base64url has - and _", "key.public"),
    ("public-loose-bits", GOOD | {"public": "A" * 42 + "B"}, "unused bits are zero", "key.public"),
    ("public-null", GOOD | {"public": None}, "a text", "key.public"),
    ("text", GOOD["public"], "an object", "key"),
):
    key.refused(name, desc, field=field, key=value)
key.refused("sm2-compressed", "04 before x and y", key={"alg": "SM2-SM3", "public": base64url(b"\x02" + point[1:])})

signature = Book("signature", "BadSignatureError")


def refused(name: str, desc: str, of: dict, spelt: bytes, message: bytes = MESSAGE) -> None:
    signature.refused(name, desc, key=of, message=message, signature=spelt)


SIGNED = {name: each.sign(MESSAGE) for name, each in KEYS.items()}
for name, each in KEYS.items():
    signature.valid(name, "made by the key over the message", key=each.json, message=MESSAGE, signature=SIGNED[name])
    refused(f"{name}-bit-flipped", "the last bit is another", each.json, flip(SIGNED[name]))
    refused(f"{name}-first-bit-flipped", "a bit of the first byte is another", each.json, flip(SIGNED[name], 0))
    refused(f"{name}-of-another-message", "another message", each.json, SIGNED[name], MESSAGE + b".")
    refused(f"{name}-of-another-key", "another key", Key(each.alg, "other").json, SIGNED[name])
    refused(f"{name}-byte-short", "a byte is missing", each.json, SIGNED[name][:-1])
    refused(f"{name}-byte-long", "a byte too many", each.json, SIGNED[name] + b"\x00")
r, s = SIGNED["es256"][:32], int.from_bytes(SIGNED["es256"][32:], "big")
for name, spelt, desc in (
    ("high-s", r + (P256_ORDER - s).to_bytes(32, "big"), "s in the upper half: the other signature with this r"),
    ("s-0", r + bytes(32), "s is positive"),
    ("s-n", r + P256_ORDER.to_bytes(32, "big"), "s is less than the order"),
    ("s-first-of-the-upper-half", r + (P256_ORDER // 2 + 1).to_bytes(32, "big"), "s is at most (n - 1) / 2"),
    ("r-0", bytes(32) + SIGNED["es256"][32:], "r is positive"),
    ("r-n", P256_ORDER.to_bytes(32, "big") + SIGNED["es256"][32:], "r is less than the order"),
    ("der", bytes.fromhex("30440220") + r + bytes.fromhex("0220") + SIGNED["es256"][32:], "r || s, not DER"),
):
    refused(f"es256-{name}", desc, KEYS["es256"].json, spelt)
SCALAR = int.from_bytes(H(b"suyuan vectors v1|scalar"), "little") % L
PUBLIC = encode(times(SCALAR, BASE))
MADE = {"alg": "EdDSA", "public": base64url(PUBLIC)}
HONEST = sign_with(SCALAR, 7, MESSAGE)
signature.valid("ed25519-made-in-numbers", "the honest one among the next", key=MADE, message=MESSAGE, signature=HONEST)
refused(
    "ed25519-s-plus-l",
    "S is less than L",
    MADE,
    HONEST[:32] + (int.from_bytes(HONEST[32:], "little") + L).to_bytes(32, "little"),
)
NO_R = encode(NEUTRAL)
K = challenge(NO_R, PUBLIC, MESSAGE)
refused(
    "ed25519-r-neutral",
    "R is not of small order, though S·B = R + k·A",
    MADE,
    NO_R + (K * SCALAR % L).to_bytes(32, "little"),
)
loose = (1 + P).to_bytes(32, "little")
K = challenge(loose, PUBLIC, MESSAGE)
refused("ed25519-r-neutral-y-plus-p", "R is canonical", MADE, loose + (K * SCALAR % L).to_bytes(32, "little"))
for number, small in enumerate(SMALL):
    if small != NEUTRAL:
        shifted = sign_with(SCALAR, 7, MESSAGE, shift=small)
        refused(f"ed25519-true-with-cofactor-only-{number}", "the equation is checked without cofactor", MADE, shifted)
MIXED = encode(add(times(SCALAR, BASE), SMALL[2] if SMALL[2] != NEUTRAL else SMALL[3]))
for nonce in range(1, 99):
    made = sign_with(SCALAR, nonce, MESSAGE, public=MIXED)
    if challenge(made[:32], MIXED, MESSAGE) % 8:
        refused(
            "ed25519-key-of-mixed-order",
            "it would hold with cofactor",
            {"alg": "EdDSA", "public": base64url(MIXED)},
            made,
        )
        break
refused(
    "ml-dsa-44-with-context",
    "the context is empty",
    KEYS["ml-dsa-44"].json,
    KEYS["ml-dsa-44"].sign(MESSAGE, b"context"),
)
SM2 = {"alg": "SM2-SM3", "public": base64url(point)}
signature.refused(
    "sm2-reserved",
    "a verifier without it answers unsupported",
    error="UnsupportedError",
    field="alg",
    key=SM2,
    message=MESSAGE,
    signature=bytes(64),
)
