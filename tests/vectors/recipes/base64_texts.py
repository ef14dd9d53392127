"""base64 and base64url: docs/formats.md, section 1; the examples of RFC 4648, section 10."""

from tests.vectors.recipe import Book

padded = Book("base64")
for name, text, raw in (
    ("empty", "", b""),
    ("one-byte", "Zg==", b"f"),
    ("two-bytes", "Zm8=", b"fo"),
    ("six-bytes", "Zm9vYmFy", b"foobar"),
    ("plus-and-slash", "+/+/", bytes.fromhex("fbffbf")),
):
    padded.valid(name, "RFC 4648 §4", {"raw": raw}, text=text)
for name, text, desc in (
    ("unpadded", "Zg", "padding is there"),
    ("half-padded", "Zg=", "two signs of padding"),
    ("padded-too-much", "Zm8==", "one sign of padding"),
    ("padding-alone", "====", "nothing is padded"),
    ("padding-in-the-middle", "Zg==Zg==", "one text, not two"),
    ("loose-bits-of-one-byte", "Zh==", "unused bits are zero"),
    ("loose-bits-of-two-bytes", "Zm9=", "unused bits are zero"),
    ("alphabet-of-base64url", "-_-_", "+ and /"),
    ("one-sign", "Z", "no byte has six bits"),
    ("newline-at-the-end", "Zm9v\n", "nothing else"),
    ("newline-inside", "Zm9v\nYmFy", "nothing else"),
    ("space", "Zm9v YmFy", "nothing else"),
    ("sign-outside-ascii", "Zm9\u0475", "nothing else"),
):
    padded.refused(name, desc, text=text)

bare = Book("base64url")
for name, text, raw in (
    ("empty", "", b""),
    ("one-byte", "Zg", b"f"),
    ("two-bytes", "Zm8", b"fo"),
    ("six-bytes", "Zm9vYmFy", b"foobar"),
    ("minus-and-underscore", "-_-_", bytes.fromhex("fbffbf")),
):
    bare.valid(name, "RFC 4648 §5 without padding", {"raw": raw}, text=text)
for name, text, desc in (
    ("padded", "Zg==", "no padding"),
    ("padded-by-one", "Zm8=", "no padding"),
    ("loose-bits-of-one-byte", "Zh", "unused bits are zero"),
    ("loose-bits-of-two-bytes", "Zm9", "unused bits are zero"),
    ("alphabet-of-base64", "+/+/", "- and _"),
    ("one-sign", "Z", "no byte has six bits"),
    ("five-signs", "Zm9vY", "no byte has six bits"),
    ("newline-at-the-end", "Zm9v\n", "nothing else"),
    ("space", "Zm9v YmFy", "nothing else"),
    ("sign-outside-ascii", "Zm9\u0475", "nothing else"),
):
    bare.refused(name, desc, text=text)
