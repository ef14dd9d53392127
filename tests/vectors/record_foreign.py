"""Records evidence that rests on registry or format, once: `python -m tests.vectors.record_foreign`.

Foreign seals, inadmissible hash envelopes, unreadable entries, a hash envelope that stands twice, and a statement under
an expired charter. Nothing is written over. The files are what a replaying witness makes of logs that are forged under
a small zone's keys. `v1/files/foreign.json` says for whom they are confirmed, and what each shows.
"""

import json
import sys
import time
from pathlib import Path

from tests.attacks import test_foreign_seals as seals
from tests.attacks import test_inadmissible_envelopes as envelopes
from tests.attacks import test_inadmissible_phases as phases
from tests.attacks import test_unreadable_entries as unreadable
from tests.attacks.accusing import Accuser
from tests.attacks.at_hand import at_hand
from tests.vectors.recording import record_once
from tests.world import found_world
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.proof.evidence_kinds import confirm_evidence

SEALS = {
    "seal-under-another-key": seals.other_key,
    "seal-with-another-signature": seals.forged_signature,
    "seal-under-the-key-before": seals.not_handed_over,
}
ENVELOPES = {
    "envelope-under-an-unknown-key": "an unknown key",
    "envelope-under-a-revoked-key": "a revoked key",
    "envelope-under-anothers-key": "another's key",
    "envelope-for-another-ledger": "a note for another ledger",
    "envelope-with-a-forged-signature": "a forged signature",
    "envelope-out-of-scope": "a subject out of scope",
    "envelope-under-an-expired-charter": "an expired charter",
}
ENTRIES = {
    "entry-that-is-no-cbor": "no CBOR",
    "entry-without-a-content-type": "no content type",
    "entry-with-a-short-signature": "a short signature",
    "entry-with-a-digest-of-31-bytes": "a digest of 31 bytes",
}
EVENTS = {
    "head-without-a-time": "a head without a time",
    "body-that-is-no-json": "a body that is no JSON",
    "body-of-another-member": "a body of another member",
}


def record(root: Path) -> dict[str, bytes]:
    """Return the files by name."""
    world = found_world(root / "zone")
    notary = envelopes.noting(world, root)
    stage = notary.stage
    files = {name: stage.convicted(tell(stage))[1] for name, tell in SEALS.items()}
    files |= {name: stage.convicted(envelopes.LIES[lie][1](notary))[1] for name, lie in ENVELOPES.items()}
    for name, lie in ENTRIES.items():
        files[name] = stage.convicted(unreadable.with_entry(stage, unreadable.ENTRIES[lie](stage)))[1]
    for name, lie in EVENTS.items():
        said = unreadable.said_as(stage, unreadable.good(stage), unreadable.EVENTS[lie][0](stage))
        files[name] = stage.convicted(unreadable.with_entry(stage, said.entry, said.batch))[1]
    files["statement-under-an-expired-charter"] = stage.convicted(phases.LIES["an event"][0](stage))[1]
    files["envelope-twice"] = stage.convicted(stage.forged([notary.note()], [notary.note()]))[1]
    standpoint, told = world.standpoint(), {}
    for name, data in files.items():
        found = confirm_evidence(data, standpoint)
        facts = {label: fact for label, fact in found.facts.items() if label != "fault"}
        told.setdefault(found.kind, {})[name] = facts
    files |= acquitted(notary)
    policy = format_trust_policy(standpoint.policy).decode()
    about = {"policy": policy, "time": int(time.time()), "origin": world.ledger.origin, "told": told}
    world.ledger.close()
    spelt = {f"{name}.evidence": data for name, data in files.items()}
    return spelt | {"foreign.json": (json.dumps(about, indent=1) + "\n").encode()}


def acquitted(notary: envelopes.Notary) -> dict[str, bytes]:
    """Return files of which nobody is convicted."""
    stage = notary.stage
    with at_hand(stage, seals.honestly_handed_over(stage)) as hand:
        sealed = hand.seal()
    with at_hand(stage, notary.log(notary.note())) as hand:
        noted = hand.envelope(stage.size)
    honest = unreadable.Reader(Accuser(stage.source, stage.charter))
    later = unreadable.with_entry(stage, unreadable.UNKNOWN["another version"](stage))
    return {
        "seal-under-the-key-of-the-next-charter": sealed,
        "envelope-that-may-stand": noted,
        "entry-that-can-be-read": honest.entry(honest.accuser.statements[-1]),
        "head-that-can-be-read": honest.event(honest.accuser.statements[-1], 0, bare=True),
        "entry-of-version-2": unreadable.Reader(Accuser(later, stage.charter)).entry(stage.size + 2),
    }


if __name__ == "__main__":
    sys.exit(record_once(record, "foreign.json"))
