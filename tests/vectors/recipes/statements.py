"""Statements and hash envelopes: docs/formats.md, section 6."""

from typing import Any

from tests.reference import MTH
from tests.vectors.recipe import Book
from tests.vectors.recipes.heads import FULL, PLAIN
from tests.vectors.recipes.spell import (
    AGENCY,
    EDDSA,
    ENTERPRISE,
    ES256,
    ML_DSA_44,
    ORIGIN,
    P256_ORDER,
    H,
    Key,
    cbor,
    flip,
    sign1,
    to_be_signed,
)

KEYS = {alg: Key(alg, "statement") for alg in (EDDSA, ES256, ML_DSA_44)}
KEY = KEYS[EDDSA]
HEADS = [cbor(PLAIN), cbor(PLAIN | {5: 1_763_800_000_001}), cbor(FULL)]
CLAIMS = {1: AGENCY, 2: "urn:suyuan:batch", 3: [ORIGIN]}
HEADER = {1: EDDSA, 3: "application/vnd.suyuan.batch+cbor", 4: KEY.kid, 15: CLAIMS}
PAYLOAD = [1, MTH(HEADS), len(HEADS), 7]


def signed(header: dict, payload: bytes, key: Key = KEY, unprotected: Any = None) -> bytes:
    return sign1(header, payload, key.sign(to_be_signed(header, payload)), unprotected)


def facts(entry: bytes, header: dict, payload: list) -> dict:
    names = {"alg": header[1], "kid": header[4], "iss": header[15][1], "aud": header[15][3]}
    identity = H(cbor([cbor(header), cbor(payload)]))
    return (
        {"leaf": H(b"\x00", entry), "identity": identity}
        | names
        | {"root": payload[1], "count": payload[2], "first": payload[3]}
    )


statement = Book("statement")
for alg, key in KEYS.items():
    header = HEADER | {1: alg, 4: key.kid}
    entry = signed(header, cbor(PAYLOAD), key)
    statement.valid(
        f"signed-with-{key.json['alg'].lower()}",
        "three heads",
        facts(entry, header, PAYLOAD),
        hex=entry,
        key=key.json,
        heads=HEADS,
    )
RESIGNED = HEADER | {1: ES256, 4: KEYS[ES256].kid}
again = KEYS[ES256].sign(to_be_signed(RESIGNED, cbor(PAYLOAD)), b"signed again")
entry = sign1(RESIGNED, cbor(PAYLOAD), again)
statement.valid(
    "re-signed",
    "the same as signed-with-es256, since header and payload are: one identity, two leaves",
    facts(entry, RESIGNED, PAYLOAD),
    hex=entry,
    key=KEYS[ES256].json,
    heads=HEADS,
)
ONE = [1, MTH(HEADS[:1]), 1, 0]
entry = signed(HEADER, cbor(ONE))
statement.valid(
    "one-head",
    "a batch of one: the root is the event's name",
    facts(entry, HEADER, ONE),
    hex=entry,
    key=KEY.json,
    heads=HEADS[:1],
)
TWO = HEADER | {15: {1: ENTERPRISE, 2: "urn:suyuan:batch", 3: ["a.example/log", ORIGIN]}}
entry = signed(TWO, cbor(PAYLOAD))
statement.valid(
    "two-ledgers-by-an-enterprise",
    "a sorted audience",
    facts(entry, TWO, PAYLOAD),
    hex=entry,
    key=KEY.json,
    heads=HEADS,
)
MANY = [1, H(b"root"), 4096, 2**53 - 1]
entry = signed(HEADER, cbor(MANY))
statement.valid("4096-events", "as many as there may be", facts(entry, HEADER, MANY), hex=entry, key=KEY.json)

WHOLE = signed(HEADER, cbor(PAYLOAD))
for name, parts, desc, field in (
    ("untagged", {"hex": WHOLE[1:]}, "always tagged", "statement"),
    ("tag-17", {"hex": b"\xd1" + WHOLE[1:]}, "tag 18", "statement"),
    ("tag-18-in-two-bytes", {"hex": b"\xd8\x12" + WHOLE[1:]}, "one spelling", "statement"),
    ("trailing-byte", {"hex": WHOLE + b"\x00"}, "nothing follows", "statement"),
    ("cut", {"hex": WHOLE[:-1]}, "a byte is missing", "statement"),
    (
        "unprotected-not-empty",
        {"hex": signed(HEADER, cbor(PAYLOAD), unprotected={4: KEY.kid})},
        "an empty map",
        "statement",
    ),
    ("payload-detached", {"hex": sign1(HEADER, None, bytes(64))}, "the payload is there", "statement"),
    (
        "transparent",
        {"hex": signed(HEADER, cbor(PAYLOAD), unprotected={394: [b"receipt"]})},
        "receipts are kept apart",
        "statement",
    ),
):
    statement.refused(name, desc, field=field, **parts)


def without(members: dict, label: int) -> dict:
    return {key: value for key, value in members.items() if key != label}


for name, header, desc, field in (
    ("content-type-missing", without(HEADER, 3), "exactly 1, 3, 4, 15", "statement"),
    (
        "content-type-seal",
        HEADER | {3: "application/vnd.suyuan.seal+cbor"},
        "seals come from the ledger only",
        "statement.content type",
    ),
    ("content-type-json", HEADER | {3: "application/json"}, "a batch", "statement"),
    ("kid-missing", without(HEADER, 4), "exactly 1, 3, 4, 15", "statement"),
    ("kid-of-31-bytes", HEADER | {4: KEY.kid[:31]}, "32 bytes", "statement.kid"),
    ("claims-missing", without(HEADER, 15), "exactly 1, 3, 4, 15", "statement"),
    ("crit", HEADER | {2: [15]}, "exactly 1, 3, 4, 15", "statement"),
    ("algorithm-19", HEADER | {1: -19}, "one of the table", "statement.alg"),
    ("algorithm-as-text", HEADER | {1: "EdDSA"}, "a number", "statement"),
    ("issued-at", HEADER | {15: CLAIMS | {6: 1_763_800_000}}, "exactly iss, sub, aud", "statement.claims"),
    ("audience-missing", HEADER | {15: without(CLAIMS, 3)}, "exactly iss, sub, aud", "statement.claims"),
    ("audience-empty", HEADER | {15: CLAIMS | {3: []}}, "not empty", "statement.aud"),
    ("audience-text", HEADER | {15: CLAIMS | {3: ORIGIN}}, "a list", "statement.aud"),
    ("audience-unsorted", HEADER | {15: CLAIMS | {3: ["b", "a"]}}, "sorted", "statement.aud"),
    ("audience-twice", HEADER | {15: CLAIMS | {3: ["a", "a"]}}, "once", "statement.aud"),
    (
        "issuer-no-participant",
        HEADER | {15: CLAIMS | {1: "urn:suyuan:book:1"}},
        "an agency or enterprise",
        "statement.iss",
    ),
    ("issuer-in-capitals", HEADER | {15: CLAIMS | {1: "urn:suyuan:agency:Customs"}}, "canonical", "statement.iss"),
    ("subject-another", HEADER | {15: CLAIMS | {2: "urn:suyuan:batches"}}, "urn:suyuan:batch", "statement.sub"),
):
    statement.refused(name, desc, field=field, hex=signed(header, cbor(PAYLOAD)))
for name, payload, desc, field in (
    ("payload-version-2", [2, *PAYLOAD[1:]], "version 1", "statement.payload"),
    ("payload-of-three-members", PAYLOAD[:3], "[1, root, count, first]", "statement.payload"),
    ("root-of-31-bytes", [1, bytes(31), 3, 7], "32 bytes", "statement.payload.root"),
    ("count-0", [1, PAYLOAD[1], 0, 7], "1 to 4,096", "statement.payload.count"),
    ("count-4097", [1, PAYLOAD[1], 4097, 7], "1 to 4,096", "statement.payload.count"),
    ("first-negative", [1, PAYLOAD[1], 3, -1], "a sequence number", "statement.payload.first"),
    ("first-2-to-the-53", [1, PAYLOAD[1], 3, 2**53], "a sequence number", "statement.payload.first"),
):
    statement.refused(name, desc, field=field, hex=signed(HEADER, cbor(payload)))
statement.refused(
    "payload-count-in-two-bytes",
    "one spelling",
    hex=signed(HEADER, cbor(PAYLOAD)[:-2] + b"\x18\x03\x07"),
    field="statement.payload",
)
statement.refused(
    "header-labels-unsorted",
    "one spelling",
    hex=signed(b"\xa4" + b"".join(cbor({key: HEADER[key]})[1:] for key in (3, 1, 4, 15)), cbor(PAYLOAD)),
)
statement.refused(
    "signature-of-63-bytes", "64 bytes", field="statement.signature", hex=sign1(HEADER, cbor(PAYLOAD), bytes(63))
)
statement.refused(
    "signature-of-ml-dsa-under-ed25519",
    "64 bytes",
    field="statement.signature",
    hex=sign1(HEADER, cbor(PAYLOAD), bytes(2420)),
)
for name, entry, error, desc in (
    ("signature-bit-flipped", flip(WHOLE), "BadSignatureError", "the last bit is another"),
    (
        "signature-over-another-header",
        sign1(HEADER | {15: CLAIMS | {3: ["a"]}}, cbor(PAYLOAD), WHOLE[-64:]),
        "BadSignatureError",
        "the header is signed",
    ),
    (
        "signature-over-another-payload",
        sign1(HEADER, cbor([*PAYLOAD[:3], 8]), WHOLE[-64:]),
        "BadSignatureError",
        "the payload is signed",
    ),
    (
        "signature-over-the-bare-payload",
        sign1(HEADER, cbor(PAYLOAD), KEY.sign(cbor(PAYLOAD))),
        "BadSignatureError",
        "Sig_structure is signed",
    ),
):
    statement.refused(name, desc, error=error, field="statement signature", hex=entry, key=KEY.json)
statement.refused(
    "of-another-key",
    "the header names the key",
    error="MismatchError",
    field="statement.kid",
    hex=WHOLE,
    key=Key(EDDSA, "other").json,
)
low = signed(HEADER | {1: ES256, 4: KEYS[ES256].kid}, cbor(PAYLOAD), KEYS[ES256])
high = low[:-32] + (P256_ORDER - int.from_bytes(low[-32:], "big")).to_bytes(32, "big")
statement.refused(
    "es256-high-s",
    "it would be a second leaf",
    error="BadSignatureError",
    field="statement signature",
    hex=high,
    key=KEYS[ES256].json,
)
for name, heads, desc in (
    ("heads-missing-one", HEADS[:2], "the count is signed"),
    ("heads-in-another-order", HEADS[::-1], "the root is over the heads in order"),
    ("heads-with-another", [*HEADS[:2], HEADS[0]], "the root is over these heads"),
):
    statement.refused(name, desc, error="MismatchError", field="heads", hex=WHOLE, key=KEY.json, heads=heads)

envelope = Book("envelope", field="statement")
SUBJECT = "urn:example:paper:7"
E_CLAIMS = {1: AGENCY, 2: SUBJECT, 3: [ORIGIN]}
E_HEADER = {1: EDDSA, 4: KEY.kid, 15: E_CLAIMS, 258: -16}
DIGEST = H(b"something outside")
for name, more, desc in (
    ("plain", {}, "a digest of something outside"),
    ("with-content-type", {259: "application/pdf"}, "what the preimage is"),
    ("with-content-format", {259: 60}, "what the preimage is, by number"),
    ("with-location", {259: "application/pdf", 260: "https://example.org/7.pdf"}, "where the preimage is"),
):
    entry = signed(E_HEADER | more, DIGEST)
    names = {"iss": AGENCY, "sub": SUBJECT, "aud": [ORIGIN]}
    envelope.valid(name, desc, {"leaf": H(b"\x00", entry), "digest": DIGEST} | names, hex=entry, key=KEY.json)
for name, header, desc, field in (
    ("hash-of-sha-384", E_HEADER | {258: -43}, "SHA-256", "statement"),
    ("hash-as-text", E_HEADER | {258: "sha-256"}, "a number", "statement"),
    ("content-type", E_HEADER | {3: "application/pdf"}, "3 does not stand with 258", "statement"),
    ("kid-missing", without(E_HEADER, 4), "exactly these labels", "statement"),
    ("label-261", E_HEADER | {261: 0}, "exactly these labels", "statement"),
    ("content-format-negative", E_HEADER | {259: -1}, "a text or unsigned number", "statement"),
    ("content-type-in-bytes", E_HEADER | {259: b"application/pdf"}, "a text or unsigned number", "statement"),
    ("location-number", E_HEADER | {260: 0}, "a text", "statement"),
    ("subject-empty", E_HEADER | {15: E_CLAIMS | {2: ""}}, "1 to 256 characters", "statement.sub"),
    (
        "subject-of-a-batch",
        E_HEADER | {15: E_CLAIMS | {2: "urn:suyuan:batch"}},
        "a subject of the issuer's own",
        "statement.sub",
    ),
    (
        "subject-of-a-seal",
        E_HEADER | {15: E_CLAIMS | {2: "urn:suyuan:seal"}},
        "a subject of the issuer's own",
        "statement.sub",
    ),
    ("issuer-no-participant", E_HEADER | {15: E_CLAIMS | {1: SUBJECT}}, "an agency or enterprise", "statement.iss"),
):
    envelope.refused(name, desc, field=field, hex=signed(header, DIGEST))
for name, payload in (
    ("digest-of-31-bytes", DIGEST[:31]),
    ("digest-of-33-bytes", DIGEST + b"\x00"),
    ("digest-in-cbor", cbor(DIGEST)),
):
    envelope.refused(name, "32 bytes", field="statement.payload", hex=signed(E_HEADER, payload))
envelope.refused(
    "signature-bit-flipped",
    "the last bit is another",
    error="BadSignatureError",
    field="envelope signature",
    hex=flip(signed(E_HEADER, DIGEST)),
    key=KEY.json,
)
