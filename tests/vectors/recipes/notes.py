"""Signed notes, verifier keys, checkpoints and cosignatures: C2SP; docs/formats.md, section 8."""

from tests.vectors.recipe import Book
from tests.vectors.recipes.spell import EDDSA, ML_DSA_44, ORIGIN, H, Key, base64, flip

LINE = "\N{EM DASH} a AAAAAAA=\n"
ROOT = bytes(range(32))
TEXT = f"{ORIGIN}\n70000\n{base64(ROOT)}\n"
TIME = 1_763_800_000
ed, pq = Key(EDDSA, "log"), Key(ML_DSA_44, "log")

note = Book("note")
note.valid(
    "c2sp-example",
    "the example of C2SP signed-note; text, key and line are quoted from the specification",
    {"text": "This is an example message.\n", "names": ["example.com/foo"], "key_ids": ["530d903a"]},
    vkey="example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
    text="This is an example message.\n\n"
    "\N{EM DASH} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Z"
    "tg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n",
)
note.valid(
    "text-with-empty-lines",
    "the last empty line separates",
    {"text": "a\n\n\nb\n\n", "names": ["a"], "key_ids": ["00000000"]},
    text=f"a\n\n\nb\n\n\n{LINE}",
)
note.valid(
    "text-of-one-empty-line",
    "no more than a newline is signed",
    {"text": "\n", "names": ["a"], "key_ids": ["00000000"]},
    text=f"\n\n{LINE}",
)
note.valid(
    "two-lines-of-one-name",
    "one name, two key ids",
    {"text": "t\n", "names": ["a", "a"], "key_ids": ["00000000", "00000001"]},
    text=f"t\n\n{LINE}\N{EM DASH} a AAAAAQA=\n",
)
note.valid(
    "name-outside-ascii",
    "key names are UTF-8",
    {"text": "t\n", "names": ["\u6d77\u5173.example"], "key_ids": ["00000000"]},
    text="t\n\n\N{EM DASH} \u6d77\u5173.example AAAAAAA=\n",
)
HUNDRED = [f"\N{EM DASH} n{each} AAAAAAA=\n" for each in range(101)]
note.valid(
    "a-hundred-lines",
    "a hundred signature lines are the most",
    {"text": "t\n", "names": [f"n{each}" for each in range(100)], "key_ids": ["00000000"] * 100},
    text="t\n\n" + "".join(HUNDRED[:100]),
)
for name, text, desc in (
    ("empty", "", "nothing"),
    ("no-signatures", "t\n\n", "an empty line and the end"),
    ("no-empty-line", f"t\n{LINE}", "no empty line before the signatures"),
    ("no-final-newline", f"t\n\n{LINE[:-1]}", "the last line does not end"),
    ("empty-line-at-the-end", f"t\n\n{LINE}\n", "the last empty line has nothing below it"),
    ("carriage-return", f"t\r\n\n{LINE}", "a control character"),
    ("tab-in-the-text", f"a\tb\n\n{LINE}", "a control character"),
    ("nul-in-the-text", f"a\x00b\n\n{LINE}", "a control character"),
    ("line-of-another-kind", f"t\n\nx\n{LINE}", "not every line is a signature"),
    ("hyphen-for-dash", f"t\n\n{LINE.replace(chr(0x2014), '-')}", "the line begins with another dash"),
    ("two-spaces", f"t\n\n{LINE.replace(' a ', ' a  ')}", "one space each"),
    ("name-missing", "t\n\n\N{EM DASH}  AAAAAAA=\n", "a name is not empty"),
    ("name-with-plus", "t\n\n\N{EM DASH} a+b AAAAAAA=\n", "a name has no plus"),
    ("name-with-no-break-space", "t\n\n\N{EM DASH} a\u00a0b AAAAAAA=\n", "a name has no Unicode space"),
    ("name-of-256-bytes", f"t\n\n\N{EM DASH} {'a' * 256} AAAAAAA=\n", "a name has at most 255 bytes"),
    ("base64-unpadded", "t\n\n\N{EM DASH} a AAAAAAA\n", "base64 has padding"),
    ("base64-loose-bits", "t\n\n\N{EM DASH} a AAAAAAB=\n", "unused bits are zero"),
    ("base64url", "t\n\n\N{EM DASH} a AAAAAA-_\n", "the alphabet of base64, not base64url"),
    ("signature-of-four-bytes", "t\n\n\N{EM DASH} a AAAAAA==\n", "a key id and nothing behind it"),
    ("one-key-twice", f"t\n\n{LINE}\N{EM DASH} a AAAAAAE=\n", "two lines of one name and key id"),
    ("a-hundred-and-one-lines", "t\n\n" + "".join(HUNDRED), "a hundred lines are the most"),
):
    note.refused(name, desc, text=text)
note.refused("not-utf-8", "a note is UTF-8", hex=b"\xff\n\n" + LINE.encode())

vkey = Book("vkey", field="vkey")
for kind, key in ((1, ed), (4, ed), (6, pq)):
    vkey.valid(
        f"type-0{kind}",
        "name, key id and typed key",
        {
            "name": ORIGIN,
            "type": kind,
            "key_id": H(ORIGIN.encode(), b"\n", bytes([kind]), key.raw)[:4],
            "public": key.raw,
        },
        text=key.vkey(ORIGIN, kind),
    )
V1 = ed.vkey(ORIGIN, 1)
vkey.refused(
    "key-id-of-another-type",
    "the key id is that of type 04",
    text=f"{ORIGIN}+{ed.vkey(ORIGIN, 4).split('+')[1]}+{V1.split('+', 2)[2]}",
)
vkey.refused(
    "key-id-in-capitals", "hex is lower case", text=f"{ORIGIN}+{V1.split('+')[1].upper()}+{V1.split('+', 2)[2]}"
)
vkey.refused("key-id-missing", "name and key only", text=f"{ORIGIN}+AQID")
vkey.refused("name-empty", "a name is not empty", text=ed.vkey("", 1))
vkey.refused("name-with-space", "a name has no space", text=ed.vkey("a b", 1))
vkey.refused("type-02-ecdsa", "a type that is not implemented here", error="UnsupportedError", text=ed.vkey(ORIGIN, 2))
vkey.refused(
    "type-05-tree-head", "a type that is not implemented here", error="UnsupportedError", text=ed.vkey(ORIGIN, 5)
)
SHORT = Key(EDDSA, "log")
SHORT.raw = SHORT.raw[:31]
vkey.refused("key-of-31-bytes", "an Ed25519 key has 32", text=SHORT.vkey(ORIGIN, 1))
vkey.refused("trailing-newline", "nothing follows", text=V1 + "\n")

checkpoint = Book("checkpoint")
checkpoint.valid("size-70000", "three lines", {"origin": ORIGIN, "size": 70000, "root": ROOT}, text=TEXT)
checkpoint.valid(
    "size-0", "an empty log", {"origin": ORIGIN, "size": 0, "root": H()}, text=f"{ORIGIN}\n0\n{base64(H())}\n"
)
checkpoint.valid(
    "size-greatest",
    "63 bits",
    {"origin": "o", "size": 2**63 - 1, "root": ROOT},
    text=f"o\n{2**63 - 1}\n{base64(ROOT)}\n",
)
for name, text, desc, field in (
    ("size-with-leading-zero", TEXT.replace("70000", "070000"), "one spelling", "checkpoint.size"),
    ("size-with-plus", TEXT.replace("70000", "+70000"), "one spelling", "checkpoint.size"),
    ("size-with-space", TEXT.replace("70000", " 70000"), "one spelling", "checkpoint.size"),
    ("size-with-underscore", TEXT.replace("70000", "70_000"), "one spelling", "checkpoint.size"),
    ("size-in-arabic-digits", TEXT.replace("70000", "\u0667"), "ASCII digits", "checkpoint.size"),
    ("size-negative", TEXT.replace("70000", "-1"), "a size is not negative", "checkpoint.size"),
    ("size-2-to-the-63", TEXT.replace("70000", str(2**63)), "a size has at most 63 bits", "checkpoint.size"),
    ("size-missing", f"{ORIGIN}\n\n{base64(ROOT)}\n", "no digits", "checkpoint.size"),
    ("origin-empty", TEXT.replace(ORIGIN, ""), "an origin is not empty", "checkpoint.origin"),
    ("origin-with-space", TEXT.replace(ORIGIN, "a b"), "our origins are key names", "checkpoint.origin"),
    ("root-of-31-bytes", f"{ORIGIN}\n1\n{base64(ROOT[1:])}\n", "a root has 32 bytes", "checkpoint.root"),
    ("root-unpadded", TEXT.replace("=", ""), "base64 has padding", "checkpoint.root"),
    ("root-loose-bits", TEXT.replace("h8=", "h9="), "unused bits are zero", "checkpoint.root"),
    ("extension-line", TEXT + "extension\n", "no extension lines", "checkpoint"),
    ("empty-line-at-the-end", TEXT + "\n", "three lines", "checkpoint"),
    ("no-final-newline", TEXT[:-1], "every line ends", "checkpoint"),
    ("carriage-returns", TEXT.replace("\n", "\r\n"), "lines end in a newline", "checkpoint"),
    ("two-lines", f"{ORIGIN}\n1\n", "three lines", "checkpoint"),
):
    checkpoint.refused(name, desc, text=text, field=field)


def u64(number: int) -> bytes:
    return number.to_bytes(8, "big")


def subtree(name: bytes, time: int, origin: bytes, size: int, root: bytes) -> bytes:
    """The cosigned_message structure of C2SP tlog-cosignature, with start 0."""
    names = bytes([len(name)]) + name, bytes([len(origin)]) + origin
    return b"subtree/v1\n\x00" + names[0] + u64(time) + names[1] + u64(0) + u64(size) + root


cosignature = Book("cosignature", "BadSignatureError", "checkpoint signature")
WITNESS = "witness.example/w1"
ed_witness, pq_witness = Key(EDDSA, "witness"), Key(ML_DSA_44, "witness")
MESSAGES = {
    1: TEXT.encode(),
    4: f"cosignature/v1\ntime {TIME}\n{TEXT}".encode(),
    6: subtree(WITNESS.encode(), TIME, ORIGIN.encode(), 70000, ROOT),
}
SIGNERS = {1: ed, 4: ed_witness, 6: pq_witness}
BLOBS = {kind: (b"" if kind == 1 else u64(TIME)) + SIGNERS[kind].sign(MESSAGES[kind]) for kind in SIGNERS}
for kind, key in SIGNERS.items():
    name = ORIGIN if kind == 1 else WITNESS
    parts = {"vkey": key.vkey(name, kind), "checkpoint": TEXT}
    line = key.line(name, kind, BLOBS[kind])
    facts = {"time": None if kind == 1 else TIME, "message": MESSAGES[kind]}
    cosignature.valid(f"type-0{kind}", "made for this checkpoint by this key", facts, **parts, line=line)
    wrong = key.line(name, kind, flip(BLOBS[kind]))
    cosignature.refused(f"type-0{kind}-bit-flipped", "the last bit is another", **parts, line=wrong)
    cosignature.refused(
        f"type-0{kind}-byte-short", "a byte is missing", **parts, line=key.line(name, kind, BLOBS[kind][:-1])
    )
    other = TEXT.replace("70000", "70001")
    cosignature.refused(
        f"type-0{kind}-of-another-size", "over another checkpoint", **parts | {"checkpoint": other}, line=line
    )
known = subtree(b"a", 0x0102030405060708, b"b", 0x1718191A1B1C1D1E, b"\x42" * 32)
KNOWN_TEXT = f"b\n{0x1718191A1B1C1D1E}\n{base64(b'B' * 32)}\n"
cosignature.valid(
    "type-06-known-layout",
    "names and numbers of cloudflare/azul's known-answer test, with the start that checkpoints have",
    {"time": 0x0102030405060708, "message": known},
    vkey=pq_witness.vkey("a", 6),
    checkpoint=KNOWN_TEXT,
    line=pq_witness.line("a", 6, u64(0x0102030405060708) + pq_witness.sign(known)),
)
W4 = {"vkey": ed_witness.vkey(WITNESS, 4), "checkpoint": TEXT}
for name, time, desc in (("time-0", 0, "a cosignature has a time"), ("time-2-to-the-63", 2**63, "a time has 63 bits")):
    signed = ed_witness.sign(f"cosignature/v1\ntime {time}\n{TEXT}".encode())
    cosignature.refused(f"type-04-{name}", desc, **W4, line=ed_witness.line(WITNESS, 4, u64(time) + signed))
changed = u64(TIME + 1) + BLOBS[4][8:]
cosignature.refused("type-04-another-time", "the time is signed, too", **W4, line=ed_witness.line(WITNESS, 4, changed))
bare = u64(TIME) + ed_witness.sign(TEXT.encode())
cosignature.refused(
    "type-04-over-the-bare-text", "a signature of type 01", **W4, line=ed_witness.line(WITNESS, 4, bare)
)
with_context = u64(TIME) + pq_witness.sign(MESSAGES[6], b"tlog")
W6 = {"vkey": pq_witness.vkey(WITNESS, 6), "checkpoint": TEXT}
cosignature.refused(
    "type-06-with-context", "the context is empty", **W6, line=pq_witness.line(WITNESS, 6, with_context)
)
named = ed_witness.line("other.example", 4, BLOBS[4])
cosignature.refused(
    "of-an-unknown-name", "no line of an unknown key is skipped", error="UntrustedError", **W4, line=named
)
