"""How vectors of proof files are read: a file as recorded or with one edit, a trust policy, a time to judge as of."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.vectors.recipe import ROOT
from verifier.ledgerformat.trust_policy import parse_trust_policy
from verifier.proof.alone import verify_event
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.eventproof import parse_event_proof
from verifier.proof.evidence import confirm_fork, parse_fork_evidence
from verifier.proof.evidence_kinds import (
    BROKEN_SEAL,
    FOREIGN_SEAL,
    INADMISSIBLE,
    INADMISSIBLE_ACT,
    INADMISSIBLE_ENVELOPE,
    ROLLBACK,
    SAID_TWICE,
    UNREADABLE,
    WRONG_INDEX,
    confirm_evidence,
)
from verifier.proof.evidencebundle import format_bundle, parse_bundle, verify_bundle
from verifier.proof.examination import Examination, Standpoint
from verifier.proof.promise import format_promise, parse_promise, verify_promise
from verifier.proof.steps.step1_ledger import walk_charter
from verifier.proof.traceproof import format_trace_proof, parse_trace_proof
from verifier.proof.verify import examine_trace
from verifier.vocabulary import registry_types

Vector = Mapping[str, Any]
Facts = dict[str, Any]


def edited_file(vector: Vector) -> bytes:
    """Return the file's bytes; where there is an edit, with bytes cut out and others put in their place."""
    data = (ROOT / "files" / vector["file"]).read_bytes()
    if "edit" not in vector:
        return data
    at, removed, inserted = (vector["edit"][word] for word in ("at", "remove", "insert"))
    return data[:at] + bytes.fromhex(inserted) + data[at + removed :]


def standpoint(vector: Vector) -> Standpoint:
    return Standpoint(parse_trust_policy(vector["policy"].encode()), vector["at"], registry_types(), archived=True)


def read_trace(vector: Vector) -> Facts:
    data = edited_file(vector)
    verdict = examine_trace(data, standpoint(vector))
    step = next((each.number for each in verdict.steps if each.passed is False), None)
    concluded = {"outcome": verdict.outcome, "exit": verdict.exit_code, "step": step}
    if verdict.error:
        assert concluded == vector["verdict"], str(verdict.error)
        raise verdict.error
    assert format_trace_proof(parse_trace_proof(data)) == data
    story = verdict.story
    if story is None:
        return {"verdict": concluded, "story": None}
    told = [
        [each.event.name.hex(), each.event.leaf, each.event.position, each.event.head.type, each.time]
        for each in story.timeline
    ]
    said = [[each.issuer.uri, each.recognition.outcome] for each in story.timeline]
    recalled = sorted(each.values["event"] for each in verdict.notices if each.key == "notice.recalled")
    place = {"origin": story.origin, "size": story.size, "root": story.root.hex(), "time": story.time}
    whole = {"timeline": [[*one, *other] for one, other in zip(told, said, strict=True)], "recalled": recalled}
    if story.outside:
        whole["outside"] = [each.event.name.hex() for each in story.outside]
    if story.rest:
        whole["rest"] = [story.rest.count, story.rest.root.hex(), story.rest.event.name.hex()]
    return {"verdict": concluded, "story": place | {"cosigned": sorted(story.cosigned)} | whole}


def read_event(vector: Vector) -> Facts:
    held = parse_trace_proof((ROOT / "files" / vector["registry"]).read_bytes())
    found = verify_event(parse_event_proof(edited_file(vector)), held, standpoint(vector))
    event = found.event
    place = {"leaf": event.leaf, "position": event.position, "time": found.time}
    said = {"type": event.head.type, "principal": event.head.principal, "quorum": found.checkpoint.quorum}
    return {"name": event.name.hex()} | place | said


def read_charter(vector: Vector) -> Facts:
    replay = walk_charter(Examination(standpoint(vector), ()), parse_charter_file(edited_file(vector)))
    charter = replay.registry.charter_at(0)
    keys = {"seal": charter.seal.kid.hex(), "receipt": charter.receipt.kid.hex()}
    governs = {"version": charter.version, "origin": charter.origin, "threshold": charter.threshold}
    return governs | keys | {"roots": sorted(each.agency for each in charter.roots.values())}


def read_promise(vector: Vector) -> Facts:
    data = edited_file(vector)
    promise = parse_promise(data)
    found = verify_promise(promise, standpoint(vector))
    assert format_promise(promise) == data
    place = {"origin": found.receipt.origin, "leaf": found.receipt.leaf, "size": found.receipt.size}
    said = {"name": found.event.name.hex(), "type": found.event.head.type, "issuer": found.issuer}
    return said | place | {"time": found.receipt.time, "pointers": sorted(each.pointer for each in found.disclosures)}


def read_evidence(vector: Vector) -> Facts:
    fork = confirm_fork(parse_fork_evidence(edited_file(vector)), standpoint(vector))
    return {"origin": fork.origin, "sizes": list(fork.sizes), "roots": [each.hex() for each in fork.roots]}


def read_rollback(vector: Vector) -> Facts:
    found = confirm_evidence(edited_file(vector), standpoint(vector))
    assert found.kind == ROLLBACK
    return {"origin": found.origin, **found.facts}


def read_statement_evidence(vector: Vector) -> Facts:
    found = confirm_evidence(edited_file(vector), standpoint(vector))
    assert found.kind == INADMISSIBLE
    said = {name: found.facts[name] for name in ("leaf", "position", "event", "reason")}
    return {"origin": found.origin, **said}


def read_twice(vector: Vector) -> Facts:
    found = confirm_evidence(edited_file(vector), standpoint(vector))
    assert found.kind == SAID_TWICE
    return {"origin": found.origin, **found.facts}


def read_broken_seal(vector: Vector) -> Facts:
    found = confirm_evidence(edited_file(vector), standpoint(vector))
    assert found.kind == BROKEN_SEAL
    return {"origin": found.origin, **{name: found.facts[name] for name in ("leaves", "reason")}}


def read_registered(vector: Vector) -> Facts:
    """Return what a file convicts of by registry or format."""
    found = confirm_evidence(edited_file(vector), standpoint(vector))
    assert found.kind in (FOREIGN_SEAL, INADMISSIBLE_ACT, INADMISSIBLE_ENVELOPE, UNREADABLE)
    return {"origin": found.origin, **{name: fact for name, fact in found.facts.items() if name != "fault"}}


def read_wrong_index(vector: Vector) -> Facts:
    found = confirm_evidence(edited_file(vector), standpoint(vector))
    assert found.kind == WRONG_INDEX
    return {"origin": found.origin, **found.facts}


def read_bundle(vector: Vector) -> Facts:
    data = edited_file(vector)
    found = verify_bundle(data, standpoint(vector))
    assert format_bundle(parse_bundle(data)) == data
    attachments = [
        [each.event.hex(), each.pointer, each.named.media_type, each.named.sha256.hex(), each.named.size,
         each.content is not None]
        for each in found.attachments
    ]  # fmt: skip
    outcomes = [each.outcome for each in found.verdicts]
    return {"purpose": found.purpose, "outcomes": outcomes, "exit": found.worst.exit_code, "attachments": attachments}


PROOF_READERS: dict[str, Callable[[Vector], Facts]] = {
    "broken-seal-evidence": read_broken_seal,
    "charter-file": read_charter,
    "promise-file": read_promise,
    "evidence-bundle": read_bundle,
    "event-proof": read_event,
    "fork-evidence": read_evidence,
    "foreign-seal-evidence": read_registered,
    "inadmissible-act-evidence": read_registered,
    "inadmissible-envelope-evidence": read_registered,
    "rollback-evidence": read_rollback,
    "said-twice-evidence": read_twice,
    "statement-evidence": read_statement_evidence,
    "unreadable-entry-evidence": read_registered,
    "trace-proof": read_trace,
    "wrong-index-evidence": read_wrong_index,
}
