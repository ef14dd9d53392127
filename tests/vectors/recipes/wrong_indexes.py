"""Evidence of wrong indexes: docs/formats.md, section 17."""

import json

from tests.vectors.recipe import Book
from tests.vectors.recipes.proof_files import with_part
from tests.vectors.recipes.spell import flip
from tests.vectors.recipes.traces import FILES
from tests.vectors.recipes.traces_by_step import OTHER_CHARTER

TOLD = json.loads((FILES / "indexes.json").read_text())


def base(name):
    """Return for whom and when a file is confirmed."""
    return {each: TOLD[name][each] for each in ("policy", "at")}


index = Book("wrong-index-evidence", "MismatchError", "log root")
for name, told in TOLD.items():
    index.valid(name, "the block makes another root than the seal has", told["facts"],
                file=f"{name}.evidence", **base(name))  # fmt: skip
    index.refused(f"{name}-path-altered", "it gives the root", **with_part(f"{name}.evidence", 10, flip), **base(name))

FILE, BASE = "event-left-out.evidence", base("event-left-out")
PROOF = {"error": "NotIndexedError", "field": "index proof", **BASE}
SHAPE = {"error": "MalformedError", **BASE}


def grown(history):
    """Return a history of which one entry more is told."""
    key, count, subtrees = history
    return [key, count + 1, subtrees + bytes(32 * ((count + 1).bit_count() - count.bit_count()))]


index.refused("of-another-ledger", "leaf 0 is pinned", file=FILE, error="UntrustedError", field="charter",
              **BASE | {"policy": OTHER_CHARTER})  # fmt: skip
index.refused("head-altered", "the statement stands in the log",
              **with_part(FILE, 8, lambda parts: [
                  [*parts[0][:6], [[parts[0][6][0][0], flip(parts[0][6][0][1]), *parts[0][6][0][2:]]]]
              ]), **BASE)  # fmt: skip
index.refused("statement-left-out", "every leaf of the block",
              **with_part(FILE, 8, lambda parts: [[parts[0][0] + 1, *parts[0][1:]]]),
              **SHAPE, field="block")  # fmt: skip
index.refused("events-of-a-larger-batch", "every event of the block",
              **with_part(FILE, 8, lambda parts: [[*parts[0][:3], 2, *parts[0][4:5], bytes(32), parts[0][6]]]),
              **SHAPE, field="block")  # fmt: skip
index.refused("without-seals", "the block's at least", field="headers",
              **with_part(FILE, 5, lambda seals: seals[:0]), **SHAPE)  # fmt: skip
index.refused("without-the-seal-before", "the seal before the block, and the block's", field="seals",
              **with_part(FILE, 5, lambda seals: seals[-1:]), **SHAPE)  # fmt: skip
index.refused("histories-turned-round", "by key", field="histories",
              **with_part(FILE, 14, lambda histories: [*histories, [bytes(32), 1, bytes(32)]]), **SHAPE)  # fmt: skip
index.refused("history-twice", "each key once", field="histories",
              **with_part(FILE, 14, lambda histories: [histories[0], *histories]), **SHAPE)  # fmt: skip
index.refused("history-of-no-entries", "those that had events before", field="history",
              **with_part(FILE, 14, lambda histories: [[histories[0][0], 0, b""], *histories[1:]]),
              **SHAPE)  # fmt: skip
index.refused("history-with-a-subtree-more", "a hash for each complete subtree", field="history",
              **with_part(FILE, 14, lambda histories: [
                  [histories[0][0], histories[0][1], histories[0][2] + bytes(32)], *histories[1:]
              ]), **SHAPE)  # fmt: skip
index.refused("history-that-is-not-entered", "only those that the block enters", field="histories",
              **with_part(FILE, 14, lambda histories: [[bytes(32), 1, bytes(32)], *histories]), **SHAPE)  # fmt: skip
index.refused("history-of-another-count", "as the seal before has it",
              **with_part(FILE, 14, lambda histories: [grown(histories[0]), *histories[1:]]), **PROOF)  # fmt: skip
index.refused("history-left-untold", "with the value that is there",
              **with_part(FILE, 14, lambda histories: histories[1:]), **PROOF)  # fmt: skip
index.refused("proof-altered", "it gives the root before",
              **with_part(FILE, 7, lambda proof: [proof[0], flip(proof[1]), proof[2]]), **PROOF)  # fmt: skip
index.refused("envelope-twice", "each leaf once", field="envelopes.leaf",
              **with_part(FILE, 15, lambda _: [[53, b""], [53, b""]]), **SHAPE)  # fmt: skip
index.refused("envelope-that-is-none", "an entry of the log", field="envelope",
              **with_part(FILE, 15, lambda _: [[53, b"\xa0"]]), **SHAPE)  # fmt: skip
