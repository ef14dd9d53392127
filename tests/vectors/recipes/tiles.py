"""Tile paths and entry bundles: C2SP tlog-tiles."""

from tests.vectors.recipe import Book

path = Book("tile-path", field="tile path")
for name, text, level, number, width in (
    ("number-1234067", "tile/0/x001/x234/067", 0, 1_234_067, 256),
    ("number-1234067-width-8", "tile/0/x001/x234/067.p/8", 0, 1_234_067, 8),
    ("number-0", "tile/0/000", 0, 0, 256),
    ("number-999", "tile/1/999", 1, 999, 256),
    ("number-1000", "tile/1/x001/000", 1, 1000, 256),
    ("number-greatest", "tile/0/x072/x057/x594/x037/x927/935", 0, 2**56 - 1, 256),
    ("level-63", "tile/63/000.p/1", 63, 0, 1),
    ("entries", "tile/entries/x273/017.p/255", "entries", 273_017, 255),
):
    path.valid(name, "one spelling", {"level": level, "number": number, "width": width}, text=text)
for name, text, desc in (
    ("leading-slash", "/tile/0/000", "a path below the log's prefix"),
    ("trailing-slash", "tile/0/000/", "nothing follows"),
    ("number-of-two-digits", "tile/0/00", "groups of three digits"),
    ("number-of-four-digits", "tile/0/1234", "groups of three digits"),
    ("number-with-a-leading-group-of-zeros", "tile/0/x000/001", "one spelling"),
    ("number-without-x", "tile/0/001/067", "all groups but the last begin with x"),
    ("number-with-x-at-the-end", "tile/0/x001/x067", "the last group has no x"),
    ("number-with-capital-x", "tile/0/X001/067", "x is small"),
    ("number-2-to-the-56", "tile/0/x072/x057/x594/x037/x927/936", "no log is that large"),
    ("number-of-seven-groups", "tile/0/x001/x000/x000/x000/x000/x000/000", "no log is that large"),
    ("number-of-a-thousand-groups", "tile/0/x001/" + "x000/" * 2_000 + "000", "no log is that large"),
    ("number-in-arabic-digits", "tile/0/\u0660\u0660\u0660", "ASCII digits"),
    ("level-64", "tile/64/000", "levels go from 0 to 63"),
    ("level-with-leading-zero", "tile/00/000", "one spelling"),
    ("level-negative", "tile/-1/000", "levels go from 0 to 63"),
    ("level-missing", "tile/000", "no level"),
    ("level-data", "tile/data/000", "the name that another specification uses"),
    ("height-before-level", "tile/8/0/000", "the form of the Go checksum database"),
    ("width-0", "tile/0/000.p/0", "an empty tile is not served"),
    ("width-with-leading-zero", "tile/0/000.p/08", "one spelling"),
    ("width-256", "tile/0/000.p/256", "a full tile has no width"),
    ("width-257", "tile/0/000.p/257", "a tile has at most 256 hashes"),
    ("width-999", "tile/0/000.p/999", "a tile has at most 256 hashes"),
    ("width-missing", "tile/0/000.p/", "no width"),
    ("trailing-newline", "tile/0/000\n", "nothing follows"),
):
    path.refused(name, desc, text=text)

tile = Book("tile")
HASHES = [bytes([each]) * 32 for each in range(256)]
for name, count in (("one-hash", 1), ("three-hashes", 3), ("full", 256)):
    tile.valid(
        name, "hashes, one behind the other", {"hashes": HASHES[:count]}, hex=b"".join(HASHES[:count]), width=count
    )
for name, spelt, width, desc in (
    ("hash-cut", b"".join(HASHES[:3])[:-1], 3, "32 bytes a hash"),
    ("hash-too-few", b"".join(HASHES[:3]), 4, "as many as the path says"),
    ("hash-too-many", b"".join(HASHES[:3]), 2, "as many as the path says"),
    ("byte-too-many", HASHES[0] + b"\x00", 1, "nothing follows"),
    ("empty", b"", 1, "as many as the path says"),
    ("in-hexadecimal", HASHES[1].hex().encode(), 1, "bytes"),
):
    tile.refused(name, desc, hex=spelt, width=width)

bundle = Book("bundle", field="entry bundle")
LONG = bytes(65_535)
for name, entries in {
    "one-entry": [b"entry"],
    "empty-entries": [b"", b""],
    "three-entries": [b"a", bytes(300), b"\xff"],
}.items():
    spelt = b"".join(len(each).to_bytes(2, "big") + each for each in entries)
    bundle.valid(name, "length in two bytes, then the entry", {"entries": entries}, hex=spelt, width=len(entries))
for name, spelt, width, desc in (
    ("entry-cut", "000561", 1, "one byte of five"),
    ("length-cut", "000161" + "00", 2, "one byte of a length"),
    ("length-little-endian", "0100" + "61", 1, "lengths are big-endian"),
    ("entry-too-many", "00016100", 1, "bytes behind the last entry"),
    ("entries-more-than-the-width", "0000" + "0000", 1, "two entries of one"),
    ("entries-fewer-than-the-width", "0000", 2, "one entry of two"),
    ("empty", "", 1, "no entry of one"),
):
    bundle.refused(name, desc, hex=spelt, width=width)
