"""Grants stand with what they are about, and in a history of their own."""

from __future__ import annotations

from ledger.compose.event import ComposedEvent, Draft
from tests.attacks.conftest import examined, failed_step, smuggle
from tests.world import DAY, UNIT, World, handle, now

GRANT = handle("grant", "1")


def _draft(world: World, about: bytes) -> Draft:
    subjects = {"grant": GRANT, "grantee": world.cast["seller"].uri}
    return Draft("registry.grant", now(), subjects, {"fields": ["body"]}, until=now() + 30 * DAY, about=(about,))


def _moved(world: World, about: ComposedEvent, other: ComposedEvent) -> ComposedEvent:
    """Return a grant that claims to be about one event and stands in the histories of another."""
    carrier = world.cast["carrier"]
    targets = [world.zone.heads[other.name]]
    return carrier.compose(_draft(world, about.name), world.zone.types, targets)


def test_the_registry_walk_of_an_honest_grant_verifies_without_what_it_is_about(world: World):
    world.say("carrier", _draft(world, world.events["departing"].name))
    for subject, walk in ((GRANT, "registry"), (UNIT, "public")):
        assert examined(world, subject, walk).outcome == "verified"


def test_a_grant_that_was_moved_into_another_trace_is_refused_there(world: World, monkeypatch):
    moved = _moved(world, world.events["payment"], world.events["departing"])
    smuggle(world, world.cast["carrier"], [moved], monkeypatch)
    verdict = examined(world, UNIT)
    assert (verdict.outcome, failed_step(verdict)) == ("altered", 5)
