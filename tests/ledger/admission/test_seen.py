"""An endorsement's `seen` lists digests of what it is about, and nothing else."""

from __future__ import annotations

import pytest

from ledger.compose.event import Draft
from tests.world import ORIGIN, found_world, now, parcel_story, tell_parcel
from verifier.errors import MismatchError
from verifier.ledgerformat.disclosure import disclosure_digest
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.submission import format_submission
from verifier.primitives.base64strict import format_base64url

STRANGE = format_base64url(bytes(32))


@pytest.fixture(scope="module")
def filed(world):
    """The enterprise's filing, recorded."""
    _, who, draft = parcel_story(world)[0]
    (event,) = world.say(who, draft)
    return event


def digests_of(event):
    return [format_base64url(disclosure_digest(each)) for each in event.disclosures]


def endorsement(seen, event, verb="acknowledged"):
    return Draft(f"endorsement.{verb}", now(), data={"seen": seen}, about=(event.name,))


def test_digests_of_the_endorsed_event_are_taken_all_some_or_none(world, filed):
    whole = digests_of(filed)
    assert len(whole) == 2
    for seen in (whole, whole[:1], []):
        world.say("tax", endorsement(seen, filed))


def test_a_digest_of_something_else_is_refused_and_named(world, filed):
    for seen in ([STRANGE], [*digests_of(filed), STRANGE]):
        with pytest.raises(MismatchError) as refused:
            world.say("tax", endorsement(seen, filed))
        assert (refused.value.field, refused.value.came) == ("events[0].body.data.seen", STRANGE)


def test_validating_finds_it_too(world, filed):
    tax = world.cast["tax"]
    events = [
        tax.compose(endorsement(seen, filed), world.zone.types, [world.zone.heads[filed.name]])
        for seen in ([], [STRANGE])
    ]
    faults = world.ledger.validate(format_submission(tax.sign(events, ORIGIN)))
    assert [each.field for each in faults] == ["events[1].body.data.seen"]


def test_what_stands_in_the_same_batch_is_looked_at_too(tmp_path):
    world = found_world(tmp_path / "zone", witnesses=0, quorum=0, policies=False)
    listed = tell_parcel(world, until="list")["list"]
    inspection, types = world.cast["inspection"], world.zone.types
    draft = Draft("clearance.inspection", now(), data={"result": "conformant"}, about=(listed.name,))
    said = inspection.compose(draft, types, [world.zone.heads[listed.name]])
    answers = {
        fits: inspection.compose(endorsement(seen, said), types, [parse_head(said.head)])
        for fits, seen in ((False, digests_of(listed)[:1]), (True, digests_of(said)))
    }
    with pytest.raises(MismatchError, match="seen"):
        world.zone.send(format_submission(inspection.sign([said, answers[False]], ORIGIN)))
    world.zone.send(format_submission(inspection.sign([said, answers[True]], ORIGIN)))
    world.ledger.close()
