"""What both implementations say of trace proofs, bundles and evidence, in one shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.web.node import ask
from tests.world import World
from verifier.errors import SuyuanError
from verifier.ledgerformat.trust_policy import format_trust_policy
from verifier.proof.evidence_kinds import confirm_evidence
from verifier.proof.evidencebundle import verify_bundle
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import Said, StoryEvent, Verdict
from verifier.proof.verify import examine_trace


def python_says(data: bytes, standpoint: Standpoint) -> dict[str, Any]:
    """Return the verdict as tests/web/summary.mjs spells that of JavaScript."""
    return _summary(examine_trace(data, standpoint))


def python_confirms(data: bytes, standpoint: Standpoint) -> dict[str, Any]:
    """Return what evidence convicts of, or code and field of the refusal, as tests/web/worker.mjs answers."""
    try:
        found = confirm_evidence(data, standpoint)
    except SuyuanError as error:
        return {"error": {"code": error.code, "field": error.field}}
    said = {name: each for name, each in found.facts.items() if name != "fault"}
    return {"facts": {"kind": found.kind, "origin": found.origin, **said}}


def python_unpacks(data: bytes, standpoint: Standpoint) -> dict[str, Any]:
    """Return what a bundle shows, or code and field of the refusal, as tests/web/worker.mjs answers."""
    try:
        found = verify_bundle(data, standpoint)
    except SuyuanError as error:
        return {"error": {"code": error.code, "field": error.field}}
    named = [[each.event.hex(), each.pointer, each.content is not None] for each in found.attachments]
    verdicts = [_summary(each) for each in found.verdicts]
    return {"facts": {"purpose": found.purpose, "verdicts": verdicts, "worst": found.worst.outcome, "named": named}}


def javascript_says(world: World, files: list[bytes], folder: Path, form: str = "bent-evidence") -> list[Any]:
    """Return what JavaScript says of files that this world's verifiers get; `form`: as tests/web/worker.mjs has it."""
    standpoint = world.standpoint()
    policy = format_trust_policy(standpoint.policy).decode()
    paths = [folder / f"{number}.{form}" for number, _ in enumerate(files)]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    known = {"policy": policy, "at": standpoint.now, "archived": False}
    vectors = ({"file": path.as_uri(), **known} for path in paths)
    return ask({"format": form, "vector": vector} for vector in vectors)


def _summary(verdict: Verdict) -> dict[str, Any]:
    error = verdict.error
    return {
        "outcome": verdict.outcome,
        "exit": verdict.exit_code,
        "steps": [each.passed for each in verdict.steps],
        "error": error and [error.code, error.field],
        "notices": _told(verdict.notices),
        "unchecked": _told(verdict.unchecked),
        "story": _story(verdict),
    }


def _told(texts: tuple[Said, ...] | list[Said]) -> list[list[Any]]:
    return [[each.key, dict(each.values)] for each in texts]


def _place(told: StoryEvent) -> tuple[str, int, int]:
    return told.event.name.hex(), told.event.leaf, told.event.position


def _story(verdict: Verdict) -> dict[str, Any] | None:
    story = verdict.story
    if story is None:
        return None
    events = [
        [*_place(each), each.event.head.type, each.time, each.issuer.uri, each.recognition.outcome]
        for each in story.timeline
    ]
    place = {"origin": story.origin, "size": story.size, "root": story.root.hex(), "time": story.time}
    outside = [each.event.name.hex() for each in story.outside]
    rest = [story.rest.count, story.rest.root.hex(), story.rest.event.name.hex()] if story.rest else None
    return place | {"cosigned": sorted(story.cosigned), "timeline": events, "outside": outside, "rest": rest}
