"""A charter that has expired: from the first seal past its end only the next one may be said, and that reopens."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fixtures.zone.founding import YEAR
from ledger.compose.event import Draft
from verifier.errors import NotPermittedError


@pytest.fixture
def expired(small):
    """A zone whose charter's end lies one second back; an admission was proposed before, and waits."""
    zone = small.decree_zone()
    subjects = {"agency": "urn:suyuan:agency:late"}
    data = {"names": {"zh": "晚", "en": "Late"}, "roles": ["late"], "jurisdiction": ["demonstration"]}
    (waiting,) = zone.say(small.customs, [Draft("registry.agency", small.clocks.ms, subjects, data)], as_root=True)
    small.clocks.ms = small.ledger.head.replay.registry.charters[-1].expires + 1000
    return small, zone, waiting


def renewal(small, zone):
    """The next charter: as the one in force, a year longer."""
    before = small.ledger.head.replay.registry.charters[-1]
    draft = zone._charter()
    data = json.loads(json.dumps(dict(draft.data)))
    return replace(draft, data={**data, "version": before.version + 1, "previous": before.name.hex()})


def test_statements_and_envelopes_are_refused(expired):
    small, zone, _ = expired
    size = small.size
    with pytest.raises(NotPermittedError, match="expired"):
        small.move(1)
    with pytest.raises(NotPermittedError, match="expired"):
        small.ledger.submit_envelope(small.envelope()).result(timeout=30)
    with pytest.raises(NotPermittedError, match="expired"):
        zone.admit_enterprises(small.customs, [small.carrier])
    assert small.size == size


def test_an_approval_of_anything_but_a_charter_is_refused(expired):
    small, zone, waiting = expired
    with pytest.raises(NotPermittedError, match="expired"):
        zone.approve([waiting.name])
    assert small.ledger.head.replay.registry.participant_at("urn:suyuan:agency:late", small.size) is None


def test_a_renewed_charter_reopens_the_ledger(expired):
    small, zone, waiting = expired
    (charter,) = zone.say(small.customs, [renewal(small, zone)], as_root=True)
    with pytest.raises(NotPermittedError, match="expired"):
        small.move(1)
    zone.approve([charter.name])
    assert small.ledger.head.replay.registry.charter_at(small.size).expires == small.clocks.ms + YEAR
    small.move(1)
    zone.approve([waiting.name])
    assert small.ledger.head.replay.registry.participant_at("urn:suyuan:agency:late", small.size)
    small.reopen()
    small.move(2)


def test_the_last_millisecond_is_still_open(small):
    small.clocks.ms = small.ledger.head.replay.registry.charters[-1].expires - 1
    small.move(1)
    with pytest.raises(NotPermittedError, match="expired"):
        small.move(2)
