"""Evidence of a rollback, and of statements that could not be said: docs/formats.md, section 17."""

import json

import cbor2

from tests.vectors.recipe import Book
from tests.vectors.recipes.proof_files import with_part
from tests.vectors.recipes.spell import H, flip
from tests.vectors.recipes.traces import FILES, recorded
from tests.vectors.recipes.traces_by_step import OTHER_CHARTER

LIES = json.loads((FILES / "lies.json").read_text())
BASE = {"policy": LIES["policy"], "at": LIES["time"]}
OTHERS = {"error": "UntrustedError", "field": "charter", **BASE, "policy": OTHER_CHARTER}

rollback = Book("rollback-evidence", "InconsistentError", "checkpoints")
BACK = "rollback.evidence"
rollback.valid("signed-later", "the smaller size has the later time", {"origin": LIES["origin"], **LIES["rollback"]},
               file=BACK, **BASE)  # fmt: skip
rollback.refused("larger-size-first", "the smaller first", **with_part(BACK, 11, lambda pair: pair[::-1]), **BASE)
rollback.refused("one-checkpoint-twice", "two sizes", **with_part(BACK, 11, lambda pair: [pair[0]] * 2), **BASE)
rollback.refused("of-another-ledger", "leaf 0 is pinned", file=BACK, **OTHERS)
rollback.refused("size-altered", "the ledger signed both", error="BadSignatureError", field="checkpoint signature",
                 **with_part(BACK, 11, lambda pair: [pair[0].replace(b"\n8\n", b"\n7\n"), pair[1]]),
                 **BASE)  # fmt: skip

statement = Book("statement-evidence", "MismatchError", "log root")
for name, said in LIES["statements"].items():
    file = f"{name}.evidence"
    ((leaf, *_, ((position, head, *_),)),) = cbor2.loads(recorded(file))[2][8]
    assert leaf == said["leaf"]
    told = {"origin": LIES["origin"], "leaf": leaf, "position": position, "event": H(b"\x00", head)}
    statement.valid(name, f"the rule that does not hold: {said['reason']}", told | {"reason": said["reason"]},
                    file=file, **BASE)  # fmt: skip
    statement.refused(f"{name}-of-another-head", "the statement stands in the log",
                      **with_part(file, 8, lambda parts: [
                          [*parts[0][:6], [[parts[0][6][0][0], flip(parts[0][6][0][1]), *parts[0][6][0][2:]]]]
                      ]), **BASE)  # fmt: skip
    statement.refused(f"{name}-path-altered", "it gives the root", **with_part(file, 10, flip), **BASE)

HELD = "links-of-another-body.evidence"
statement.refused("body-not-shown", "links follow from it: nothing else speaks against this one",
                  error="InconsistentError", field="statement",
                  **with_part(HELD, 8, lambda parts: [
                      [*parts[0][:6], [[*parts[0][6][0][:2], 1, []]]]
                  ]), **BASE)  # fmt: skip
statement.refused("body-altered", "a body is hashed by its head", field="body",
                  **with_part(HELD, 8, lambda parts: [
                      [*parts[0][:6], [[*parts[0][6][0][:2], parts[0][6][0][2] + b" ", []]]]
                  ]), **BASE)  # fmt: skip
statement.refused("of-another-ledger", "leaf 0 is pinned", file=HELD, **OTHERS)
