"""Evidence of broken seals: docs/formats.md, section 17."""

import json

from tests.vectors.recipe import Book
from tests.vectors.recipes.proof_files import with_part
from tests.vectors.recipes.spell import flip
from tests.vectors.recipes.traces import FILES
from tests.vectors.recipes.traces_by_step import OTHER_CHARTER

TOLD = json.loads((FILES / "seals.json").read_text())
BASE = {"policy": TOLD["policy"], "at": TOLD["time"]}
ONE, TWO = "seal-of-other-leaves.evidence", "seal-behind-another.evidence"

seal = Book("broken-seal-evidence", "MismatchError", "log root")
for name, facts in TOLD["seals"].items():
    seal.valid(name, f"the chain of the seals is broken: {facts['reason']}", {"origin": TOLD["origin"], **facts},
               file=f"{name}.evidence", **BASE)  # fmt: skip
    seal.refused(f"{name}-entry-altered", "the entry stands in the log",
                 **with_part(f"{name}.evidence", 15, lambda entries: [*entries[:-1], [entries[-1][0],
                                                                                  flip(entries[-1][1])]]),
                 **BASE)  # fmt: skip
seal.refused("path-altered", "it gives the root", **with_part(TWO, 10, flip), **BASE)
seal.refused("leaves-turned-round", "by leaf", error="MalformedError", field="entries",
             **with_part(TWO, 15, lambda entries: entries[::-1]), **BASE)  # fmt: skip
seal.refused("entry-twice", "each leaf once", error="MalformedError", field="entries",
             **with_part(ONE, 15, lambda entries: entries * 2), **BASE)  # fmt: skip
seal.refused("no-entry", "one at least", error="MalformedError", field="entries",
             **with_part(ONE, 15, lambda _: []), **BASE)  # fmt: skip
seal.refused("of-another-ledger", "leaf 0 is pinned", file=ONE, error="UntrustedError", field="charter",
             **BASE | {"policy": OTHER_CHARTER})  # fmt: skip
for name, desc, error, field in (
    ("sound-seal", "a seal that joins up with the one before", "InconsistentError", "entries"),
    ("seal-of-mapping-2", "whoever does not know a format cannot call it broken", "UnsupportedError", "seal version"),
    (
        "seal-behind-another-broken-one",
        "a seal that convicts by itself is shown by itself",
        "MalformedError",
        "entries",
    ),
):
    seal.refused(name, desc, error=error, field=field, file=f"{name}.evidence", **BASE)
