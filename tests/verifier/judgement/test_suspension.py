"""Two roots pause a key or agency for 72 hours of ledger time, and cannot do so again and again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import (
    TIME,
    Chronicle,
    approval,
    ending,
    key_uri,
    new_key,
    restoration,
    suspension,
)
from verifier.errors import NotPermittedError
from verifier.judgement.life import DAY, HOUR, LONGEST_SUSPENSION, PAUSE, Life, Restoration, Suspension

LONG = TIME + 365 * DAY


@pytest.fixture
def chronicle() -> Chronicle:
    return Chronicle().found()


def _suspend(chronicle: Chronicle, subjects, *holders, until: int = LONG):
    (proposal,) = chronicle.say(chronicle.customs, suspension(subjects, until), as_root=True)
    for holder in holders or chronicle.agencies[:2]:
        chronicle.say(holder, approval(proposal), as_root=True)
    return proposal


def _is_valid(chronicle: Chronicle, who, time: int | None = None, leaf: int | None = None) -> bool:
    place = chronicle.leaf if leaf is None else leaf
    try:
        chronicle.registry.key_at(who.signer.public.kid, place, chronicle.time if time is None else time)
    except NotPermittedError:
        return False
    return True


@pytest.mark.parametrize("what", ["key", "agency"])
def test_two_root_holders_suspend_at_once_and_one_alone_does_not(chronicle, what):
    subjects = {"key": {"key": key_uri(chronicle.tax.signer.public)}, "agency": {"agency": chronicle.tax.uri}}[what]
    proposal = _suspend(chronicle, subjects, chronicle.customs, chronicle.customs)
    assert _is_valid(chronicle, chronicle.tax), "proposing is not approving, and a holder counts once"
    chronicle.approve(proposal, chronicle.inspection)
    assert not _is_valid(chronicle, chronicle.tax)
    assert _is_valid(chronicle, chronicle.tax, leaf=chronicle.leaf - 1)


def test_where_one_root_suffices_for_all_it_suffices_for_this():
    chronicle = Chronicle(threshold=1).found()
    _suspend(chronicle, {"agency": chronicle.tax.uri}, chronicle.customs)
    assert not _is_valid(chronicle, chronicle.tax)


@given(st.integers(0, 200 * HOUR), st.integers(0, 200 * HOUR))
def test_it_ends_at_its_own_time_and_after_72_hours_at_the_latest(until, later):
    life = Life().then(Suspension(b"s" * 32, 5, TIME, TIME + until))
    assert bool(life.suspension_at(9, TIME + later)) == (later < min(until, LONGEST_SUSPENSION))
    assert life.suspension_at(4, TIME) is None


def test_it_counts_from_the_approval_that_completes_it(chronicle):
    (proposal,) = chronicle.say(chronicle.customs, suspension({"agency": chronicle.tax.uri}, LONG), as_root=True)
    chronicle.approve(proposal, chronicle.customs)
    chronicle.time += 10 * DAY
    chronicle.approve(proposal, chronicle.inspection)
    assert not _is_valid(chronicle, chronicle.tax, chronicle.time + LONGEST_SUSPENSION - 1)
    assert _is_valid(chronicle, chronicle.tax, chronicle.time + LONGEST_SUSPENSION)


def test_a_suspended_agency_is_admitted_but_none_of_its_keys_is_valid(chronicle):
    _suspend(chronicle, {"agency": chronicle.tax.uri})
    assert chronicle.registry.participant_at(chronicle.tax.uri, chronicle.leaf)
    with pytest.raises(NotPermittedError, match="suspended until ledger time"):
        chronicle.replay.signer_at(chronicle.tax.signer.public.kid, chronicle.leaf, chronicle.time)
    assert chronicle.registry.root_at(chronicle.tax.root.public.kid, chronicle.leaf), "its root is the charter's"


def test_a_restoration_by_the_roots_ends_it_early(chronicle):
    subjects = {"key": key_uri(chronicle.tax.signer.public)}
    _suspend(chronicle, subjects)
    chronicle.decree(restoration(subjects))
    assert _is_valid(chronicle, chronicle.tax)
    assert not _is_valid(chronicle, chronicle.tax, leaf=chronicle.leaf - 1)


def test_roots_alone_propose_it_and_no_statement_key(chronicle):
    with pytest.raises(NotPermittedError, match="a root key"):
        chronicle.say(chronicle.customs, suspension({"agency": chronicle.tax.uri}, LONG))


def test_a_root_key_is_not_suspended(chronicle):
    with pytest.raises(NotPermittedError, match="a key of the charter"):
        _suspend(chronicle, {"key": key_uri(chronicle.tax.root.public)})


def test_what_was_never_there_is_not_suspended(chronicle):
    public = new_key().public
    _suspend(chronicle, {"key": key_uri(public)})
    assert chronicle.registry.suspension_at(key_uri(public), chronicle.leaf, chronicle.time) is None


@pytest.mark.parametrize(("after", "two_suffice"), [
    (HOUR, False), (LONGEST_SUSPENSION, False), (LONGEST_SUSPENSION + PAUSE - 1, False),
    (LONGEST_SUSPENSION + PAUSE, True),
])  # fmt: skip
def test_another_one_soon_after_takes_the_threshold(chronicle, after, two_suffice):
    subjects = {"agency": chronicle.tax.uri}
    _suspend(chronicle, subjects)
    chronicle.time += after
    until = chronicle.time + LONGEST_SUSPENSION
    proposal = _suspend(chronicle, subjects)
    assert _is_valid(chronicle, chronicle.tax, until - 1) != two_suffice
    chronicle.approve(proposal, chronicle.tax)
    assert not _is_valid(chronicle, chronicle.tax, until - 1)


def test_ending_one_early_does_not_make_room_for_another(chronicle):
    subjects = {"agency": chronicle.tax.uri}
    _suspend(chronicle, subjects)
    chronicle.decree(restoration(subjects))
    _suspend(chronicle, subjects)
    assert _is_valid(chronicle, chronicle.tax)


def test_suspending_one_leaves_all_others_to_two_roots(chronicle):
    _suspend(chronicle, {"agency": chronicle.tax.uri})
    _suspend(chronicle, {"agency": chronicle.inspection.uri})
    assert not _is_valid(chronicle, chronicle.inspection)


@given(st.lists(st.integers(0, 20 * DAY), min_size=1, max_size=12))
def test_two_roots_alone_never_suspend_for_more_than_72_hours_in_30_days(pauses):
    """Whenever two of them try: whatever passes without the threshold holds 72 hours, then 30 days are free."""
    life, time, leaf = Life(), TIME, 0
    for pause in pauses:
        time, leaf = time + pause, leaf + 1
        if not life.is_chained(time):
            life = life.then(Suspension(leaf.to_bytes(32), leaf, time, time + 365 * DAY))
    for one, following in pairwise(life.turns):
        assert following.begun - one.begun >= LONGEST_SUSPENSION + PAUSE
        assert life.suspension_at(one.since, one.begun + LONGEST_SUSPENSION) is None


@given(st.lists(st.sampled_from(["suspension", "restoration"]), max_size=8), st.integers(0, 9))
def test_a_restoration_ends_every_suspension_before_it_and_none_after(turns, leaf):
    life = Life()
    for place, word in enumerate(turns):
        turn = Suspension(b"", place, TIME, LONG) if word == "suspension" else Restoration(b"", place)
        life = life.then(turn)
    seen = turns[: leaf + 1]
    assert bool(life.suspension_at(leaf, TIME)) == (bool(seen) and seen[-1] == "suspension")


def test_a_suspension_ends_nothing_that_was_revoked(chronicle):
    subjects = {"agency": chronicle.tax.uri}
    chronicle.decree(ending(subjects))
    _suspend(chronicle, subjects)
    assert not _is_valid(chronicle, chronicle.tax, chronicle.time + 100 * DAY)
