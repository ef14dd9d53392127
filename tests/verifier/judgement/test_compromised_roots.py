"""Roots change by charter alone, and a charter may call an earlier root's key compromised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.zone.actors import Actor, agency
from tests.verifier.judgement.chronicle import Chronicle, admission, new_key
from verifier.errors import MalformedError, NotPermittedError
from verifier.primitives.keys import format_key


@pytest.fixture
def chronicle() -> Chronicle:
    return Chronicle().found()


def _called(*actors: Actor, since: int = 1) -> list[dict[str, object]]:
    return [{"kid": each.root.public.kid.hex(), "since": since} for each in actors]


def _roots(chronicle: Chronicle, *replaced: Actor) -> list[dict[str, object]]:
    """Return the roots, those replaced with new keys."""
    roots = chronicle.charter().data["roots"]
    gone = {each.uri for each in replaced}
    return [{**each, "key": format_key(new_key().public)} if each["agency"] in gone else each for each in roots]


def _propose(chronicle: Chronicle, **changes):
    return chronicle.say(chronicle.customs, chronicle.charter(**changes), as_root=True)[0]


def test_a_compromised_key_is_no_root_of_the_charter_that_says_so_or_of_later_ones(chronicle):
    lost = chronicle.commerce = chronicle.agencies[4]
    proposal = _propose(chronicle, compromised=_called(lost, since=2))
    before = chronicle.leaf
    chronicle.approve(proposal, *chronicle.agencies[:3])
    assert chronicle.registry.root_at(lost.root.public.kid, before)
    assert chronicle.registry.root_at(lost.root.public.kid, chronicle.leaf) is None
    assert chronicle.registry.compromised_roots == {lost.root.public.kid: 2}
    assert chronicle.registry.has_suspicions
    with pytest.raises(NotPermittedError):
        chronicle.say(lost, admission(agency("post", "邮", "Post", [])), as_root=True)
    later = chronicle.charter(version=3, previous=proposal.name.hex())
    (proposal,) = chronicle.say(chronicle.customs, later, as_root=True)
    chronicle.approve(proposal, *chronicle.agencies[:3])
    assert len(chronicle.registry.charters) == 3
    assert chronicle.registry.root_at(lost.root.public.kid, chronicle.leaf) is None, "named again, it is none"


def test_its_own_approval_does_not_count_for_the_charter_that_calls_it_compromised(chronicle):
    """k of the new charter are counted among those that it leaves."""
    lost = chronicle.tax
    proposal = _propose(chronicle, compromised=_called(lost))
    chronicle.approve(proposal, chronicle.customs, chronicle.inspection, lost)
    assert len(chronicle.registry.charters) == 1
    chronicle.approve(proposal, chronicle.agencies[3])
    assert len(chronicle.registry.charters) == 2


@given(st.integers(1, 5), st.sets(st.integers(0, 4)))
def test_a_charter_that_leaves_fewer_live_roots_than_its_threshold_is_refused(threshold, lost):
    chronicle = _FOUNDED
    draft = chronicle.charter(threshold=threshold, compromised=_called(*[chronicle.agencies[each] for each in lost]))
    if 5 - len(lost) >= threshold:
        chronicle.say(chronicle.customs, draft, as_root=True)
    else:
        with pytest.raises(NotPermittedError, match=rf"{5 - len(lost)} that are not compromised"):
            chronicle.say(chronicle.customs, draft, as_root=True)


_FOUNDED = Chronicle().found()


def test_a_root_whose_key_was_called_compromised_comes_back_with_a_new_one(chronicle):
    lost = chronicle.agencies[4]
    roots = _roots(chronicle, lost)
    proposal = _propose(chronicle, roots=roots, compromised=_called(lost))
    chronicle.approve(proposal, *chronicle.agencies[:3])
    in_force = chronicle.registry.charter_at(chronicle.leaf)
    assert {root.agency for root in in_force.roots.values()} == {each.uri for each in chronicle.agencies}


def test_only_root_keys_of_earlier_charters_are_called_compromised(chronicle):
    for public in (new_key().public, chronicle.tax.signer.public, chronicle.keys.seal.public):
        with pytest.raises(NotPermittedError, match="root keys of charters before"):
            _propose(chronicle, compromised=[{"kid": public.kid.hex(), "since": 0}])
    fresh = Chronicle()
    with pytest.raises(NotPermittedError, match="root keys of charters before"):
        fresh.say(fresh.customs, fresh.charter(compromised=_called(fresh.tax, since=0)), as_root=True)


@pytest.mark.parametrize("bent", [
    None, {}, [1], [{}], [{"kid": "00" * 32}], [{"kid": "0", "since": 1}], [{"kid": "00" * 32, "since": -1}],
    [{"kid": "00" * 32, "since": 10_000}], [{"kid": "00" * 32, "since": True}], [{"kid": "00" * 32, "since": 1}] * 2,
    [{"kid": "AA" * 32, "since": 1}], [{"kid": "00" * 32, "since": 1, "more": 1}],
])  # fmt: skip
def test_what_is_no_list_of_kids_and_leaves_is_refused(chronicle, bent):
    with pytest.raises(MalformedError, match="compromised"):
        _propose(chronicle, compromised=bent)
