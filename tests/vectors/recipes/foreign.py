"""Evidence that rests on registry or format: foreign seals, inadmissible envelopes, unreadable entries (section 17)."""

import json

import cbor2

from tests.vectors.recipe import Book
from tests.vectors.recipes.convictions import statement
from tests.vectors.recipes.proof_files import altered, with_part, without
from tests.vectors.recipes.said_twice import twice
from tests.vectors.recipes.spell import H, flip
from tests.vectors.recipes.traces import FILES, recorded
from tests.vectors.recipes.traces_by_step import OTHER_CHARTER

TOLD = json.loads((FILES / "foreign.json").read_text())
ORIGIN, SAID = {"origin": TOLD["origin"]}, TOLD["told"]
BASE = {"policy": TOLD["policy"], "at": TOLD["time"]}
OTHERS = {"error": "UntrustedError", "field": "charter", **BASE, "policy": OTHER_CHARTER}


def entry_altered(entries):
    """The one entry with a bit flipped."""
    return [[entries[0][0], flip(entries[0][1])]]


seal = Book("foreign-seal-evidence", "MismatchError", "log root")
for name, facts in SAID["foreign seal"].items():
    file = f"{name}.evidence"
    seal.valid(name, f"the charter's key did not sign this seal: {facts['reason']}", ORIGIN | facts, file=file, **BASE)
    seal.refused(f"{name}-path-altered", "it gives the root", **with_part(file, 10, flip), **BASE)
    seal.refused(f"{name}-of-another-signature", "the seal stands in the log",
                 **with_part(file, 5, lambda seals: [*seals[:-1], [*seals[-1][:7], flip(seals[-1][7])]]),
                 **BASE)  # fmt: skip
KEY = "seal-under-the-key-before.evidence"
seal.refused("seal-under-its-charters-key", "it is the key of the charter in force behind the approvals",
             error="InconsistentError", field="seals", file="seal-under-the-key-of-the-next-charter.evidence",
             **BASE)  # fmt: skip
seal.refused("newest-charter-left-out", "the history is whole", error="NotIncludedError", field="log path",
             **with_part(KEY, 16, lambda parts: parts[:-4]), **BASE)  # fmt: skip
seal.refused("no-seal", "each header is used", error="MalformedError", field="headers",
             **with_part(KEY, 5, lambda _: []), **BASE)  # fmt: skip
seal.refused("of-another-ledger", "leaf 0 is pinned", file=KEY, **OTHERS)

envelope = Book("inadmissible-envelope-evidence", "MismatchError", "log root")
for name, facts in SAID["inadmissible envelope"].items():
    file = f"{name}.evidence"
    envelope.valid(name, f"the rule that does not hold: {facts['reason']}", ORIGIN | facts, file=file, **BASE)
    envelope.refused(f"{name}-path-altered", "it gives the root", **with_part(file, 10, flip), **BASE)
    envelope.refused(f"{name}-entry-altered", "the entry stands in the log",
                     **with_part(file, 15, entry_altered), **BASE)  # fmt: skip
REVOKED = "envelope-under-a-revoked-key.evidence"
envelope.refused("may-stand", "nothing speaks against it", error="InconsistentError", field="entries",
                 file="envelope-that-may-stand.evidence", **BASE)  # fmt: skip
envelope.refused("revocation-left-out", "a seal that covers nothing is not shown", field="seals",
                 **with_part(REVOKED, 16, lambda parts: parts[:-1]), **BASE)  # fmt: skip
envelope.refused("entry-twice", "one entry", error="MalformedError", field="entries",
                 **with_part(REVOKED, 15, lambda entries: entries * 2), **BASE)  # fmt: skip
envelope.refused("of-another-ledger", "leaf 0 is pinned", file=REVOKED, **OTHERS)

unread = Book("unreadable-entry-evidence", "MismatchError", "log root")
for name, facts in SAID["unreadable entry"].items():
    file = f"{name}.evidence"
    unread.valid(name, f"it is not in the format: {facts['reason']}", ORIGIN | facts, file=file, **BASE)
    unread.refused(f"{name}-path-altered", "it gives the root", **with_part(file, 10, flip), **BASE)
    if facts["reason"] == "entry":
        unread.refused(f"{name}-altered", "the entry stands in the log", **with_part(file, 15, entry_altered), **BASE)
    else:
        unread.refused(f"{name}-altered", "the statement stands in the log", **with_part(file, 8, lambda parts: [
            [*parts[0][:6], [[parts[0][6][0][0], flip(parts[0][6][0][1]), *parts[0][6][0][2:]]]]
        ]), **BASE)  # fmt: skip
ENTRY, BODY = "entry-without-a-content-type.evidence", "body-of-another-member.evidence"
for name in ("entry-that-can-be-read", "head-that-can-be-read"):
    unread.refused(name, "whoever can read it cannot convict by it", error="InconsistentError", field="entry",
                   file=f"{name}.evidence", **BASE)  # fmt: skip
unread.refused("entry-of-version-2", "whoever does not know a format cannot say that nobody reads it",
               error="UnsupportedError", field="entry version", file="entry-of-version-2.evidence", **BASE)  # fmt: skip
unread.refused("body-not-shown", "the head can be read", error="InconsistentError", field="entry",
               **with_part(BODY, 8, lambda parts: [
                   [*parts[0][:6], [[*parts[0][6][0][:2], 1, []]]]
               ]), **BASE)  # fmt: skip
unread.refused("body-of-another-head", "a body is hashed by its head", field="body",
               **with_part(BODY, 8, lambda parts: [
                   [*parts[0][:6], [[*parts[0][6][0][:2], parts[0][6][0][2] + b" ", []]]]
               ]), **BASE)  # fmt: skip
unread.refused("neither-entry-nor-statement", "one of the two", error="MalformedError", field="suyuan evidence",
               **altered(ENTRY, without(15)), **BASE)  # fmt: skip
unread.refused("entry-and-statement", "one of the two", error="MalformedError", field="suyuan evidence",
               **with_part(ENTRY, 15, lambda each: each, {8: cbor2.loads(recorded(BODY))[2][8]}), **BASE)  # fmt: skip
unread.refused("two-entries", "one entry", error="MalformedError", field="entries",
               **with_part(ENTRY, 15, lambda entries: entries * 2), **BASE)  # fmt: skip
unread.refused("of-another-ledger", "leaf 0 is pinned", file=ENTRY, **OTHERS)

TWICE = "envelope-twice.evidence"
twice.valid("envelope-twice", "the hash envelope stands at two places", ORIGIN | SAID["said twice"]["envelope-twice"],
            file=TWICE, **BASE)  # fmt: skip
twice.refused("envelope-twice-path-altered", "it gives the root", **with_part(TWICE, 10, flip), **BASE)
twice.refused("one-envelope", "two in all", error="MalformedError", field="entries",
              **with_part(TWICE, 15, lambda entries: entries[:1]), **BASE)  # fmt: skip
twice.refused("one-envelope-at-one-leaf", "two places", error="MalformedError", field="entries",
              **with_part(TWICE, 15, lambda entries: [entries[0], entries[0]]), **BASE)  # fmt: skip
twice.refused("envelope-at-another-leaf", "it stands in the log",
              **with_part(TWICE, 15, lambda entries: [entries[0], [entries[1][0] + 1, entries[1][1]]]),
              **BASE)  # fmt: skip

EXPIRED = "statement-under-an-expired-charter"
((LEAF, *_, ((POSITION, HEAD, *_),)),) = cbor2.loads(recorded(f"{EXPIRED}.evidence"))[2][8]
statement.valid(EXPIRED, "the rule that does not hold: phase",
                ORIGIN | {"leaf": LEAF, "position": POSITION, "event": H(b"\x00", HEAD), "reason": "phase"},
                file=f"{EXPIRED}.evidence", **BASE)  # fmt: skip
