"""Which items came from a lot: all of them, each once, through two transformations, at the scale of a pilot zone."""

from __future__ import annotations

import pytest

from ledger.compose.event import Draft
from ledger.trade.members import Item, downstream_of, read_members
from tests.ledger.trade.story import Story, item
from tests.world import PRODUCT, found_world, now
from verifier.ledgerformat.subject import subject_name

RAW, FLOUR, BREAD, CAKE, SALT = (f"{PRODUCT}/10/{each}" for each in ("RAW", "FLOUR", "BREAD", "CAKE", "SALT"))
BATCH = 2_000


def made_of_raw(folder, count):
    """Return a ledger on which so many items came from a raw material: half by one way of two, half by the other."""
    world = found_world(folder, witnesses=0, quorum=0, policies=False)
    story = Story(world)
    story.file()
    for lot in (RAW, SALT):
        story.produce(lot)
    story.blend([RAW], FLOUR)
    story.blend([FLOUR, SALT], BREAD)
    story.blend([FLOUR], CAKE)
    for first in range(0, count, BATCH):
        serials = range(first, min(first + BATCH, count))
        drafts = [_commission(f"D{each}", BREAD if each % 2 else CAKE) for each in serials]
        story.say("seller", *drafts)
    story.commission("SALTED", lot=SALT)
    return world


def _commission(serial, lot):
    subjects = {"item": item(serial), "product": PRODUCT, "lot": lot}
    return Draft("transport.commissioning", now(), subjects, {"action": "ADD"})


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.soak)])
def test_downstream_of_a_raw_material_are_all_items_each_once_through_two_transformations(tmp_path, count):
    world = made_of_raw(tmp_path / "zone", count)
    with world.ledger.store.read() as reader:
        size = reader.counters().size
        found = downstream_of([RAW], reader, size)
        assert set(found.sources) == {RAW, FLOUR, BREAD, CAKE}
        assert found.whole
        assert found.items == {subject_name(item(f"D{each}")) for each in range(count)}
        of_salt = downstream_of([SALT], reader, size)
        own = {subject_name(item(f"D{each}")) for each in range(1, count, 2)} | {subject_name(item("SALTED"))}
        assert of_salt.items == own, "what was made without salt is not among them"
        members = [each.subject for each in read_members(BREAD, reader, size) if isinstance(each, Item)]
        assert members == [item(f"D{each}") for each in range(1, count, 2)], "in the order of the log, none twice"
    world.ledger.close()
