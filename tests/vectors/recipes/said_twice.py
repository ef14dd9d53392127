"""Evidence of what was said twice: docs/formats.md, section 17."""

import json

from tests.vectors.recipe import Book
from tests.vectors.recipes.proof_files import with_part
from tests.vectors.recipes.spell import flip
from tests.vectors.recipes.traces import FILES
from tests.vectors.recipes.traces_by_step import OTHER_CHARTER

TOLD = json.loads((FILES / "twice.json").read_text())
BASE = {"policy": TOLD["policy"], "at": TOLD["time"]}
NUMBER, ID, BATCH = "number-twice.evidence", "id-twice.evidence", "id-twice-in-a-batch.evidence"

twice = Book("said-twice-evidence", "MismatchError", "log root")
for name, facts in TOLD["twice"].items():
    twice.valid(name, f"the {facts['reason']} stands at two places", {"origin": TOLD["origin"], **facts},
                file=f"{name}.evidence", **BASE)  # fmt: skip
    twice.refused(f"{name}-path-altered", "it gives the root", **with_part(f"{name}.evidence", 10, flip), **BASE)


def changed(place, value):
    """Return what gives the last statement part another member."""
    return lambda parts: [*parts[:-1], [*parts[-1][:place], value(parts[-1][place]), *parts[-1][place + 1 :]]]


twice.refused("number-of-another-range", "the statement says its number",
              **with_part(NUMBER, 8, changed(2, lambda first: first + 1)), **BASE)  # fmt: skip
twice.refused("statement-at-another-leaf", "it stands in the log",
              **with_part("statement-twice.evidence", 8, changed(0, lambda leaf: leaf + 1)), **BASE)  # fmt: skip
twice.refused("id-of-another-head", "the statement stands in the log",
              **with_part(ID, 8, changed(6, lambda events: [
                  [events[0][0], flip(events[0][1]), *events[0][2:]]
              ])), **BASE)  # fmt: skip
twice.refused("one-event", "two in all", error="MalformedError", field="statements",
              **with_part(BATCH, 8, changed(6, lambda events: events[:1])), **BASE)  # fmt: skip
twice.refused("three-events", "two in all", error="MalformedError", field="statements",
              **with_part(BATCH, 8, changed(6, lambda events: [[0, *events[0][1:]], *events])), **BASE)  # fmt: skip
twice.refused("body-shown", "heads are enough", error="MalformedError", field="statements",
              **with_part(ID, 8, changed(6, lambda events: [[*events[0][:2], b"{}", []]])), **BASE)  # fmt: skip
twice.refused("of-another-ledger", "leaf 0 is pinned", file=ID, error="UntrustedError", field="charter",
              **BASE | {"policy": OTHER_CHARTER})  # fmt: skip
for name, desc in (
    ("said-once", "two statements of one key, each with numbers and ids of its own"),
    ("id-in-anothers-name", "a head that names another issuer than its statement is no use of that issuer's id"),
):
    twice.refused(name, desc, error="InconsistentError", field="statements", file=f"{name}.evidence", **BASE)
