"""What is derived from events keeps nothing of what was erased: neither a row nor the page where a row was."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing

import pytest

from ledger.compose.event import Draft
from ledger.endorsing.projection import Projection
from ledger.epcis.projection import EpcisProjection
from ledger.handles.projection import HandleProjection
from ledger.standing.projection import StandingProjection
from tests.ledger.erasure.test_eraser import settle
from tests.ledger.erasure.test_everything import erasable, erase_all
from tests.world import DAY, ORIGIN, PRODUCT, now

KINDS = {
    "endorsing": Projection,
    "handles": HandleProjection,
    "epcis": EpcisProjection,
    "standing": StandingProjection,
}
ITEMS = [f"{PRODUCT}/21/ERASED{number}" for number in range(6)]


@pytest.fixture
def projections(world, tmp_path):
    with ExitStack() as stack:
        yield [
            stack.enter_context(closing(kind(tmp_path / f"{name}.db", world.ledger.sources, origin=ORIGIN)))
            for name, kind in KINDS.items()
        ]


def follow(projections) -> None:
    for each in projections:
        while not each.follow():
            pass


def found_in(folder, values) -> set[str]:
    files = [path.read_bytes() for path in sorted(folder.glob("*.db*"))]
    return {value for value in values if any(value.encode() in content for content in files)}


def words(world, *, kept: bool) -> set[str]:
    """Return the longer texts in bodies: of events that may be erased, or of those that may not."""
    names, found = set(erasable(world).values()), set()
    with world.ledger.store.read() as reader:
        for each in world.events.values():
            if (each.name in names) is not kept:
                found |= _texts(json.loads(reader.find_event(each.name).body))
    return found


def _texts(value) -> set[str]:
    if isinstance(value, str):
        return {value} if len(value) > 13 else set()  # longer than a word of a type's name, which no order erases
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*(_texts(each) for each in parts))


def test_files_of_projections_keep_no_byte_of_what_was_erased(world, projections, tmp_path):
    for item in ITEMS:
        data = {"action": "ADD", "bizStep": "commissioning"}
        subjects = {"item": item, "product": PRODUCT}
        (world.events[item],) = world.say("seller", Draft("transport.commissioning", now() - DAY, subjects, data))
    gone = words(world, kept=False) - words(world, kept=True)
    follow(projections)
    assert set(ITEMS) <= found_in(tmp_path, gone)
    orders = erase_all(world)
    settle(world)
    follow(projections)
    assert orders
    assert not found_in(tmp_path, gone)
