"""Nobody leads a story astray: what is said to be one subject is what the answered events are about."""

from __future__ import annotations

import pytest

from ledger.compose.event import ComposedEvent, Draft
from tests.world import FIRM, ORDER, World, handle, now
from verifier.errors import NotPermittedError

OTHER, STRANGE = handle("order", "the same order"), handle("order", "of somebody else")


def place(world: World, order: str) -> ComposedEvent:
    """Let the platform open an order once more, for the seller."""
    data = {"platform": FIRM, "seller": FIRM, "lineCount": 1}
    said = Draft("order.placed", now(), {"order": order}, data, {"/number": "ORDER-1"}, to=world.cast["seller"].uri)
    return world.say("platform", said)[0]


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
