"""A ledger with two lots of one product, a lot made of both, and items of each."""

from __future__ import annotations

import pytest

from tests.ledger.trade.story import BLEND, HELD, LOT, OTHER, SERIALS, Story, about
from tests.world import found_world


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    world = found_world(tmp_path_factory.mktemp("trade") / "zone", witnesses=0, quorum=0, policies=False)
    told = Story(world)
    told.file()
    told.produce(LOT)
    told.produce(OTHER)
    told.commission(*SERIALS, lot=LOT)
    told.commission("other", lot=OTHER)
    told.commission("loose")
    told.blend([LOT, OTHER], BLEND)
    told.commission("blended", lot=BLEND)
    yield told
    world.ledger.close()


@pytest.fixture(scope="module")
def moved(story):
    """Every item of the first lot somewhere else."""
    listed, _ = story.order("stopped")
    story.say("customs", about(listed, "clearance.hold", HELD))
    story.order("gone")
    for serial in ("sold", "asked", "back", "kept"):
        story.order(serial)
        story.deliver(serial)
    story.ask_back("asked")
    story.close(story.ask_back("back"), "returned")
    story.close(story.ask_back("kept"), "refused")
    _, packed = story.order("unpacked")
    story.say("seller", about(packed, "transport.unpacking", {"reason": "order cancelled"}))
    return story
