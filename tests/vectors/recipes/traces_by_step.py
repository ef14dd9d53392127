"""Trace proofs that can be read and fail at a step: docs/formats.md, section 18."""

from typing import Any

from tests.vectors.recipes.bodies import of
from tests.vectors.recipes.spell import EDDSA, H, Key, base64, base64url, flip
from tests.vectors.recipes.traces import ITEM, LOGS, NOW, POLICY, WITNESSES, event_with, part, refused


def without_lines(*starts: str) -> Any:
    """The checkpoint without the signature lines that begin so."""
    return lambda note: "".join(
        line for line in note.decode().splitlines(keepends=True) if not line.startswith(starts)
    ).encode()


LOG_LINE = next(line for line in ITEM[2][3].decode().splitlines() if line.startswith("\N{EM DASH} ledger"))
OTHER_CHARTER = f"suyuan trust policy v1\ncharter {H(b'another').hex()}\n"
STRANGER = f"\N{EM DASH} stranger.test {base64(bytes(68))}\n"
WITNESS = f"witness w {Key(EDDSA, 'stranger').vkey('stranger.test', 4)}"
QUORUM = f"{POLICY}\n{LOGS}\n{WITNESS}\nquorum w\n"
DISCLOSURE = of([base64url(bytes(16)), "/number", "ORDER-9"])
for name, desc, outcome, step, error, field, given in (
    ("charter-another", "leaf 0 is pinned", "altered", 1, "UntrustedError", "charter", {"policy": OTHER_CHARTER}),
    ("charter-left-out", "leaf 0 is there", "altered", 1, "UntrustedError", "charter", part(6, lambda all_: all_[1:])),
    (
        "charter-approved-by-two",
        "three of five",
        "altered",
        1,
        "UntrustedError",
        "charter",
        part(6, lambda parts: [each for each in parts if each[0] != 6]),
    ),
    (
        "checkpoint-without-the-ledger-s-line",
        "the 0x01 line is required",
        "altered",
        1,
        "UntrustedError",
        "checkpoint",
        part(3, without_lines(LOG_LINE)),
    ),
    (
        "checkpoint-with-a-stranger-s-line",
        "every line is of a charter key",
        "altered",
        1,
        "UntrustedError",
        "checkpoint",
        part(3, lambda note: note + STRANGER.encode()),
    ),
    (
        "checkpoint-of-another-size",
        "the lines are over the text",
        "altered",
        1,
        "BadSignatureError",
        "checkpoint signature",
        part(3, lambda note: note.replace(b"\n90\n", b"\n89\n")),
    ),
    (
        "policy-without-logs",
        "a line of a log of the policy, too",
        "altered",
        1,
        "UntrustedError",
        "checkpoint",
        {"policy": f"{POLICY}\nquorum none\n"},
    ),
    (
        "cosigned-by-one",
        "two of three",
        "incomplete",
        2,
        "IncompleteError",
        "cosignatures",
        part(3, without_lines(*WITNESSES[:2])),
    ),
    ("policy-s-quorum-unmet", "met, too", "incomplete", 2, "IncompleteError", "cosignatures", {"policy": QUORUM}),
    ("log-path-missing", "no hash is missing", "altered", 3, "NotIncludedError", "log path", part(10, lambda _: b"")),
    ("log-path-too-long", "none unused", "altered", 3, "NotIncludedError", "log path", part(10, lambda path: path * 2)),
    (
        "seal-of-another-time",
        "a seal is a leaf",
        "altered",
        3,
        "MismatchError",
        "log root",
        part(5, lambda seals: [*seals[:-1], [*seals[-1][:6], seals[-1][6] + 1, seals[-1][7]]]),
    ),
    ("newest-seal-left-out", "a leaf", "altered", 3, "NotIncludedError", "log path", part(5, lambda all_: all_[:-1])),
    (
        "statement-left-out",
        "the root follows from all leaves",
        "altered",
        3,
        "NotIncludedError",
        "log path",
        part(8, lambda parts: parts[:-1]),
    ),
    (
        "registry-body-altered",
        "a body is hashed by its head",
        "altered",
        4,
        "MismatchError",
        "body",
        part(6, lambda parts: [*parts[:-4], event_with(parts[-4], 2, parts[-4][6][0][2] + b" "), *parts[-3:]]),
    ),
    (
        "registry-index-altered",
        "the histories are as indexed",
        "altered",
        4,
        "NotIndexedError",
        "index proof",
        part(7, lambda proof: [proof[0], flip(proof[1]), proof[2]]),
    ),
    (
        "body-altered",
        "a body is hashed by its head",
        "altered",
        5,
        "MismatchError",
        "body",
        part(8, lambda parts: [event_with(parts[0], 2, parts[0][6][0][2] + b" "), *parts[1:]]),
    ),
    (
        "body-restricted-in-a-public-history",
        "joins no public kind",
        "altered",
        5,
        "MismatchError",
        "body",
        part(8, lambda parts: [*parts[:4], event_with(parts[4], 2, 1), *parts[5:]]),
    ),
    (
        "permanent-body-missing",
        "permanent bodies are there",
        "altered",
        5,
        "MismatchError",
        "body",
        part(8, lambda parts: [event_with(parts[0], 2, 3), *parts[1:]]),
    ),
    (
        "disclosure-of-no-digest",
        "its digest stands in _sd",
        "altered",
        5,
        "MismatchError",
        "disclosure",
        part(8, lambda parts: [event_with(parts[0], 3, [DISCLOSURE]), *parts[1:]]),
    ),
    (
        "subject-of-another-trace",
        "every event is of a history that is reached",
        "altered",
        5,
        "MismatchError",
        "trace",
        part(2, lambda _: "urn:suyuan:agency:customs"),
    ),
    (
        "trace-index-altered",
        "the histories are as indexed",
        "incomplete",
        6,
        "NotIndexedError",
        "index proof",
        part(9, lambda proof: [proof[0], flip(proof[1]), proof[2]]),
    ),
    (
        "body-missing",
        "no body is missing",
        "incomplete",
        6,
        "IncompleteError",
        "body",
        part(8, lambda parts: [*parts[:4], event_with(parts[4], 2, 3), *parts[5:]]),
    ),
    (
        "body-erased",
        "called erased, and no order about it stands in the proof",
        "altered",
        5,
        "MismatchError",
        "body",
        part(8, lambda parts: [*parts[:4], event_with(parts[4], 2, [2, H(b"order")]), *parts[5:]]),
    ),
    (
        "replay-group-unmet",
        "the policy names one",
        "incomplete",
        6,
        "IncompleteError",
        "replay",
        {"policy": f"{POLICY}replay auditors\n"},
    ),
    (
        "not-recognised",
        "one of two has recognised",
        "not-recognised",
        7,
        "NotRecognisedError",
        "clearance.release",
        {"file": "not-recognised.trace"},
    ),
    (
        "older-than-max-age",
        "the cosignatures are old",
        "incomplete",
        9,
        "IncompleteError",
        "cosignatures",
        {"policy": f"{POLICY}max-age 600\n", "at": NOW + 3_600},
    ),
    ("charter-expired", "a charter has an end", "incomplete", 9, "IncompleteError", "charter", {"at": 2**40}),
):  # fmt: skip
    refused(name, desc, outcome=outcome, step=step, error=error, field=field, **given)
