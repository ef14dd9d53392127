"""Nobody leads a story astray: what is said to be one subject is what the answered events are about."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ledger.compose.event import ComposedEvent, Draft
from tests.attacks.conftest import examined, failed_step, proof_of, smuggle
from tests.web.node import NODE
from tests.web.test_size import FOLDER
from tests.world import FIRM, ORDER, World, handle, now
from verifier.errors import NotPermittedError
from verifier.ledgerformat.trust_policy import format_trust_policy

OTHER, STRANGE = handle("order", "the same order"), handle("order", "of somebody else")


def place(world: World, order: str) -> ComposedEvent:
    """Let the platform open an order once more, for the seller."""
    data = {"platform": FIRM, "seller": FIRM, "lineCount": 1}
    said = Draft("order.placed", now(), {"order": order}, data, {"/number": "ORDER-1"}, to=world.cast["seller"].uri)
    return world.say("platform", said)[0]


def code_of(world: World, who: str) -> str:
    return world.cast[who].uri.rpartition(":")[2]


def opening(world: World, who: str, platform: str, seller: str, type_: str = "order.placed") -> Draft:
    """Return that somebody opens an order under these two participants' codes."""
    named = {role: {"code": code_of(world, each), "name": "示例"} for role, each in
             (("platform", platform), ("seller", seller))}  # fmt: skip
    data = {**named, "lineCount": 1} | ({"kind": "E"} if type_ == "order.export" else {})
    return Draft(type_, now(), {"order": STRANGE}, data, {"/number": "ORDER-9"})


@pytest.mark.parametrize("who", ["seller", "platform"])
def test_nobody_opens_a_number_under_codes_that_are_all_others(world, who):
    """Else a stranger who knows a number before its platform reports it leads the seller's papers to itself."""
    other = {"seller": "platform", "platform": "seller"}[who]
    for type_ in ("order.placed", "order.export"):
        with pytest.raises(NotPermittedError, match="the speaker's own"):
            world.say(who, opening(world, who, other, "payer", type_))
    world.say(who, opening(world, who, other, who))


def test_an_opening_under_codes_of_others_is_refused_by_the_verifiers(world, monkeypatch, tmp_path):
    platform = world.cast["platform"]
    draft = opening(world, "platform", "seller", "payer")
    smuggle(world, platform, [platform.compose(draft, world.zone.types)], monkeypatch)
    verdict = examined(world, STRANGE)
    assert (verdict.outcome, failed_step(verdict), verdict.error.field) == ("altered", 5, "body.data")
    said = told_by_javascript(world, STRANGE, tmp_path)
    assert (said["outcome"], said["error"]["field"]) == ("altered", "body.data")


def told_by_javascript(world: World, subject: str, folder: Path) -> dict[str, Any]:
    """Return what the verifier in JavaScript says of the ledger's proof."""
    (folder / "proof.trace").write_bytes(proof_of(world, subject))
    (folder / "policy").write_bytes(format_trust_policy(world.standpoint().policy))
    line = [str(NODE), "--no-warnings", str(FOLDER / "cli.mjs"), str(folder / "proof.trace"), "--policy",
            str(folder / "policy")]  # fmt: skip
    return json.loads(subprocess.run(line, capture_output=True, text=True, check=False).stdout)


def test_a_waybill_names_the_carrier_that_says_it(world):
    subjects = {"parcel": handle("parcel", "of another carrier"), "order": ORDER}
    data = {"carrier": {"code": code_of(world, "seller"), "name": "示例"}, "weight": "1", "packages": 1}
    with pytest.raises(NotPermittedError, match="the speaker's own"):
        world.say("carrier", Draft("transport.waybill", now(), subjects, data))


def link(world: World, who: str, same: list[str], *about: ComposedEvent) -> ComposedEvent:
    names = tuple(sorted(each.name for each in about))
    return world.say(who, Draft("record.same-subject", now(), {"same": same}, about=names))[0]


def test_two_openings_of_one_number_are_linked(world):
    twice = place(world, OTHER)
    link(world, "seller", [ORDER, OTHER], world.events["order"], twice)
    world.cosign()
    assert world.ledger.prover.trace(OTHER).verdict.outcome == "verified"


@pytest.mark.parametrize("who", ["seller", "platform", "customs"])
def test_no_other_subject_is_drawn_into_a_story_by_a_link(world, who):
    """A party could lead the trace of its order to 64 others, so that nobody can check it any more."""
    twice = place(world, OTHER)
    place(world, STRANGE)
    with pytest.raises(NotPermittedError, match=r"head\.follows"):
        link(world, who, [ORDER, OTHER, STRANGE], world.events["order"], twice)
    with pytest.raises(NotPermittedError, match=r"head\.follows"):
        link(world, who, [STRANGE], world.events["order"])
