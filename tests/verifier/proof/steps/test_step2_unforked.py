"""Step 2, Not forked: cosignatures reach the charter's quorum, and that of whoever verifies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verifier.proof.steps.forging import failure, judged, recosigned, said
from verifier.primitives.note import format_vkey
from verifier.primitives.tlog_policy import parse_tlog_policy


def _standpoint(told, story_world, quorum: int):
    names = [f"w{place}" for place in range(len(story_world.witnesses))]
    lines = [f"witness {name} {format_vkey(each.key)}" for name, each in zip(names, story_world.witnesses, strict=True)]
    log = f"log {format_vkey(story_world.keys.note_keys[0])}"
    group = f"group all-of-mine {quorum} {' '.join(names)}"
    policy = parse_tlog_policy("\n".join([log, *lines, group, "quorum all-of-mine", ""]))
    return replace(told.standpoint, policy=replace(told.standpoint.policy, policy=policy))


@pytest.mark.parametrize(("count", "outcome"), [(0, "incomplete"), (1, "incomplete"), (2, "verified"), (3, "verified")])
def test_the_charters_quorum_decides(told, story_world, count, outcome):
    verdict = judged(recosigned(story_world, told.proof, witnesses=count), told.standpoint)
    assert verdict.outcome == outcome
    if outcome == "verified":
        names = ", ".join(f"witness{place}.test" for place in range(count))
        assert said(verdict, 2) == {"step2.quorum": {"count": count, "names": names}}
    else:
        assert failure(verdict) == ("incomplete", 2, "incomplete", "cosignatures")
        assert "the charter's quorum" in str(verdict.error)


@pytest.mark.parametrize(("quorum", "outcome"), [(1, "verified"), (2, "verified"), (3, "incomplete")])
def test_ones_own_quorum_must_be_reached_too(told, story_world, quorum, outcome):
    verdict = judged(recosigned(story_world, told.proof, witnesses=2), _standpoint(told, story_world, quorum))
    assert verdict.outcome == outcome
    if outcome == "incomplete":
        assert failure(verdict) == ("incomplete", 2, "incomplete", "cosignatures")
        assert "your policy's quorum" in str(verdict.error)


def test_ones_own_quorum_does_not_stand_for_the_charters(told, story_world):
    verdict = judged(recosigned(story_world, told.proof, witnesses=1), _standpoint(told, story_world, 1))
    assert failure(verdict)[:2] == ("incomplete", 2)
    assert "the charter's quorum" in str(verdict.error)


def test_nothing_of_the_story_is_told_before_it_is_known_not_to_be_forked(told, story_world):
    verdict = judged(recosigned(story_world, told.proof, witnesses=1), told.standpoint)
    assert verdict.story is None
