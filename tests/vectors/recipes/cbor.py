"""CBOR: docs/formats.md, section 1.

Bytes are written by hand or by cbor2; many are examples of RFC 8949, appendix A.
"""

from tests.vectors.recipe import Book
from tests.vectors.recipes.spell import cbor

book = Book("cbor")

for name, value in {
    "integer-0": 0,
    "integer-23-in-the-initial-byte": 23,
    "integer-24-in-one-byte": 24,
    "integer-255": 255,
    "integer-256-in-two-bytes": 256,
    "integer-65535": 65535,
    "integer-65536-in-four-bytes": 65536,
    "integer-2-to-the-32-in-eight-bytes": 2**32,
    "integer-greatest": 2**64 - 1,
    "integer-minus-1": -1,
    "integer-minus-25": -25,
    "integer-least": -(2**64),
    "bytes-empty": b"",
    "bytes-24": bytes(range(24)),
    "text-empty": "",
    "text-chinese": "\u6eaf\u6e90",
    "text-outside-the-basic-plane": "\U00010151",
    "text-with-nul": "a\x00b",
    "null": None,
    "array-empty": [],
    "array-of-24": list(range(24)),
    "map-empty": {},
    "map-integer-and-text-keys": {1: -8, "tree-size": 5, -1: b"", "": None},
    "map-keys-in-bytewise-order": {10: 0, 100: 0, -1: 0, "z": 0, "aa": 0},
    "map-keys-258-before-minus-1": {258: 0, -1: 0},
}.items():
    book.valid(name, "core deterministic encoding", hex=cbor(value))
book.valid("nested-16-arrays", "sixteen levels are the most", hex=b"\x81" * 15 + b"\x80")
book.valid("nested-16-maps", "sixteen levels are the most", hex=b"\xa1\x00" * 15 + b"\xa0")

for name, spelt, desc in (
    ("integer-0-in-one-byte", "1800", "0 has a shorter form"),
    ("integer-23-in-one-byte", "1817", "23 has a shorter form"),
    ("integer-255-in-two-bytes", "1900ff", "255 has a shorter form"),
    ("integer-65535-in-four-bytes", "1a0000ffff", "65535 has a shorter form"),
    ("integer-2-to-the-32-minus-1-in-eight-bytes", "1b00000000ffffffff", "it has a shorter form"),
    ("integer-minus-1-in-one-byte", "3800", "-1 has a shorter form"),
    ("integer-cut", "19ff", "one byte of two"),
    ("integer-without-its-bytes", "1b", "none of eight bytes"),
    ("bytes-length-in-one-byte", "580161", "a length has a shorter form"),
    ("bytes-length-in-eight-bytes", "5b000000000000000161", "a length has a shorter form"),
    ("bytes-cut", "4361", "one byte of three"),
    ("bytes-longer-than-memory", "5bffffffffffffffff61", "2**64 - 1 bytes are announced"),
    ("bytes-indefinite", "5f4161ff", "indefinite length"),
    ("text-length-in-one-byte", "780161", "a length has a shorter form"),
    ("text-indefinite", "7f6161ff", "indefinite length"),
    ("text-not-utf-8", "61ff", "a byte that UTF-8 does not have"),
    ("text-cut-character", "62e6ba", "two bytes of a three-byte character"),
    ("text-overlong-nul", "62c080", "U+0000 in two bytes"),
    ("text-surrogate", "63eda080", "U+D800 in UTF-8"),
    ("text-beyond-unicode", "64f4908080", "U+110000"),
    ("array-length-in-one-byte", "980100", "a length has a shorter form"),
    ("array-indefinite", "9f00ff", "indefinite length"),
    ("array-cut", "820000"[:4], "one item of two"),
    ("array-longer-than-memory", "9bffffffffffffffff00", "2**64 - 1 items are announced"),
    ("map-length-in-one-byte", "b8010000", "a length has a shorter form"),
    ("map-indefinite", "bf0000ff", "indefinite length"),
    ("map-key-without-value", "a100", "a key and the end"),
    ("map-longer-than-memory", "bbffffffffffffffff0000", "2**64 - 1 members are announced"),
    ("map-keys-unsorted", "a202000100", "2 before 1"),
    ("map-keys-shorter-first", "a22000190102f6", "-1 before 258: the order of RFC 7049, not of RFC 8949"),
    ("map-key-twice", "a201000100", "1 twice"),
    ("map-key-text-twice", "a2616100616101", "a text twice, with different values"),
    ("map-key-bytes", "a1416100", "a byte string as key"),
    ("map-key-null", "a1f600", "null as key"),
    ("map-key-array", "a18000", "an array as key"),
    ("map-key-long", "a1180100", "a key has a shorter form"),
    ("false", "f4", "no booleans"),
    ("true", "f5", "no booleans"),
    ("undefined", "f7", "no undefined"),
    ("simple-16", "f0", "no simple value but null"),
    ("simple-255", "f8ff", "no simple value but null"),
    ("null-in-one-byte", "f816", "a simple value in its long form"),
    ("float-16", "f93c00", "no floats"),
    ("float-32", "fa3f800000", "no floats"),
    ("float-64", "fb3ff0000000000000", "no floats"),
    ("float-nan", "f97e00", "no floats"),
    ("break", "ff", "a break with nothing to break"),
    ("tag-18-inside", "d28440a04040", "tag 18 is a COSE_Sign1's, and this is read as a plain item"),
    ("tag-0", "c0613a", "no tags"),
    ("tag-2-bignum", "c249010000000000000000", "no tags, and no integer of more than 64 bits"),
    ("tag-24-embedded", "d818420000", "no tags"),
    ("reserved-additional-28", "1c", "additional information 28 is reserved"),
    ("reserved-additional-30-array", "9e", "additional information 30 is reserved"),
    ("integer-indefinite", "1f", "integers have no indefinite form"),
    ("trailing-byte", "0000", "something follows the item"),
    ("trailing-item", "a0a0", "something follows the item"),
    ("empty", "", "no item at all"),
):
    book.refused(name, desc, hex=spelt)
book.refused("nested-17-arrays", "seventeen levels", hex=b"\x81" * 16 + b"\x80")
book.refused("nested-17-maps", "seventeen levels", hex=b"\xa1\x00" * 16 + b"\xa0")
