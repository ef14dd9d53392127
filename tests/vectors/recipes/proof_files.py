"""Event proofs, charter files and fork evidence: docs/formats.md, section 17."""

import json
from base64 import b64decode, urlsafe_b64decode
from copy import deepcopy
from typing import Any

import cbor2

from tests.vectors.recipe import Book
from tests.vectors.recipes.spell import H, cbor, flip
from tests.vectors.recipes.traces import BASE, ITEM, edit, recorded
from tests.vectors.recipes.traces_by_step import OTHER_CHARTER


def altered(name: str, change: Any) -> dict[str, Any]:
    """A recorded file after a change to its decoded form."""
    value = deepcopy(cbor2.loads(recorded(name)))
    return edit(name, cbor(change(value)))


def with_part(name: str, label: int, change: Any, then: dict[int, Any] | None = None) -> dict[str, Any]:
    """A recorded file with one part exchanged for what `change` makes of it, and perhaps others."""
    return altered(name, lambda file: [*file[:2], file[2] | {label: change(file[2][label])} | (then or {})])


def without(label: int) -> Any:
    return lambda file: [*file[:2], {key: each for key, each in file[2].items() if key != label}]


event = Book("event-proof", field="suyuan event")
FILE = "departing.event"
EVENT = cbor2.loads(recorded(FILE))
((LEAF, _, _, _, _, _, ((POSITION, HEAD, BODY, _),)),) = EVENT[2][8]
FACTS = {"name": H(b"\x00", HEAD), "leaf": LEAF, "position": POSITION, "time": EVENT[2][5][0][6]}
FACTS |= {"type": cbor2.loads(HEAD)[1], "principal": cbor2.loads(HEAD)[3], "quorum": True}
HELD = BASE | {"registry": "unit.trace"}
event.valid("with-its-seal", "one event, for whoever holds the registry", FACTS, file=FILE, **HELD)


def event_part(place: int, value: Any) -> dict[str, Any]:
    """The file with another member of its event."""
    return with_part(FILE, 8, lambda parts: [
        [*parts[0][:6], [[*parts[0][6][0][:place], value, *parts[0][6][0][place + 1 :]]]]
    ])  # fmt: skip


for name, desc, given in (
    ("trailing-byte", "nothing follows", edit(FILE, recorded(FILE) + b"\x00")),
    ("label-1", "labels 3, 4, 5, 8 and 10", altered(FILE, lambda file: [*file[:2], file[2] | {1: "public"}])),
    ("checkpoint-missing", "labels 3, 4, 5, 8 and 10", altered(FILE, without(3))),
    ("path-missing", "labels 3, 4, 5, 8 and 10", altered(FILE, without(10))),
    ("seals-empty", "left out where there is none", with_part(FILE, 5, lambda _: [])),
    ("seals-two", "one at most", with_part(FILE, 5, lambda seals: [[seals[0][0] - 1, *seals[0][1:]], *seals])),
    ("statements-none", "one statement", with_part(FILE, 8, lambda _: [])),
):
    event.refused(name, desc, **given, **HELD)
event.refused("headers-unused", "each used", field="headers", **altered(FILE, without(5)), **HELD)
event.refused(
    "version-2", "version 1", error="UnsupportedError", field="suyuan event version", **HELD,
    **altered(FILE, lambda file: [file[0], 2, file[2]]),
)  # fmt: skip
for name, desc, error, field, given in (
    ("body-altered", "a body is hashed by its head", "MismatchError", "body", event_part(2, BODY + b" ")),
    ("path-too-short", "none missing", "NotIncludedError", "log path", with_part(FILE, 10, lambda path: path[32:])),
    ("path-altered", "the root is another", "MismatchError", "log root", with_part(FILE, 10, flip)),
    (
        "seal-of-another-time",
        "a seal is signed",
        "BadSignatureError",
        "seal signature",
        with_part(FILE, 5, lambda seals: [[*seals[0][:6], seals[0][6] + 1, seals[0][7]]]),
    ),
    ("registry-of-a-younger-zone", "larger than the leaf", "IncompleteError", "registry", {
        "file": FILE, "registry": "not-recognised.trace"
    }),
):  # fmt: skip
    event.refused(name, desc, error=error, field=field, **HELD | given)

charter = Book("charter-file", "UntrustedError", "charter")
ZONE = "zone.charter"
(FOUNDING, *APPROVALS) = cbor2.loads(recorded(ZONE))[2][6]
DATA = json.loads(FOUNDING[6][0][2])["data"]


def kid(key: dict[str, str]) -> bytes:
    """The RFC 9679 thumbprint of an Ed25519 key."""
    return H(cbor({1: 1, -1: 6, -2: urlsafe_b64decode(key["public"] + "=")}))


charter.valid(
    "approved-by-three-of-five",
    "version 1 and its approvals",
    {word: DATA[word] for word in ("version", "origin", "threshold")}
    | {word: kid(DATA[word]) for word in ("seal", "receipt")}
    | {"roots": sorted(each["agency"] for each in DATA["roots"])},
    file=ZONE,
    **BASE,
)
charter.refused("of-another-ledger", "leaf 0 is pinned", file=ZONE, **BASE | {"policy": OTHER_CHARTER})
for name, desc, change in (
    ("approved-by-two", "three of five", lambda parts: parts[:3]),
    ("without-leaf-0", "leaf 0 is there", lambda parts: parts[1:]),
    ("approved-twice-by-one", "a holder counts once", lambda parts: [*parts[:3], [6, *parts[1][1:]]]),
    ("of-an-altered-head", "the pinned hash is another", lambda parts: [
        [*parts[0][:6], [[0, flip(parts[0][6][0][1]), *parts[0][6][0][2:]]]], *parts[1:]
    ]),
):  # fmt: skip
    kept = sorted({part[1] for part in change([FOUNDING, *APPROVALS])})

    def exchange(file: Any, change: Any = change, kept: list[int] = kept) -> Any:
        """Exchange the parts, and keep the headers that are used."""
        parts = [[part[0], kept.index(part[1]), *part[2:]] for part in change(file[2][6])]
        return [*file[:2], {4: [file[2][4][each] for each in kept], 6: parts}]

    charter.refused(name, desc, **altered(ZONE, exchange), **BASE)
charter.refused("approval-with-a-bit-flipped", "each is signed", error="BadSignatureError", field="statement signature",
                **with_part(ZONE, 6, lambda parts: [*parts[:3], [*parts[3][:4], flip(parts[3][4]), *parts[3][5:]]]),
                **BASE)  # fmt: skip
charter.refused("body-altered", "a body is hashed by its head", error="MismatchError", field="body",
                **with_part(ZONE, 6, lambda parts: [
                    [*parts[0][:6], [[*parts[0][6][0][:2], parts[0][6][0][2] + b" ", []]]], *parts[1:]
                ]), **BASE)  # fmt: skip
charter.refused("label-5", "labels 4 and 6", error="MalformedError", field="suyuan charter",
                **altered(ZONE, lambda file: [*file[:2], file[2] | {5: []}]), **BASE)  # fmt: skip

evidence = Book("fork-evidence", "InconsistentError", "path")
TWO, ONE, RECEIPT = (f"{word}.evidence" for word in ("two-checkpoints", "one-size", "receipt-and-checkpoint"))


def committed(note: bytes) -> tuple[int, bytes]:
    """Size and root of a checkpoint."""
    _, size, root, *_ = note.decode().split("\n")
    return int(size), b64decode(root)


FIRST, SECOND = (each[1] for each in cbor2.loads(recorded(TWO))[2][11])
(OLDER, LIE), (SIZE, ROOT) = committed(FIRST), committed(SECOND)
WRONG = committed(cbor2.loads(recorded(ONE))[2][11][0][1])[1]
for name, desc, sizes, roots in (
    ("two-checkpoints", "a consistency path between them", [OLDER, SIZE], [LIE, ROOT]),
    ("receipt-and-checkpoint", "a receipt commits to a root, too", [OLDER, SIZE], [LIE, ROOT]),
    ("one-size", "two roots for one size", [SIZE, SIZE], [WRONG, ROOT]),
):
    facts = {"origin": ITEM[2][3].decode().split("\n")[0], "sizes": sizes, "roots": roots}
    evidence.valid(name, desc, facts, file=f"{name}.evidence", **BASE)
for name, desc, given in (
    ("path-altered", "it reproduces the newer root", with_part(TWO, 12, flip)),
    (
        "path-without-the-older-tree",
        "8 is a power of two: its hash comes first",
        with_part(TWO, 12, lambda path: path[32:]),
    ),
    ("path-empty", "a path between two sizes", with_part(TWO, 12, lambda _: b"")),
):
    evidence.refused(name, desc, **given, **BASE)
honest = {"field": "commitments"}
evidence.refused("one-checkpoint-twice", "equal roots are no fork", **honest, **BASE,
                 **with_part(ONE, 11, lambda pair: [pair[1], pair[1]]))  # fmt: skip
evidence.refused("one-size-with-a-path", "the path is empty", **honest, **with_part(ONE, 12, lambda _: H()), **BASE)
MALFORMED = {"error": "MalformedError", **BASE}
evidence.refused("larger-size-first", "the smaller first", **MALFORMED, field="commitments",
                 **with_part(TWO, 11, lambda pair: pair[::-1]))  # fmt: skip
evidence.refused("half-a-hash", "32 bytes a hash", **MALFORMED, **with_part(TWO, 12, lambda path: path[:-16]))
evidence.refused("commitment-of-another-kind", "1 or 2", **MALFORMED, field="commitment",
                 **with_part(TWO, 11, lambda pair: [[3, pair[0][1]], pair[1]]))  # fmt: skip
evidence.refused("three-commitments", "two", **MALFORMED, field="commitments",
                 **with_part(TWO, 11, lambda pair: [*pair, pair[1]]))  # fmt: skip
SIGNATURE = {"error": "BadSignatureError", **BASE}
evidence.refused("checkpoint-altered", "the ledger signed both", **SIGNATURE, field="checkpoint signature",
                 **with_part(TWO, 11, lambda pair: [[1, pair[0][1].replace(b"\n8\n", b"\n7\n")], pair[1]]))  # fmt: skip
evidence.refused("receipt-for-another-leaf", "the ledger signed both", **SIGNATURE, field="receipt signature",
                 **with_part(RECEIPT, 11, lambda pair: [[*pair[0][:2], H(b"another leaf")], pair[1]]))  # fmt: skip
evidence.refused("of-another-ledger", "leaf 0 is pinned", error="UntrustedError", field="charter", file=TWO,
                 **BASE | {"policy": OTHER_CHARTER})  # fmt: skip
unsigned = SECOND.decode().split("\n\n")[0] + "\n\n\N{EM DASH} stranger.test AAAAAAA=\n"
stranger = with_part(TWO, 11, lambda pair: [pair[0], [1, unsigned.encode()]])
evidence.refused("checkpoint-without-a-line-of-the-ledger", "the ledger signed both", error="UntrustedError",
                 field="checkpoint", **stranger, **BASE)  # fmt: skip
