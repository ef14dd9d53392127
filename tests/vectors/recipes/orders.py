"""Evidence of broken rules of order and wrong stated roots: docs/formats.md, sections 15 and 17."""

import json

import cbor2

from tests.vectors.recipes.convictions import statement
from tests.vectors.recipes.places import first_event
from tests.vectors.recipes.proof_files import altered, with_part, without
from tests.vectors.recipes.spell import H, flip
from tests.vectors.recipes.traces import FILES, recorded

ORDERS = json.loads((FILES / "orders.json").read_text())
BASE = {"policy": ORDERS["policy"], "at": ORDERS["time"]}
CLAIM, USE = "second-claim.evidence", "use-of-what-nobody-claimed.evidence"

for name, told in ORDERS["statements"].items():
    file = f"{name}.evidence"
    ((leaf, *_, ((position, head, *_),)),) = cbor2.loads(recorded(file))[2][8]
    assert leaf == told["leaf"]
    facts = {"origin": ORDERS["origin"], "leaf": leaf, "position": position, "event": H(b"\x00", head)}
    section = "rule 8 of section 13" if told["reason"] == "state" else "section 15"
    statement.valid(name, f"{section} refuses it there", facts | {"reason": told["reason"]}, file=file, **BASE)
    statement.refused(f"{name}-path-altered", "it gives the root", **with_part(file, 10, flip), **BASE)

PROOF = cbor2.loads(recorded(CLAIM))[2][19]
for name, desc, error, field, given in (
    ("order-of-another-head", "the events of a history stand in the log", "MismatchError", "log root",
     with_part(CLAIM, 18, first_event(1, flip))),
    ("order-with-a-body-missing", "heads only", "MismatchError", "traces",
     with_part(CLAIM, 18, first_event(2, lambda _: 3))),
    ("order-without-index-proof", "18 with either 9 or 19", "MalformedError", "traces", altered(CLAIM, without(19))),
    ("order-with-both-index-proofs", "18 with either 9 or 19", "MalformedError", "traces",
     with_part(CLAIM, 19, lambda proof: proof, {9: PROOF})),
    ("order-index-proof-altered", "it gives the index root", "NotIndexedError", "index proof",
     with_part(USE, 19, lambda proof: [proof[0], flip(proof[1]), proof[2]])),
    ("order-called-a-place", "9 is of the traces touched alone", "MismatchError", "traces",
     altered(CLAIM, lambda file: without(19)([*file[:2], file[2] | {9: PROOF}]))),
):  # fmt: skip
    statement.refused(name, desc, error=error, field=field, **given, **BASE)
