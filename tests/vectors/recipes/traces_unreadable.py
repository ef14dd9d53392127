"""Trace proofs that cannot be read: docs/formats.md, section 17."""

from tests.vectors.recipes.spell import cbor
from tests.vectors.recipes.traces import bent, edit, event_with, part, recorded, refused

BAD = {"outcome": "unreadable", "step": None, "error": "MalformedError"}
NEW = {"outcome": "unsupported", "step": None, "error": "UnsupportedError", "field": "suyuan trace version"}
WHOLE = recorded("item.trace")
for name, spelling, desc in (
    ("empty", b"", "no item at all"),
    ("cut", WHOLE[:-1], "a byte is missing"),
    ("trailing-byte", WHOLE + b"\x00", "nothing follows"),
    ("word-in-indefinite-form", b"\x9f" + WHOLE[1:] + b"\xff", "definite lengths"),
    ("version-in-two-bytes", WHOLE.replace(b"\x01\xaa\x01", b"\x18\x01\xaa\x01", 1), "the shortest form"),
):
    refused(name, desc, **BAD, field="suyuan trace", **edit("item.trace", spelling))
refused("word-another", "the word first", **BAD, field="file", **bent(lambda file: ["suyuan event", *file[1:]]))
refused("version-2", "then the version", **NEW, **bent(lambda file: [file[0], 2, file[2]]))
refused("version-2-of-another-shape", "before the content", **NEW, **edit("item.trace", cbor(["suyuan trace", 2, []])))
refused("label-11", "labels go from 1 to 10", **BAD, field="suyuan trace", **bent(lambda file: [
    *file[:2], file[2] | {11: b""}
]))  # fmt: skip
for label, word in ((2, "subject"), (5, "seals"), (9, "index-proof")):
    refused(f"{word}-missing", "labels go from 1 to 10", **BAD, field="suyuan trace", **bent(
        lambda file, label=label: [*file[:2], {key: each for key, each in file[2].items() if key != label}]
    ))  # fmt: skip
for name, label, change, desc, field in (
    ("walk-unknown", 1, lambda _: "all", "public or parties", "walk"),
    ("subject-in-another-spelling", 2, lambda uri: uri + "/", "one spelling", "subject"),
    ("headers-unsorted", 4, lambda table: table[::-1], "sorted", "headers"),
    ("header-twice", 4, lambda table: [*table, table[-1]], "each once", "headers"),
    ("header-unused", 4, lambda table: [*table, b"\xff"], "each used", "headers"),
    ("seals-unsorted", 5, lambda seals: seals[::-1], "by leaf", "seals"),
    ("seal-of-a-header-beyond-the-table", 5, lambda seals: [[seals[0][0], 99, *seals[0][2:]]], "an index", "headers"),
    ("statements-unsorted", 8, lambda parts: parts[::-1], "by leaf", "trace.leaf"),
    ("statement-twice", 8, lambda parts: [*parts, parts[-1]], "by leaf", "trace.leaf"),
    ("statement-without-events", 8, lambda parts: [[*parts[0][:6], []], *parts[1:]], "an event or more", "trace[0]"),
    ("count-0", 8, lambda parts: [[*parts[0][:3], 0, *parts[0][4:]], *parts[1:]], "1 to 4,096", "trace[0].count"),
    (
        "body-state-4",
        8,
        lambda parts: [event_with(parts[0], 2, 4), *parts[1:]],
        "bytes, 1, [2, order] or 3",
        "trace[0]",
    ),
    ("position-of-the-count", 8, lambda parts: [event_with(parts[0], 0, 1), *parts[1:]], "below the count", "trace[0]"),
    ("index-proof-of-two-strings", 9, lambda proof: proof[:2], "three byte strings", "trace index proof"),
    ("checkpoint-as-text", 3, lambda note: note.decode(), "bytes", "checkpoint"),
):
    refused(name, desc, **BAD, field=field, **part(label, change))
