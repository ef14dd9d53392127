"""Evidence bundles: docs/formats.md, section 17."""

import hashlib
import json

import cbor2

from tests.vectors.recipe import Book
from tests.vectors.recipes.proof_files import altered, with_part, without
from tests.vectors.recipes.spell import flip
from tests.vectors.recipes.traces import FILES, recorded
from tests.vectors.recipes.traces_by_step import OTHER_CHARTER

TOLD = json.loads((FILES / "bundles.json").read_text())
BASE = {"policy": TOLD["policy"], "at": TOLD["at"]}
SOURCE = bytes.fromhex(TOLD["source"])
FILE = "order.bundle"
(TRACE,) = cbor2.loads(recorded(FILE))[2][2]

NAMED = [TOLD["payment"], "/source", "application/xml", hashlib.sha256(SOURCE).hexdigest(), len(SOURCE)]
WHOLE = {"purpose": "dispute", "outcomes": ["verified"], "exit": 0, "attachments": [[*NAMED, True]]}
ABSENT = WHOLE | {"attachments": [[*NAMED, False]]}

bundle = Book("evidence-bundle", field="suyuan bundle")
bundle.valid("with-an-attachment", "a payment's source goes along", WHOLE, file=FILE, **BASE)
bundle.valid("attachment-left-out", "one that is named may be missing", ABSENT,
             **with_part(FILE, 3, lambda _: []), **BASE)  # fmt: skip
bundle.valid("for-a-bank", "the purpose is the maker's word", WHOLE | {"purpose": "bank"},
             **with_part(FILE, 1, lambda _: "bank"), **BASE)  # fmt: skip
bundle.valid("one-proof-twice", "an attachment is named once for an event and pointer",
             WHOLE | {"outcomes": ["verified"] * 2}, **with_part(FILE, 2, lambda traces: traces * 2),
             **BASE)  # fmt: skip
bundle.valid("with-an-altered-proof", "each proof has its own verdict; the gravest counts",
             WHOLE | {"outcomes": ["verified", "altered"], "exit": 1},
             **with_part(FILE, 2, lambda traces: [*traces, recorded("item.trace")]), **BASE)  # fmt: skip
bundle.valid("with-an-unreadable-proof", "it tells no story, so nobody knows what it would name",
             WHOLE | {"outcomes": ["unreadable"], "exit": 4, "attachments": []},
             **with_part(FILE, 2, lambda _: [b""]), **BASE)  # fmt: skip
bundle.valid("altered-and-unreadable", "altered is graver than unreadable",
             WHOLE | {"outcomes": ["unreadable", "altered"], "exit": 1, "attachments": []},
             **with_part(FILE, 2, lambda _: [b"", recorded("item.trace")]), **BASE)  # fmt: skip
bundle.valid("proof-of-another-ledger", "its own verdict says so",
             WHOLE | {"outcomes": ["altered"], "exit": 1, "attachments": []},
             file=FILE, **BASE | {"policy": OTHER_CHARTER})  # fmt: skip

bundle.refused("another-word", "no bundle", field="file", **altered(FILE, lambda file: ["suyuan trace", *file[1:]]),
               **BASE)  # fmt: skip
bundle.refused("version-2", "a format to come", error="UnsupportedError", field="suyuan bundle version",
               **altered(FILE, lambda file: [file[0], 2, file[2]]), **BASE)  # fmt: skip
bundle.refused("without-a-purpose", "labels 1, 2 and 3", **altered(FILE, without(1)), **BASE)
bundle.refused("label-more", "labels 1, 2 and 3", **altered(FILE, lambda file: [*file[:2], file[2] | {4: []}]), **BASE)
bundle.refused("purpose-of-nobody", "one of four", field="purpose", **with_part(FILE, 1, lambda _: "police"), **BASE)
bundle.refused("no-proof", "one at least", field="traces", **with_part(FILE, 2, lambda _: []), **BASE)
bundle.refused("proofs-too-many", "64 at most", field="traces", **with_part(FILE, 2, lambda _: [b""] * 65), **BASE)
bundle.refused("proof-as-a-text", "files as byte strings", field="traces",
               **with_part(FILE, 2, lambda _: ["proof"]), **BASE)  # fmt: skip
bundle.refused("attachment-twice", "none twice", field="attachments",
               **with_part(FILE, 3, lambda held: held * 2), **BASE)  # fmt: skip
bundle.refused("attachments-in-another-order", "by SHA-256", field="attachments",
               **with_part(FILE, 3, lambda held: sorted([*held, b"another"], key=lambda each: hashlib.sha256(each)
                                                        .digest(), reverse=True)),
               **BASE)  # fmt: skip
UNNAMED = {"error": "MismatchError", "field": "attachments", **BASE}
bundle.refused("attachment-altered", "its hash is in a disclosure",
               **with_part(FILE, 3, lambda held: [flip(held[0])]), **UNNAMED)  # fmt: skip
bundle.refused("attachment-that-nothing-names", "a disclosure names each",
               **with_part(FILE, 3, lambda held: sorted([*held, b"another"],
                                                        key=lambda each: hashlib.sha256(each).digest())),
               **UNNAMED)  # fmt: skip
