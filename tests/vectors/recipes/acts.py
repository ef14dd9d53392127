"""Evidence of registry acts by those who may not say them: docs/formats.md, sections 12 and 17."""

import json

from tests.vectors.recipes.convictions import statement
from tests.vectors.recipes.proof_files import with_part
from tests.vectors.recipes.spell import flip
from tests.vectors.recipes.traces import FILES

TOLD = json.loads((FILES / "acts.json").read_text())
REST = {  # on the history of what they end: without their body that is too much
    "act-against-anothers-key", "act-against-anothers-mandate", "act-of-administrators-against-anothers-key",
    "act-against-a-key-of-its-own-statement",
}  # fmt: skip
BASE = {"policy": TOLD["policy"], "at": TOLD["time"]}

for name, facts in TOLD["told"].items():
    file = f"{name}.evidence"
    statement.valid(name, "who signed it may not say it", {"origin": TOLD["origin"], **facts}, file=file, **BASE)
    statement.refused(f"{name}-path-altered", "it gives the root", **with_part(file, 10, flip), **BASE)
    error, field = ("MismatchError", "registry") if name in REST else ("InconsistentError", "statement")
    statement.refused(f"{name}-body-not-shown", "nothing else speaks against it", error=error,
                      field=field, **with_part(file, 8, lambda parts: [
                          [*parts[0][:6], [[*parts[0][6][0][:2], 1, []]]]
                      ]), **BASE)  # fmt: skip
statement.refused("act-of-the-giver", "a mandate is ended by who gave it", error="InconsistentError",
                  field="statement", file="act-of-the-giver.evidence", **BASE)  # fmt: skip
