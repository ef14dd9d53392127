"""One agency carries on for another: what the first signed stands, and it signs nothing more."""

from __future__ import annotations

import pytest

from fixtures.zone.actors import agency
from ledger.compose.event import Draft
from tests.verifier.judgement.chronicle import TIME, Chronicle, admission, approval
from verifier.errors import NotPermittedError
from verifier.judgement.life import NO_LIFE


@pytest.fixture
def chronicle() -> Chronicle:
    return Chronicle().found()


def _succession(old: str, new: str) -> Draft:
    return Draft("registry.succession", TIME, {"agency": old, "successor": new})


def test_the_old_agencys_keys_end_and_what_it_was_is_remembered(chronicle):
    old, new = chronicle.inspection, chronicle.customs
    chronicle.decree(_succession(old.uri, new.uri))
    leaf, kid = chronicle.leaf, old.signer.public.kid
    assert chronicle.registry.successor_of(old.uri, leaf) == new.uri
    assert chronicle.registry.successor_of(old.uri, leaf - 1) is None
    assert chronicle.registry.participant_at(old.uri, leaf - 1).roles == {"inspection-quarantine"}
    assert chronicle.registry.participant(old.uri), "its names are still to be had"
    with pytest.raises(NotPermittedError, match="succeeded by") as refused:
        chronicle.registry.key_at(kid, leaf, chronicle.time)
    assert "successor" in refused.value.todo
    assert chronicle.registry.key_at(kid, leaf - 1, chronicle.time)
    assert chronicle.registry.participant_at(new.uri, leaf)


def test_who_follows_may_be_followed_and_the_last_one_carries_on_for_all(chronicle):
    chronicle.decree(_succession(chronicle.inspection.uri, chronicle.tax.uri))
    first = chronicle.leaf
    chronicle.decree(_succession(chronicle.tax.uri, chronicle.customs.uri))
    for old in (chronicle.inspection, chronicle.tax):
        assert chronicle.registry.successor_of(old.uri, chronicle.leaf) == chronicle.customs.uri
    assert chronicle.registry.successor_of(chronicle.inspection.uri, first) == chronicle.tax.uri


def test_nobody_follows_itself_or_an_agency_that_ended(chronicle):
    chronicle.decree(_succession(chronicle.inspection.uri, chronicle.customs.uri))
    for new in (chronicle.tax.uri, "urn:suyuan:agency:nobody", chronicle.inspection.uri):
        with pytest.raises(NotPermittedError, match=r"succession\.successor"):
            chronicle.say(chronicle.customs, _succession(chronicle.tax.uri, new), as_root=True)


def test_an_agency_has_one_successor(chronicle):
    chronicle.decree(_succession(chronicle.inspection.uri, chronicle.customs.uri))
    with pytest.raises(NotPermittedError, match=r"succession\.agency"):
        chronicle.say(chronicle.customs, _succession(chronicle.inspection.uri, chronicle.tax.uri), as_root=True)


def test_two_successions_that_waited_make_no_circle(chronicle):
    """The second one's last approval is refused, and nothing of it stands in the log."""
    one, two = chronicle.inspection.uri, chronicle.tax.uri
    (first,) = chronicle.say(chronicle.customs, _succession(one, two), as_root=True)
    (second,) = chronicle.say(chronicle.customs, _succession(two, one), as_root=True)
    for holder in chronicle.agencies[:2]:
        chronicle.say(holder, approval(first, second), as_root=True)
    with pytest.raises(NotPermittedError, match="succession"):
        chronicle.say(chronicle.agencies[2], approval(first, second), as_root=True)


def test_a_succession_is_the_roots(chronicle):
    with pytest.raises(NotPermittedError, match="a root key"):
        chronicle.say(chronicle.inspection, _succession(chronicle.inspection.uri, chronicle.customs.uri))


def test_admitting_it_again_does_not_bring_the_old_agency_back(chronicle):
    chronicle.decree(_succession(chronicle.inspection.uri, chronicle.customs.uri))
    chronicle.decree(admission(chronicle.inspection))
    assert chronicle.registry.participant_at(chronicle.inspection.uri, chronicle.leaf) is None


def test_an_agency_of_the_time_before_this_ledger_has_a_successor_too(chronicle):
    """What it signed on paper is carried on, and policies that name it are met by who does."""
    old = agency("quarantine", "检", "Quarantine", [])
    chronicle.decree(_succession(old.uri, chronicle.customs.uri))
    assert chronicle.registry.successor_of(old.uri, chronicle.leaf) == chronicle.customs.uri
    assert chronicle.registry.life(old.uri) == NO_LIFE
