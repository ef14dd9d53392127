"""Two roots pause a key or agency for 72 hours of ledger time, and cannot do so again and again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import (
    TIME,
    Chronicle,
    administered,
    approval,
    ending,
    key_draft,
    key_uri,
    new_key,
    restoration,
    suspension,
    under,
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
        if not life.is_chained(leaf - 1, time):
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


# A key and its holder together: whichever of them is suspended, the key is without its rights.


def _suspend_key(chronicle: Chronicle, *holders):
    return _suspend(chronicle, {"key": key_uri(chronicle.tax.signer.public)}, *holders)


def _suspend_agency(chronicle: Chronicle, *holders):
    return _suspend(chronicle, {"agency": chronicle.tax.uri}, *holders)


ORDERS = [(_suspend_key, _suspend_agency), (_suspend_agency, _suspend_key), (_suspend_agency, _suspend_agency)]


@pytest.mark.parametrize(("first", "second"), ORDERS)
@pytest.mark.parametrize("after", [HOUR, LONGEST_SUSPENSION - 1, LONGEST_SUSPENSION, LONGEST_SUSPENSION + PAUSE - 1])
def test_two_roots_do_not_go_on_from_key_to_agency_or_back(chronicle, first, second, after):
    first(chronicle)
    begun = chronicle.time
    chronicle.time += after
    second(chronicle)
    assert _is_valid(chronicle, chronicle.tax, begun + max(after, LONGEST_SUSPENSION))


@pytest.mark.parametrize(("first", "second"), ORDERS)
def test_when_a_month_is_over_two_roots_may_suspend_again(chronicle, first, second):
    first(chronicle)
    chronicle.time += LONGEST_SUSPENSION + PAUSE
    second(chronicle)
    assert not _is_valid(chronicle, chronicle.tax)


@pytest.mark.parametrize(("first", "second"), ORDERS)
def test_the_threshold_suspends_whatever_two_roots_suspended_before(chronicle, first, second):
    first(chronicle)
    chronicle.time += LONGEST_SUSPENSION
    if (first, second) == ORDERS[0]:  # an agency that was not suspended itself: two are enough, and the key is spared
        second(chronicle)
        assert _is_valid(chronicle, chronicle.tax)
        _suspend_key(chronicle, *chronicle.agencies[:3])
    else:
        second(chronicle, *chronicle.agencies[:3])
    assert not _is_valid(chronicle, chronicle.tax)


def test_a_key_that_is_spared_does_not_spare_the_others_of_its_agency(chronicle):
    other = new_key()
    chronicle.decree(key_draft(chronicle.tax.uri, other.public))
    _suspend_key(chronicle)
    chronicle.time += LONGEST_SUSPENSION
    _suspend_agency(chronicle)
    assert _is_valid(chronicle, chronicle.tax)
    assert not _is_valid(chronicle, under(chronicle.tax, other))


def test_an_administrators_key_is_counted_with_its_agency_too(chronicle):
    keys = [new_key() for _ in range(3)]
    chronicle.decree(administered(chronicle.tax, keys, 2))

    def is_valid(signer) -> bool:
        return chronicle.registry.administrator_at(signer.public.kid, chronicle.leaf, chronicle.time) is not None

    _suspend(chronicle, {"key": key_uri(keys[0].public)})
    assert not is_valid(keys[0])
    chronicle.time += LONGEST_SUSPENSION
    _suspend_agency(chronicle)
    assert is_valid(keys[0])
    assert not is_valid(keys[1])
    chronicle.replay.signer_at(keys[0].public.kid, chronicle.leaf, chronicle.time)
    with pytest.raises(NotPermittedError, match="suspended until ledger time"):
        chronicle.replay.signer_at(keys[1].public.kid, chronicle.leaf, chronicle.time)


def test_key_and_agency_are_suspended_in_one_ceremony(chronicle):
    """Both begin and end together: neither follows the other."""
    subjects = ({"agency": chronicle.tax.uri}, {"key": key_uri(chronicle.tax.signer.public)})
    said = chronicle.say(chronicle.customs, *(suspension(each, LONG) for each in subjects), as_root=True)
    for holder in chronicle.agencies[:2]:
        chronicle.say(holder, approval(*said), as_root=True)
    registry = chronicle.registry
    for subject in (chronicle.tax.uri, key_uri(chronicle.tax.signer.public)):
        assert registry.suspension_at(subject, chronicle.leaf, chronicle.time)
    assert not _is_valid(chronicle, chronicle.tax)
    assert _is_valid(chronicle, chronicle.tax, chronicle.time + LONGEST_SUSPENSION)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40 * 24)), max_size=8))
def test_no_key_is_without_its_rights_for_more_than_72_hours_on_end_by_two_roots(acts):
    """Whatever two roots suspend and when: key, another key of its holder, the holder; a brute look at each hour."""
    chronicle, other = Chronicle().found(), new_key()
    chronicle.decree(key_draft(chronicle.tax.uri, other.public))
    subjects = [
        {"agency": chronicle.tax.uri},
        *({"key": key_uri(each)} for each in (chronicle.tax.signer.public, other.public)),
    ]
    looks = []
    for target, hours in acts:
        looks += [(chronicle.leaf, chronicle.time + hour * HOUR) for hour in range(hours)]
        chronicle.time += hours * HOUR
        _suspend(chronicle, subjects[target])
    looks += [(chronicle.leaf, chronicle.time + hour * HOUR) for hour in range(200)]
    for who in (chronicle.tax, under(chronicle.tax, other)):
        without = 0
        for leaf, time in looks:
            without = 0 if _is_valid(chronicle, who, time, leaf) else without + 1
            assert without <= 72
