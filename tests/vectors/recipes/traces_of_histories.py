"""Proofs of one history, and of a story with events outside it: docs/formats.md, sections 5, 17 and 18."""

import json
from copy import deepcopy
from typing import Any

import cbor2

from tests.vectors.recipes.spell import H, cbor, flip
from tests.vectors.recipes.traces import FILES, VERIFIED, absent, book, edit, recorded, refused, story

ABOUT = json.loads((FILES / "histories.json").read_text())
BASE = {"policy": ABOUT["policy"], "at": ABOUT["time"]}
SINCE = "members-since.trace"
PROOF = cbor2.loads(recorded(SINCE))
(COUNT, SUBTREES), WHOLE = PROOF[2][17], cbor2.loads(recorded("members.trace"))
STATES = {H(b"\x00", spelt): cbor2.loads(spelt).get(11) for *_, events in PROOF[2][8] for _, spelt, *_ in events}
((STATED, (_, _, NUMBER, ROOT)),) = [each for each in STATES.items() if each[1]]
assert COUNT == NUMBER
assert H(b"\x01", SUBTREES[:32], SUBTREES[32:]) == ROOT, "five entries: a subtree of four, and one"

book.valid("members", "one history, whole", {"verdict": VERIFIED, "story": story("members.trace")},
           file="members.trace", **BASE)  # fmt: skip
rest = {"rest": [COUNT, ROOT, STATED]}
book.valid("members-since-a-state", "the first five entries are not shown: an event behind them states their root",
           {"verdict": VERIFIED, "story": story(SINCE) | rest}, file=SINCE, **BASE)  # fmt: skip
book.valid("claims-absent", "a history walk proves absence, too", absent, file="claims-absent.trace", **BASE)
TOLD = story("inside.trace")
outside = [bytes.fromhex(name) for name in ABOUT["outside"]]
within = {"timeline": [each for each in TOLD["timeline"] if each[0] not in outside], "outside": outside}
book.valid("inside-for-a-while", "what happened to the container before and after stands outside the story",
           {"verdict": VERIFIED, "story": TOLD | within}, file="inside.trace", **BASE)  # fmt: skip


def bent(name: str, change: Any) -> dict[str, Any]:
    """A recorded file with other content."""
    file = deepcopy(cbor2.loads(recorded(name)))
    return edit(name, cbor([*file[:2], change(file[2])])) | BASE


def since(value: Any) -> dict[str, Any]:
    return bent(SINCE, lambda content: content | {17: value})


def without_first(content: dict[int, Any]) -> dict[int, Any]:
    """The trace part without the statement that has the state: its seal and paths stay."""
    return content | {8: content[8][1:]}


INCOMPLETE = {"outcome": "incomplete", "step": 6}
for name, desc, error, field, given in (
    ("since-of-a-count-that-nobody-stated", "one event has that state", "IncompleteError", "since",
     since([COUNT - 1, SUBTREES[:32]])),
    ("since-of-another-count-with-as-many-subtrees", "one event has that state", "IncompleteError", "since",
     since([COUNT + 1, SUBTREES])),
    ("since-of-altered-subtrees", "the state is their root", "IncompleteError", "since",
     since([COUNT, flip(SUBTREES)])),
    ("since-left-out", "the first entries are in the value", "NotIndexedError", "index proof",
     bent(SINCE, lambda content: {label: each for label, each in content.items() if label != 17})),
    ("since-of-a-history-that-is-shown-whole", "entries count once", "NotIndexedError", "index proof",
     bent("members.trace", lambda content: content | {17: [COUNT, SUBTREES]})),
    ("subject-of-another-history", "it is not absent", "NotIndexedError", "index proof",
     bent("claims-absent.trace", lambda content: content | {1: "member"})),
):  # fmt: skip
    refused(name, desc, **INCOMPLETE, error=error, field=field, **given)
refused("history-of-another-kind", "each event stands in the history", outcome="altered", step=5,
        error="MismatchError", field="trace", **bent(SINCE, lambda content: content | {1: "claim"}))  # fmt: skip
refused("since-without-the-event-that-states", "shown leaves and seals go together", outcome="altered", step=3,
        error="NotIncludedError", field="log path", **bent(SINCE, without_first))  # fmt: skip
BAD = {"outcome": "unreadable", "step": None, "error": "MalformedError"}
for name, desc, given in (
    (
        "since-in-a-trace",
        "only in a history walk",
        bent("inside.trace", lambda content: content | {17: [1, bytes(32)]}),
    ),
    ("since-of-no-entry", "one at least", since([0, b""])),
    ("since-of-a-subtree-too-many", "32 bytes a complete subtree", since([COUNT, SUBTREES + bytes(32)])),
    ("since-of-a-subtree-too-few", "32 bytes a complete subtree", since([COUNT, SUBTREES[:32]])),
    ("since-of-half-a-hash", "32 bytes a complete subtree", since([COUNT, SUBTREES[:48]])),
    ("since-of-one-member", "[count, subtrees]", since([COUNT])),
):
    refused(name, desc, **BAD, field="since", **given)
