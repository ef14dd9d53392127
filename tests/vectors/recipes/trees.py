"""Inclusion, consistency and shared paths: RFC 9162; docs/formats.md, section 7. All from tests/reference.py."""

from tests.reference import MTH, PATH, PROOF, shared_path
from tests.vectors.recipe import Book
from tests.vectors.recipes.spell import H, flip

LOG = [H(b"entry", bytes([each])) for each in range(130)]
FORK = [*LOG[:3], H(b"another"), *LOG[4:]]


def leaf(index: int) -> bytes:
    return H(b"\x00", LOG[index])


inclusion = Book("merkle-inclusion", "NotIncludedError", "inclusion path")
for index, size in ((0, 1), (0, 2), (1, 2), (2, 3), (3, 7), (6, 7), (7, 8), (5, 13), (100, 130), (129, 130)):
    parts = {
        "index": index,
        "size": size,
        "leaf": leaf(index),
        "path": PATH(index, LOG[:size]),
        "root": MTH(LOG[:size]),
    }
    inclusion.valid(f"leaf-{index}-of-{size}", "RFC 9162 2.1.3", **parts)
RIGHT = {"index": 5, "size": 13, "leaf": leaf(5), "path": PATH(5, LOG[:13]), "root": MTH(LOG[:13])}
PATH5 = RIGHT["path"]
for name, changes, desc, field in (
    ("index-of-the-size", {"index": 13}, "less than the size", "leaf index"),
    ("index-beyond", {"index": 2**40}, "less than the size", "leaf index"),
    ("index-negative", {"index": -1}, "not negative", "leaf index"),
    ("size-0", {"size": 0}, "a tree with leaves", "leaf index"),
    ("index-another", {"index": 4}, "the path leads elsewhere", "inclusion path"),
    ("index-in-another-subtree", {"index": 12}, "another number of hashes", "inclusion path"),
    ("size-smaller", {"size": 8}, "another number of hashes", "inclusion path"),
    ("size-larger", {"size": 17}, "another number of hashes", "inclusion path"),
    ("path-empty", {"path": []}, "four hashes", "inclusion path"),
    ("path-too-short-at-the-leaf", {"path": PATH5[1:]}, "four hashes", "inclusion path"),
    ("path-too-short-at-the-root", {"path": PATH5[:-1]}, "four hashes", "inclusion path"),
    ("path-too-long", {"path": [*PATH5, PATH5[-1]]}, "four hashes", "inclusion path"),
    ("path-root-first", {"path": PATH5[::-1]}, "leaf sibling first", "inclusion path"),
    ("path-bit-flipped", {"path": [*PATH5[:-1], flip(PATH5[-1])]}, "the path leads elsewhere", "inclusion path"),
    ("path-with-a-hash-of-31-bytes", {"path": [PATH5[0][:31], *PATH5[1:]]}, "32 bytes", "hash"),
    ("path-with-an-empty-hash", {"path": [b"", *PATH5[1:]]}, "32 bytes", "hash"),
    ("path-with-two-hashes-in-one", {"path": [PATH5[0] + PATH5[1], *PATH5[1:]]}, "32 bytes", "hash"),
    ("leaf-another", {"leaf": leaf(6)}, "the path leads elsewhere", "inclusion path"),
    ("leaf-bit-flipped", {"leaf": flip(leaf(5))}, "the path leads elsewhere", "inclusion path"),
    ("leaf-is-the-entry", {"leaf": LOG[5]}, "a leaf is hashed behind 00", "inclusion path"),
    ("leaf-hashed-as-a-node", {"leaf": H(b"\x01", LOG[5])}, "a leaf is hashed behind 00", "inclusion path"),
    ("leaf-empty", {"leaf": b""}, "32 bytes", "hash"),
    ("root-bit-flipped", {"root": flip(RIGHT["root"])}, "the path leads elsewhere", "inclusion path"),
    ("root-of-another-size", {"root": MTH(LOG[:14])}, "the path leads elsewhere", "inclusion path"),
    ("root-empty", {"root": b""}, "the path leads elsewhere", "inclusion path"),
):
    inclusion.refused(name, desc, field=field, **RIGHT | changes)
EMPTY_ONE = {"index": 0, "size": 1, "leaf": b"", "path": [], "root": b""}
inclusion.refused("size-1-all-empty", "32 bytes", field="hash", **EMPTY_ONE)
inclusion.refused("size-1-root-another", "the leaf is the root", **EMPTY_ONE | {"leaf": leaf(0), "root": leaf(1)})
inclusion.refused("size-1-with-a-path", "no hash", **EMPTY_ONE | {"leaf": leaf(0), "root": leaf(0), "path": [leaf(1)]})

consistency = Book("merkle-consistency", "InconsistentError", "consistency path")


def grown(size: int, newer: int) -> dict:
    return {
        "size": size,
        "root": MTH(LOG[:size]),
        "newer_size": newer,
        "newer_root": MTH(LOG[:newer]),
        "path": PROOF(size, LOG[:newer]),
    }


for size, newer in (
    (1, 2),
    (1, 8),
    (2, 3),
    (3, 4),
    (3, 7),
    (4, 7),
    (4, 8),
    (6, 8),
    (7, 8),
    (5, 13),
    (64, 130),
    (65, 130),
    (129, 130),
):
    consistency.valid(f"{size}-to-{newer}", "RFC 9162 2.1.4", **grown(size, newer))
for size, newer in ((0, 0), (0, 5), (5, 5)):
    consistency.valid(f"{size}-to-{newer}", "nothing to show but equal roots", **grown(5, 13) | {
        "size": size, "root": MTH(LOG[:size]), "newer_size": newer, "newer_root": MTH(LOG[:newer]), "path": []
    })  # fmt: skip
GROWN = grown(5, 13)
PATH13 = GROWN["path"]
EQUAL = {"size": 5, "root": MTH(LOG[:5]), "newer_size": 5, "newer_root": MTH(LOG[:5]), "path": []}
for name, parts, desc, field in (
    ("sizes-exchanged", GROWN | {"size": 13, "newer_size": 5}, "the older size first", "sizes"),
    ("size-negative", GROWN | {"size": -1}, "the older size first", "sizes"),
    (
        "roots-exchanged",
        GROWN | {"root": GROWN["newer_root"], "newer_root": GROWN["root"]},
        "other roots",
        "consistency path",
    ),
    ("root-bit-flipped", GROWN | {"root": flip(GROWN["root"])}, "another older root", "consistency path"),
    (
        "newer-root-bit-flipped",
        GROWN | {"newer_root": flip(GROWN["newer_root"])},
        "another newer root",
        "consistency path",
    ),
    ("root-of-a-fork", GROWN | {"root": MTH(FORK[:5])}, "another history", "consistency path"),
    ("newer-root-of-a-fork", GROWN | {"newer_root": MTH(FORK[:13])}, "another history", "consistency path"),
    ("path-of-a-fork", GROWN | {"path": PROOF(5, FORK[:13])}, "another history", "consistency path"),
    ("size-another", GROWN | {"size": 6}, "another number of hashes", "consistency path"),
    ("newer-size-another", GROWN | {"newer_size": 17}, "another number of hashes", "consistency path"),
    ("path-empty", GROWN | {"path": []}, "hashes are missing", "consistency path"),
    ("path-too-short", GROWN | {"path": PATH13[:-1]}, "a hash is missing", "consistency path"),
    ("path-too-long", GROWN | {"path": [*PATH13, PATH13[-1]]}, "a hash too many", "consistency path"),
    ("path-reversed", GROWN | {"path": PATH13[::-1]}, "the order of RFC 9162", "consistency path"),
    ("path-bit-flipped", GROWN | {"path": [flip(PATH13[0]), *PATH13[1:]]}, "other roots", "consistency path"),
    ("path-with-a-hash-of-31-bytes", GROWN | {"path": [PATH13[0][:31], *PATH13[1:]]}, "32 bytes", "hash"),
    ("root-empty", GROWN | {"root": b""}, "32 bytes", "hash"),
    (
        "power-of-two-with-its-own-root-first",
        grown(4, 7) | {"path": [MTH(LOG[:4]), *PROOF(4, LOG[:7])]},
        "RFC 9162 leaves it out",
        "consistency path",
    ),
    ("power-of-two-with-another-root", grown(4, 7) | {"root": MTH(FORK[:4])}, "another newer root", "consistency path"),
    ("equal-sizes-with-a-path", EQUAL | {"path": [leaf(0)]}, "no hashes", "consistency path"),
    ("equal-sizes-with-two-roots", EQUAL | {"newer_root": MTH(FORK[:5])}, "equal roots", "consistency path"),
    ("size-0-with-a-path", EQUAL | {"size": 0, "root": H(), "path": [leaf(0)]}, "no hashes", "consistency path"),
    ("size-0-with-a-root", EQUAL | {"size": 0}, "the empty root", "consistency path"),
):
    consistency.refused(name, desc, field=field, **parts)

shared = Book("shared-path", "NotIncludedError", "path")


def known(size: int, positions: tuple[int, ...]) -> dict:
    leaves = {str(each): leaf(each) for each in positions}
    return {"size": size, "leaves": leaves, "path": b"".join(shared_path(LOG[:size], positions))}


for size, positions in (
    (1, (0,)),
    (2, (0, 1)),
    (7, (3,)),
    (7, (6,)),
    (13, (0, 5, 12)),
    (130, (1, 2, 64, 129)),
    (9, tuple(range(9))),
):
    names = "-".join(map(str, positions)) if len(positions) < 9 else "all"
    shared.valid(f"leaves-{names}-of-{size}", "left before right", {"root": MTH(LOG[:size])}, **known(size, positions))
SHARED = known(13, (0, 5, 12))
for name, changes, desc, error, field in (
    ("hash-too-many", {"path": SHARED["path"] + bytes(32)}, "every hash is used", None, "path"),
    ("hash-too-few", {"path": SHARED["path"][:-32]}, "none is missing", None, "path"),
    ("empty", {"path": b""}, "none is missing", None, "path"),
    ("half-a-hash", {"path": SHARED["path"] + bytes(16)}, "32 bytes a hash", "MalformedError", "path"),
    ("leaf-of-the-size", {"leaves": {"0": leaf(0), "13": leaf(5)}}, "less than the size", None, "path"),
    ("leaf-negative", {"leaves": {"-1": leaf(0)}}, "not negative", None, "path"),
    ("no-leaf", {"leaves": {}}, "at least one", None, "path"),
    ("size-0", {"size": 0}, "a tree with leaves", None, "path"),
    (
        "for-a-leaf-that-is-not-known",
        {"leaves": {"0": leaf(0), "12": leaf(12)}},
        "hashes beside leaf 5 are not asked for",
        None,
        "path",
    ),
):
    shared.refused(name, desc, error=error, field=field, **SHARED | changes)
