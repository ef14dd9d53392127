"""Evidence of events that could not be said in that place: docs/formats.md, section 17."""

import json
from typing import Any

import cbor2

from tests.vectors.recipes.convictions import statement
from tests.vectors.recipes.proof_files import altered, with_part, without
from tests.vectors.recipes.spell import H, flip
from tests.vectors.recipes.traces import FILES, recorded
from tests.vectors.recipes.traces_by_step import OTHER_CHARTER

PLACES = json.loads((FILES / "places.json").read_text())
BASE = {"policy": PLACES["policy"], "at": PLACES["time"]}
JOIN, OPENING = "strangers-join.evidence", "unit-of-anothers-prefix.evidence"


def first_event(member: int, change: Any) -> Any:
    """The parts with another member of the first event of the first."""

    def changed(parts: list[Any]) -> list[Any]:
        (*said, (event, *events)), *others = parts
        return [[*said, [[*event[:member], change(event[member]), *event[member + 1 :]], *events]], *others]

    return changed


for name, told in PLACES["statements"].items():
    file = f"{name}.evidence"
    ((leaf, *_, ((position, head, *_),)),) = cbor2.loads(recorded(file))[2][8]
    assert leaf == told["leaf"]
    facts = {"origin": PLACES["origin"], "leaf": leaf, "position": position, "event": H(b"\x00", head)}
    statement.valid(name, "section 13 forbids it there", facts | {"reason": told["reason"]}, file=file, **BASE)
    statement.refused(f"{name}-path-altered", "it gives the root", **with_part(file, 10, flip), **BASE)

for name, desc, error, field, given in (
    ("trace-of-another-head", "the events of a trace stand in the log", "MismatchError", "log root",
     with_part(JOIN, 18, first_event(1, flip))),
    ("trace-with-a-body-missing", "heads only", "MismatchError", "traces",
     with_part(JOIN, 18, first_event(2, lambda _: 3))),
    ("traces-without-index-proof", "9 and 18, both or neither", "MalformedError", "traces", altered(JOIN, without(9))),
    ("index-proof-without-traces", "9 and 18, both or neither", "MalformedError", "traces",
     altered(OPENING, without(18))),
    ("traces-index-proof-altered", "it gives the index root", "NotIndexedError", "index proof",
     with_part(JOIN, 9, lambda proof: [proof[0], flip(proof[1]), proof[2]])),
    ("opening-with-body-not-shown", "whose prefix it is stands in the body", "InconsistentError", "statement",
     with_part(OPENING, 8, first_event(2, lambda _: 1))),
):  # fmt: skip
    statement.refused(name, desc, error=error, field=field, **given, **BASE)
statement.refused("place-of-another-ledger", "leaf 0 is pinned", error="UntrustedError", field="charter", file=JOIN,
                  **BASE | {"policy": OTHER_CHARTER})  # fmt: skip
