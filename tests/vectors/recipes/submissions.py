"""Submissions and batch answers: docs/formats.md, section 16."""

from typing import Any

from tests.vectors.recipe import Book
from tests.vectors.recipes.bodies import BODY, SALT, of, spelt
from tests.vectors.recipes.spell import H, cbor
from tests.vectors.recipes.statements import HEADS, WHOLE, without

BODIES = [spelt(BODY).encode()] * 3
DISCLOSED = of([SALT, "/buyer/name", "\u5f20\u4e09"])
CONTENT = {1: WHOLE, 2: HEADS, 3: BODIES, 4: [[DISCLOSED], [], []], 5: [b"\x89PNG"]}

book = Book("submission")


def add(name: str, desc: str, content: dict[int, Any]) -> None:
    count = len(content[2])
    facts = {
        "statement": content[1],
        "heads": content[2],
        "bodies": content[3],
        "disclosures": content.get(4, [[]] * count),
        "attachments": content.get(5, []),
    }
    book.valid(name, desc, facts, hex=cbor(["suyuan submission", 1, content]))


add("whole", "statement, heads, bodies, disclosures, attachment", CONTENT)
add("without-disclosures", "left out where there are none at all", without(without(CONTENT, 4), 5))
add("without-attachments", "left out where there are none", without(CONTENT, 5))
add("parts-that-are-none", "a submission is not judged by its shape", {1: b"", 2: [b""], 3: [b""]})


def refused(name: str, desc: str, content: Any, field: str = "submission") -> None:
    book.refused(name, desc, field=field, hex=cbor(["suyuan submission", 1, content]))


for label, word in ((1, "statement"), (2, "heads"), (3, "bodies")):
    refused(f"{word}-missing", "a submission has it", without(CONTENT, label))
for name, label, value, desc, field in (
    ("label-6", 6, b"", "labels go from 1 to 5", "submission"),
    ("statement-text", 1, WHOLE.hex(), "bytes", "submission.statement"),
    ("heads-empty", 2, [], "1 to 4,096", "submission.heads"),
    ("heads-of-4097", 2, [b""] * 4097, "1 to 4,096", "submission.heads"),
    ("heads-as-maps", 2, [{}, {}, {}], "bytes", "submission.heads"),
    ("heads-fewer-than-bodies", 2, HEADS[:2], "one of each", "submission"),
    ("bodies-fewer-than-heads", 3, BODIES[:2], "one of each", "submission"),
    ("bodies-as-text", 3, ["{}", "{}", "{}"], "bytes", "submission.bodies"),
    ("disclosures-fewer-than-heads", 4, [[DISCLOSED]], "one list for each event", "submission"),
    ("disclosures-all-empty", 4, [[], [], []], "left out where there are none", "submission.disclosures"),
    (
        "disclosures-not-in-lists",
        4,
        [DISCLOSED, DISCLOSED, DISCLOSED],
        "one list for each event",
        "submission.disclosures",
    ),
    ("disclosures-in-bytes", 4, [[DISCLOSED.encode()], [], []], "texts", "submission.disclosures"),
    ("attachments-empty", 5, [], "left out where there are none", "submission.attachments"),
    ("attachments-as-text", 5, ["a"], "bytes", "submission.attachments"),
):
    refused(name, desc, CONTENT | {label: value}, field)
refused("content-array", "a map", list(CONTENT.values()))
for name, value, desc in (
    ("word-another", ["suyuan trace", 1, CONTENT], "its word"),
    ("word-in-bytes", [b"suyuan submission", 1, CONTENT], "its word"),
    ("of-two-members", ["suyuan submission", 1], "[word, version, content]"),
    ("as-map", CONTENT, "[word, version, content]"),
):
    book.refused(name, desc, hex=cbor(value))
for name, content in (("version-2", CONTENT), ("version-2-of-another-shape", [])):
    book.refused(
        name,
        "looked at before the content",
        error="UnsupportedError",
        field="version",
        hex=cbor(["suyuan submission", 2, content]),
    )
book.refused("trailing-byte", "nothing follows", hex=cbor(["suyuan submission", 1, CONTENT]) + b"\x00")

answer = Book("batch-answer", field="batch")
STATES = [BODIES[0], 1, [2, H(b"order")], 3]
shown = [[HEADS[place % 3], state] for place, state in enumerate(STATES)]
facts = {"heads": [head for head, _ in shown], "bodies": [BODIES[0], None, None, None]}
answer.valid("every-state", "shown, restricted, erased, missing", facts, hex=cbor(["suyuan batch", 1, shown]))
for name, events, desc in (
    ("no-event", [], "1 to 4,096"),
    ("state-0", [[HEADS[0], 0]], "1, [2, order] or 3"),
    ("state-null", [[HEADS[0], None]], "1, [2, order] or 3"),
    ("state-2-without-order", [[HEADS[0], 2]], "1, [2, order] or 3"),
    ("order-of-31-bytes", [[HEADS[0], [2, bytes(31)]]], "32 bytes"),
    ("head-as-text", [["head", 1]], "bytes"),
    ("event-of-three-members", [[HEADS[0], 1, 1]], "[head, state]"),
):
    answer.refused(name, desc, hex=cbor(["suyuan batch", 1, events]))
answer.refused("version-2", "version 1", error="UnsupportedError", hex=cbor(["suyuan batch", 2, shown]))
