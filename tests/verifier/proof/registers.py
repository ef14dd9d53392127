"""Sets whose members are said one by one and reconciled, units that are put into others: what proofs are made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ledger.compose.event import ComposedEvent, Draft
from ledger.prove.notes import cosigned_note
from ledger.prove.trace import prove_trace
from tests.world import World, found_world, now
from verifier.ledgerformat.head import State, event_name
from verifier.ledgerformat.history import fold, push
from verifier.ledgerformat.index import HistoryEntry, entry_hash, index_key
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.vocabulary import parse_type
from verifier.proof.examination import Standpoint
from verifier.proof.since import Since
from verifier.proof.traceproof import TraceProof, format_trace_proof
from verifier.proof.verdict import Verdict
from verifier.proof.verify import examine_trace

MEMBER, RECONCILED = "test.member", "test.reconciled"
SEEN, LOADED, UNLOADED, MADE = "transport.sighted", "test.loaded", "test.unloaded", "test.made"
SET, OTHER, LONELY = (f"urn:suyuan:set:lists:91330100MA2TEXT01X:2026-{month}" for month in ("11", "12", "10"))
PAIR = ("member", subject_name(SET))


def _file(name: str, **members: object) -> str:
    file = {
        "type": name, "version": 1, "mapping": 1, "stage": "clearance", "title": {"zh": "测", "en": "Test"},
        "roles": ["*"], "subjects": {"set": {"form": "set", "many": True, "joins": ["member"]}}, "head": {},
        "schema": {"type": "object"}, "disclosures": {},
    }  # fmt: skip
    return json.dumps(file | members, ensure_ascii=False)


def found_registers(folder: Path) -> World:
    """Return a world in which sets have members; nothing is said of them yet."""
    world = found_world(folder, policies=False)
    files = {MEMBER: _file(MEMBER), RECONCILED: _file(RECONCILED, head={"state": "optional"}), **_containment()}
    subjects = {name: {"type": f"urn:suyuan:type:{name}"} for name in files}
    world.zone.decree([Draft("registry.type", now(), subjects[name], {"file": files[name]}) for name in files])
    world.zone.types = {**world.zone.types, **{name: parse_type(text.encode()) for name, text in files.items()}}
    return world


def _containment() -> dict[str, str]:
    unit = {"form": "unit", "joins": ["trace"]}
    follows = {"form": "unit", "follows": ["trace"]}
    into = follows | {"window": "inside"}
    answers = {"types": [LOADED], "most": 1, "by": ["agency", "principal"]}
    return {
        SEEN: _file(SEEN, subjects={"unit": unit | {"opens": ["unit"]}}, permanent=True),
        LOADED: _file(LOADED, subjects={"unit": unit, "into": into}),
        MADE: _file(MADE, subjects={"unit": unit, "of": into | {"window": "before"}, "deed": follows}),
        UNLOADED: _file(UNLOADED, subjects={}, answers=answers, closes="follows"),
    }


def load(world: World, unit: str, into: str) -> ComposedEvent:
    """Let a unit be put into another."""
    return world.say("carrier", Draft(LOADED, now(), {"unit": unit, "into": into}))[0]


def unload(world: World, loaded: ComposedEvent) -> ComposedEvent:
    """Let it be taken out again."""
    return world.say("carrier", Draft(UNLOADED, now(), about=(loaded.name,)))[0]


def enter(world: World, *subjects: str, count: int = 1) -> list[ComposedEvent]:
    """Let members enter sets, each in a batch of its own."""
    return [world.say("seller", Draft(MEMBER, now(), {"set": list(subjects)}))[0] for _ in range(count)]


def entries_of(world: World, subject: str = SET) -> list[HistoryEntry]:
    """Return a set's history as the ledger has it."""
    with world.ledger.sources() as sources:
        rows = sources.reader.history(index_key("member", subject_name(subject)), sources.log.size)
    return [HistoryEntry(event_name(row.head), row.leaf, row.position) for row in rows]


def first_entries(world: World, count: int, subject: str = SET) -> Since:
    """Return the first entries of a set's history, by the definition."""
    subtrees = b""
    for number, entry in enumerate(entries_of(world, subject)[:count]):
        subtrees = push(subtrees, number, entry_hash(entry))
    return Since(count, subtrees)


def reconcile(world: World, count: int, subject: str = SET, *, beside: Sequence[str] = ()) -> ComposedEvent:
    """Let somebody state what the first entries of a set came to."""
    root = fold(first_entries(world, count, subject).subtrees)
    state = State("member", subject_name(subject), count, root)
    (said,) = world.say("customs", Draft(RECONCILED, now(), {"set": [subject, *beside]}, state=state))
    return said


def proof_of(world: World, subject: str = SET, *, since: int = 0, kind: str = "member") -> TraceProof:
    """Return the proof of one history against the newest checkpoint."""
    world.cosign()
    with world.ledger.sources() as sources:
        size = sources.reader.newest_checkpoint(quorum=True).size
        note = cosigned_note(sources.reader, size)
        return prove_trace(subject, walk=kind, size=size, note=note, sources=sources, since=since)


def verdict_on(proof: TraceProof, standpoint: Standpoint, **changes: object) -> Verdict:
    """Return the verdict on a proof with other members."""
    return examine_trace(format_trace_proof(replace(proof, **changes)), standpoint)
