"""An answer to events of several stories: each story is proved by itself, though what else it answers is not shown."""

from __future__ import annotations

import pytest

from ledger.compose.event import ComposedEvent, Draft
from tests.attacks.conftest import examined, failed_step, fresh_unit, smuggle
from tests.world import FIRM, ORDER, PARCEL, World, handle, now

PARCELS = [handle("parcel", f"of several {number}") for number in range(2)]


def arrive(world: World, parcel: str, unit: str) -> ComposedEvent:
    """Let a parcel lie at the warehouse for a while; return what the warehouse said of it."""
    carrier, warehouse = (world.cast[name].uri for name in ("carrier", "warehouse"))
    subjects = {"parcel": parcel, "unit": unit, "order": ORDER}
    told = {"carrier": FIRM, "weight": "1.2", "packages": 1}
    world.say("carrier", Draft("transport.waybill", now(), subjects, told, {"/number": f"WB-{unit[-3:]}"}))
    world.say("carrier", Draft("transport.departed", now(), {"goods": [parcel]}, {"place": "CNHGH"}, to=warehouse))
    data = {"customs": "2244", "operator": FIRM, "carrier": FIRM}
    (said,) = world.say("warehouse", Draft("transport.arrival", now(), {"parcel": parcel}, data))
    world.say("carrier", Draft("transport.arrived", now(), {"goods": [parcel]}, {"place": "CNHGH"}, to=carrier))
    return said


@pytest.mark.parametrize("parcel", PARCELS)
def test_who_answers_for_several_without_custody_of_any_leaves_each_story_provable(world: World, parcel: str):
    """Its events are its own for good, and so are answers to them; custody has gone on meanwhile."""
    answered = [arrive(world, each, fresh_unit(60 + place)) for place, each in enumerate(PARCELS)]
    about = tuple(sorted(each.name for each in answered))
    world.say("warehouse", Draft("clearance.status", now(), data={"code": "800"}, about=about))
    world.cosign()
    assert world.ledger.prover.trace(parcel).verdict.outcome == "verified"


def test_an_own_event_beside_it_gives_nobody_the_right_to_answer_anothers(world: World, monkeypatch):
    """The proof of the other's story does not show the own one: what it shows is judged all the same."""
    warehouse, mine = world.cast["warehouse"], arrive(world, PARCELS[0], fresh_unit(60))
    about = tuple(sorted((mine.name, world.events["waybill"].name)))
    draft = Draft("clearance.status", now(), data={"code": "800"}, about=about)
    answer = warehouse.compose(draft, world.zone.types, [world.zone.heads[name] for name in about])
    smuggle(world, warehouse, [answer], monkeypatch)
    refused = examined(world, PARCEL)
    assert failed_step(refused) == 5
    assert "head.about" in str(refused.steps[4].error)
