"""Evidence of acts that the registry does not allow, of what is said too early, and out of time: sections 12 to 17."""

import json

import cbor2

from tests.vectors.recipe import Book
from tests.vectors.recipes.convictions import statement
from tests.vectors.recipes.foreign import envelope
from tests.vectors.recipes.proof_files import altered, with_part, without
from tests.vectors.recipes.spell import flip
from tests.vectors.recipes.traces import FILES, recorded
from tests.vectors.recipes.traces_by_step import OTHER_CHARTER

TOLD = json.loads((FILES / "registry.json").read_text())
BASE = {"policy": TOLD["acts"]["policy"], "at": TOLD["acts"]["time"]}


def without_its_body(parts):
    """The statement of an event of which only the head is shown."""
    return [[*parts[0][:6], [[*parts[0][6][0][:2], 1, []]]]]


act = Book("inadmissible-act-evidence", "MismatchError", "log root")
for name, facts in TOLD["acts"]["told"].items():
    file = f"{name}.evidence"
    told = {"origin": TOLD["acts"]["origin"], **facts}
    act.valid(name, "the registry before it does not allow it", told, file=file, **BASE)
    act.refused(f"{name}-path-altered", "it gives the root", **with_part(file, 10, flip), **BASE)
    act.refused(f"{name}-body-not-shown", "what it says is shown", field="act",
                **with_part(file, 8, without_its_body), **BASE)  # fmt: skip
act.refused("taken", "the registry takes it", error="InconsistentError", field="act",
            file="act-that-is-taken.evidence", **BASE)  # fmt: skip
act.refused("about-an-order-taken", "the registry takes it", error="InconsistentError", field="act",
            file="act-about-an-order-that-is-taken.evidence", **BASE)  # fmt: skip
GRANT, WHOLE = "act-about-anothers-event.evidence", "act-by-further-histories.evidence"
NAMES = cbor2.loads(recorded(WHOLE))[2][20]
for name, desc, error, field, given in (
    ("names-in-another-order", "sorted", "MalformedError", "further", with_part(WHOLE, 20, lambda all_: all_[::-1])),
    ("name-twice", "each once", "MalformedError", "further", with_part(WHOLE, 20, lambda all_: [all_[0], *all_])),
    ("name-of-31-bytes", "32 bytes", "MalformedError", "further",
     with_part(WHOLE, 20, lambda all_: [all_[0][:31], *all_[1:]])),
    ("name-left-out", "what is shown rests on something", "MismatchError", "registry",
     with_part(WHOLE, 20, lambda _: [])),
    ("name-more", "the histories are whole", "NotIndexedError", "index proof",
     with_part(WHOLE, 20, lambda all_: sorted([*all_, bytes(32)]))),
    ("answered-left-out", "a seal that covers nothing shown is none of it", "MismatchError", "seals",
     with_part(GRANT, 18, lambda _: [])),
    ("answered-with-a-body-missing", "heads of what is no act", "MismatchError", "answered",
     with_part(GRANT, 18, lambda parts: [[*parts[0][:6], [[*parts[0][6][0][:2], 3, []]]], *parts[1:]])),
    ("without-names", "20, empty perhaps", "MalformedError", "suyuan evidence", altered(GRANT, without(20))),
    ("of-another-ledger", "leaf 0 is pinned", "UntrustedError", "charter", {"file": GRANT}),
):  # fmt: skip
    base = BASE | ({"policy": OTHER_CHARTER} if name == "of-another-ledger" else {})
    act.refused(name, desc, error=error, field=field, **given, **base)

for name, facts in TOLD["early"]["told"].items():
    book = envelope if name.startswith("envelope") else statement
    file, told = f"{name}.evidence", {"origin": TOLD["early"]["origin"], **facts}
    book.valid(name, "the founding charter waits for approvals", told, file=file, **BASE)
    book.refused(f"{name}-path-altered", "it gives the root", **with_part(file, 10, flip), **BASE)
    book.refused(f"{name}-by-no-history", "the ledger's history is whole", field="seals",
                 **with_part(file, 16, lambda parts: parts[:1]), **BASE)  # fmt: skip

TIMED = {"policy": TOLD["timed"]["policy"], "at": TOLD["timed"]["time"]}
for name, facts in TOLD["timed"]["told"].items():
    file, told = f"{name}.evidence", {"origin": TOLD["timed"]["origin"], **facts}
    statement.valid(name, "section 15 refuses it there, by the times that are claimed before", told, file=file, **TIMED)
    statement.refused(f"{name}-path-altered", "it gives the root", **with_part(file, 10, flip), **TIMED)
    statement.refused(f"{name}-index-proof-altered", "it gives the index root", error="NotIndexedError",
                      field="index proof",
                      **with_part(file, 19, lambda proof: [proof[0], flip(proof[1]), proof[2]]), **TIMED)  # fmt: skip
