"""Seals and receipts: docs/formats.md, sections 9 and 11."""

from tests.reference import MTH, PATH
from tests.vectors.recipe import Book
from tests.vectors.recipes.spell import EDDSA, ML_DSA_44, ORIGIN, H, Key, cbor, flip, sign1, to_be_signed
from tests.vectors.recipes.statements import signed, without

KEY = Key(EDDSA, "seal")
CLAIMS = {1: ORIGIN, 2: "urn:suyuan:seal"}
HEADER = {1: EDDSA, 3: "application/vnd.suyuan.seal+cbor", 4: KEY.kid, 15: CLAIMS}
PREVIOUS, INDEX = H(b"\x00", b"the seal before"), H(b"\x03", b"left and right")
PAYLOAD = [1, 5, 9, PREVIOUS, INDEX, 12, 1, 1_763_800_000_000]
VERIFIED = {"key": KEY.json, "origin": ORIGIN}

seal = Book("seal")


def add(name: str, desc: str, payload: list) -> None:
    entry = signed(HEADER, cbor(payload), KEY)
    members = dict(zip(("first", "covered", "previous", "root", "keys"), payload[1:6], strict=True))
    seal.valid(name, desc, {"leaf": H(b"\x00", entry)} | members | {"time": payload[7]}, hex=entry, **VERIFIED)


add("plain", "a block of four statements", PAYLOAD)
add("first-block", "no seal before", [1, 0, 1, None, INDEX, 2, 1, 0])
add("block-without-statements", "the seal alone", [1, 9, 9, PREVIOUS, INDEX, 12, 1, 1])
add("greatest-numbers", "two to the 53 minus 1", [1, 5, 2**53 - 1, PREVIOUS, INDEX, 2**53 - 1, 1, 2**53 - 1])
pq = Key(ML_DSA_44, "seal")
pq_header = HEADER | {1: ML_DSA_44, 4: pq.kid}
entry = signed(pq_header, cbor(PAYLOAD), pq)
members = {"first": 5, "covered": 9, "previous": PREVIOUS, "root": INDEX, "keys": 12, "time": PAYLOAD[7]}
seal.valid(
    "signed-with-ml-dsa-44",
    "another algorithm",
    {"leaf": H(b"\x00", entry)} | members,
    hex=entry,
    key=pq.json,
    origin=ORIGIN,
)


def with_member(place: int, value: object) -> list:
    return [*PAYLOAD[:place], value, *PAYLOAD[place + 1 :]]


for name, payload, desc, field in (
    ("version-2", with_member(0, 2), "version 1", "seal"),
    ("mapping-2", with_member(6, 2), "mapping 1", "seal"),
    ("of-seven-members", PAYLOAD[:7], "eight members", "seal"),
    ("first-negative", with_member(1, -1), "a leaf", "seal"),
    ("first-0-with-previous", with_member(1, 0), "the first block has no previous", "seal.first"),
    ("first-5-without-previous", with_member(3, None), "a later block has one", "seal.first"),
    ("first-beyond-covered", with_member(1, 10), "first is at most covered", "seal.first"),
    ("covered-as-text", with_member(2, "9"), "a number", "seal"),
    ("previous-of-31-bytes", with_member(3, bytes(31)), "32 bytes or null", "seal.previous"),
    ("root-null", with_member(4, None), "32 bytes", "seal.root"),
    ("keys-negative", with_member(5, -1), "a number of keys", "seal"),
    ("time-negative", with_member(7, -1), "milliseconds since 1970", "seal"),
    ("time-2-to-the-53", with_member(7, 2**53), "at most 2**53 - 1", "seal"),
):
    seal.refused(name, desc, field=field, hex=signed(HEADER, cbor(payload), KEY))
for name, header, desc, field in (
    ("content-type-batch", HEADER | {3: "application/vnd.suyuan.batch+cbor"}, "a seal", "seal header"),
    ("content-type-missing", without(HEADER, 3), "exactly 1, 3, 4, 15", "seal header"),
    ("kid-of-31-bytes", HEADER | {4: KEY.kid[:31]}, "32 bytes", "seal header"),
    ("audience", HEADER | {15: CLAIMS | {3: [ORIGIN]}}, "exactly origin and subject", "seal claims"),
    ("subject-another", HEADER | {15: CLAIMS | {2: "urn:suyuan:batch"}}, "urn:suyuan:seal", "seal claims"),
    ("algorithm-unknown", HEADER | {1: -19}, "one of the table", "seal header"),
):
    seal.refused(name, desc, field=field, hex=signed(header, cbor(PAYLOAD), KEY))
WHOLE = signed(HEADER, cbor(PAYLOAD), KEY)
seal.refused("untagged", "always tagged", hex=WHOLE[1:])
seal.refused("unprotected-not-empty", "an empty map", hex=signed(HEADER, cbor(PAYLOAD), KEY, {4: KEY.kid}))
seal.refused("payload-detached", "the payload is there", hex=sign1(HEADER, None, WHOLE[-64:]))
seal.refused(
    "signature-bit-flipped",
    "the last bit is another",
    error="BadSignatureError",
    field="seal signature",
    hex=flip(WHOLE),
    **VERIFIED,
)
seal.refused(
    "of-another-ledger",
    "the origin is another",
    field="seal header",
    hex=WHOLE,
    **VERIFIED | {"origin": "other.example/log"},
)
seal.refused(
    "of-another-key",
    "the header names the key",
    field="seal header",
    hex=WHOLE,
    **VERIFIED | {"key": Key(EDDSA, "other").json},
)

receipt = Book("receipt")
R_KEY = Key(EDDSA, "receipt")
ENTRIES = [H(b"entry", bytes([each])) for each in range(9)]
R_CLAIMS = {1: ORIGIN, 2: "urn:suyuan:receipt", 6: 1_763_800_000}
R_HEADER = {1: EDDSA, 4: R_KEY.kid, 15: R_CLAIMS, 395: 1, "tree-size": 9}
GIVEN = {"entry": ENTRIES[3], "key": R_KEY.json, "origin": ORIGIN}
PROOF = [9, 3, PATH(3, ENTRIES)]


def made(
    header: dict = R_HEADER, proof: object = PROOF, key: Key = R_KEY, payload: bytes | None = None, **other: object
) -> bytes:
    """A receipt over the root of nine entries, whatever its header and proof say."""
    signature = key.sign(to_be_signed(header, MTH(ENTRIES)))
    return sign1(header, payload, signature, other.get("unprotected", {396: {-1: other.get("proofs", [cbor(proof)])}}))


for size, index in ((2, 0), (2, 1), (9, 3), (9, 8)):
    log = ENTRIES[:size]
    header = R_HEADER | {"tree-size": size}
    spelt = sign1(
        header, None, R_KEY.sign(to_be_signed(header, MTH(log))), {396: {-1: [cbor([size, index, PATH(index, log)])]}}
    )
    facts = {"root": MTH(log), "time": 1_763_800_000, "size": size, "index": index}
    receipt.valid(
        f"leaf-{index}-of-{size}", "the entry stands in the log", facts, hex=spelt, **GIVEN | {"entry": log[index]}
    )
for name, spelt, desc, field in (
    ("untagged", made()[1:], "always tagged", "receipt"),
    ("payload-attached", made(payload=MTH(ENTRIES)), "the root follows from entry and path", "receipt.payload"),
    ("vds-2", made(R_HEADER | {395: 2}), "RFC9162_SHA256 only", "receipt"),
    ("vds-missing", made(without(R_HEADER, 395)), "exactly these labels", "receipt"),
    (
        "tree-size-missing",
        made(without(R_HEADER, "tree-size")),
        "RFC 9942 does not sign it, so the header has it",
        "receipt",
    ),
    ("tree-size-another", made(R_HEADER | {"tree-size": 10}), "the two sizes are equal", "receipt.tree-size"),
    ("tree-size-negative", made(R_HEADER | {"tree-size": -9}, [-9, 3, PROOF[2]]), "a size", "receipt"),
    ("content-type", made(R_HEADER | {3: "text/plain"}), "exactly these labels", "receipt"),
    ("kid-of-31-bytes", made(R_HEADER | {4: R_KEY.kid[:31]}), "32 bytes", "receipt"),
    ("iat-missing", made(R_HEADER | {15: without(R_CLAIMS, 6)}), "exactly origin, subject, time", "receipt.claims"),
    ("iat-negative", made(R_HEADER | {15: R_CLAIMS | {6: -1}}), "seconds since 1970", "receipt"),
    (
        "subject-another",
        made(R_HEADER | {15: R_CLAIMS | {2: "urn:suyuan:seal"}}),
        "urn:suyuan:receipt",
        "receipt.claims",
    ),
    ("unprotected-kid", made(unprotected={4: R_KEY.kid, 396: {-1: [cbor(PROOF)]}}), "exactly 396", "receipt"),
    ("proof-of-consistency", made(unprotected={396: {-2: [cbor(PROOF)]}}), "an inclusion proof", "receipt"),
    ("proofs-none", made(proofs=[]), "exactly one", "receipt"),
    ("proofs-two", made(proofs=[cbor(PROOF)] * 2), "exactly one", "receipt"),
    ("proof-not-in-bytes", made(proofs=[PROOF]), "a byte string", "receipt.proof"),
    ("proof-of-two-members", made(proof=PROOF[:2]), "[size, index, path]", "receipt.proof"),
    ("proof-with-trailing-byte", made(proofs=[cbor(PROOF) + b"\x00"]), "nothing follows", "receipt.proof"),
    ("proof-size-in-two-bytes", made(proofs=[b"\x83\x18\x09" + cbor(PROOF)[2:]]), "one spelling", "receipt.proof"),
    ("index-negative", made(proof=[9, -1, PROOF[2]]), "a leaf", "receipt.proof"),
    ("path-empty", made(proof=[9, 3, []]), "one hash or more", "receipt.proof"),
    ("path-with-a-hash-of-31-bytes", made(proof=[9, 3, [*PROOF[2][:-1], bytes(31)]]), "32 bytes", "receipt.proof.path"),
):
    receipt.refused(name, desc, field=field, hex=spelt, **GIVEN)
for name, spelt, changes, error, field, desc in (
    ("index-of-the-size", made(proof=[9, 9, PROOF[2]]), {}, "NotIncludedError", "leaf index", "less than the size"),
    (
        "index-another",
        made(proof=[9, 2, PROOF[2]]),
        {},
        "BadSignatureError",
        "receipt signature",
        "the path leads to another root",
    ),
    ("path-too-short", made(proof=[9, 3, PROOF[2][:-1]]), {}, "NotIncludedError", "inclusion path", "four hashes"),
    (
        "path-too-long",
        made(proof=[9, 3, [*PROOF[2], bytes(32)]]),
        {},
        "NotIncludedError",
        "inclusion path",
        "four hashes",
    ),
    (
        "path-root-first",
        made(proof=[9, 3, PROOF[2][::-1]]),
        {},
        "BadSignatureError",
        "receipt signature",
        "leaf sibling first",
    ),
    (
        "entry-another",
        made(),
        {"entry": ENTRIES[4]},
        "BadSignatureError",
        "receipt signature",
        "the path leads to another root",
    ),
    ("signature-bit-flipped", flip(made()), {}, "BadSignatureError", "receipt signature", "the last bit is another"),
    (
        "of-another-ledger",
        made(),
        {"origin": "other.example/log"},
        "MismatchError",
        "receipt.iss",
        "the origin is another",
    ),
    (
        "of-another-key",
        made(),
        {"key": Key(EDDSA, "other").json},
        "MismatchError",
        "receipt.kid",
        "the header names the key",
    ),
):
    receipt.refused(name, desc, error=error, field=field, hex=spelt, **GIVEN | changes)
