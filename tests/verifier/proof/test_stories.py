"""Windows from the ledger to the verdict: what is told, what is listed apart, and that both sides walk alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.compose.event import Draft
from ledger.prove.notes import cosigned_note
from ledger.prove.parts import public_body
from ledger.prove.trace import prove_trace
from tests.verifier.proof.registers import LOADED, MADE, SEEN, found_registers, load, proof_of, unload, verdict_on
from tests.verifier.proof.steps.forging import failure, said
from tests.world import UNIT, World, now
from verifier.proof.bundle import MISSING
from verifier.proof.verdict import Verdict
from verifier.rendering import render_verdict, verdict_json

CONTAINER, SHIP = "https://id.gs1.org/00/069012345000000028", "https://id.gs1.org/00/069012345000000035"


def _see(world: World, unit: str, name: str) -> None:
    (world.events[name],) = world.say("carrier", Draft(SEEN, now(), {"unit": unit}))


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    """A unit is put into a container that stands in a ship already, and taken out before the ship goes on."""
    made = found_registers(tmp_path_factory.mktemp("windows"))
    for unit, name in ((UNIT, "unit"), (CONTAINER, "container"), (SHIP, "ship")):
        _see(made, unit, name)
    made.events["shipped"] = load(made, CONTAINER, SHIP)
    _see(made, SHIP, "before")
    made.events["loaded"] = load(made, UNIT, CONTAINER)
    _see(made, SHIP, "within")
    made.events["unloaded"] = unload(made, made.events["loaded"])
    _see(made, SHIP, "after")
    made.events["late answer"] = made.endorse("customs", made.events["within"])
    made.events["answer to another"] = made.endorse("customs", made.events["after"])
    yield made
    made.ledger.close()


def test_what_happened_while_it_was_inside_is_told_and_the_rest_is_listed_apart(world):
    verdict = verdict_on(proof_of(world, UNIT, kind="public"), world.standpoint())
    assert verdict.outcome == "verified"
    names = {event.name: name for name, event in world.events.items()}
    told = [names[each.event.name] for each in verdict.story.timeline]
    assert told == ["unit", "shipped", "loaded", "within", "unloaded", "late answer"]
    outside = [names[each.event.name] for each in verdict.story.outside]
    assert outside == ["container", "ship", "before", "after", "answer to another"]
    assert said(verdict, 6)["step6.outside"] == {"events": 5}
    (within,) = [each for each in verdict.story.timeline if each.event.name == world.events["within"].name]
    assert [each.by.uri for each in within.recognition.endorsements] == ["urn:suyuan:agency:customs"]


def test_people_and_programs_read_of_it(world):
    verdict = verdict_on(proof_of(world, UNIT, kind="public"), world.standpoint())
    listed = verdict_json(verdict, "en")["story"]["outside"]
    assert [each["name"] for each in listed] == [each.event.name.hex() for each in verdict.story.outside]
    assert listed[0]["issuer"] == world.cast["carrier"].uri
    assert "5 events of these histories that lie outside the story" in render_verdict(verdict, "en")
    assert "5 个事件" in render_verdict(verdict, "zh")


def test_the_container_itself_tells_all_of_the_ship(world):
    verdict = verdict_on(proof_of(world, CONTAINER, kind="public"), world.standpoint())
    told = {each.event.name for each in verdict.story.timeline}
    assert {world.events[name].name for name in ("before", "within", "after")} <= told


def test_where_a_body_is_not_shown_both_sides_take_the_widest_window(world):
    """Roles with other windows name their subjects in the body: kept from the verifier, it is kept from the walk."""
    made, box = (f"https://id.gs1.org/00/0690123450000000{end}" for end in ("42", "59"))
    _see(world, made, "product")
    _see(world, box, "box")
    world.say("carrier", Draft(MADE, now(), {"unit": made, "of": UNIT, "deed": CONTAINER}))
    load(world, UNIT, box)  # too late for what was made of the unit

    def hiding(stored, head):
        return MISSING if head.type == MADE else public_body(stored, head)

    shown, hidden = (_verdict_by(world, made, body_of) for body_of in (public_body, hiding))
    assert shown.outcome == "verified"
    assert failure(hidden) == ("incomplete", 6, "incomplete", "body"), (
        "they reach the same histories, and one is missing"
    )
    count = said(shown, 5)["step5.events"]["events"]
    assert said(hidden, 5)["step5.events"]["events"] == count + 1, "the box is reached as well"


def _verdict_by(world: World, subject: str, body_of) -> Verdict:
    """Return the verdict on a proof of a prover that shows bodies as `body_of` says."""
    world.cosign()
    with world.ledger.sources() as sources:
        size = sources.reader.newest_checkpoint(quorum=True).size
        note = cosigned_note(sources.reader, size)
        proof = prove_trace(subject, walk="public", size=size, note=note, sources=sources, body_of=body_of)
    return verdict_on(proof, world.standpoint())


def test_the_types_of_this_page_have_the_windows_that_it_speaks_of(world):
    assert world.zone.types[LOADED].subjects["into"].window == "inside"
    assert world.zone.types[MADE].subjects["deed"].window is None
