"""Keys, agencies, enterprises, mandates and grants end; what was signed before stays, unless it is called suspect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import (
    TIME,
    Chronicle,
    admission,
    approval,
    ending,
    enterprise_admission,
    key_draft,
    key_uri,
    new_key,
    restoration,
    revocation,
)
from verifier.errors import MalformedError, NotPermittedError
from verifier.judgement.life import DAY, REACH


@pytest.fixture
def chronicle() -> Chronicle:
    return Chronicle().found()


def _at(chronicle: Chronicle, who, leaf: int | None = None):
    place = chronicle.leaf if leaf is None else leaf
    return chronicle.registry.key_at(who.signer.public.kid, place, chronicle.time)


# Who and what.


@pytest.mark.parametrize("what", ["agency", "key"])
def test_roots_end_an_agency_or_its_key_from_the_leaf_after(chronicle, what):
    subjects = {"agency": {"agency": chronicle.tax.uri}, "key": {"key": key_uri(chronicle.tax.signer.public)}}[what]
    chronicle.decree(ending(subjects))
    assert _at(chronicle, chronicle.tax, chronicle.leaf - 1)
    with pytest.raises(NotPermittedError, match="revoked from leaf"):
        _at(chronicle, chronicle.tax)
    admitted = chronicle.registry.participant_at(chronicle.tax.uri, chronicle.leaf)
    assert (admitted is None) == (what == "agency")


def test_a_revoked_agencys_root_goes_on_until_a_charter_changes_it(chronicle):
    chronicle.decree(ending({"agency": chronicle.tax.uri}))
    assert chronicle.registry.root_at(chronicle.tax.root.public.kid, chronicle.leaf)


def test_a_registrar_ends_an_enterprise_and_all_its_keys(chronicle):
    chronicle.say(chronicle.customs, ending({"enterprise": chronicle.seller.uri}))
    assert chronicle.registry.participant_at(chronicle.seller.uri, chronicle.leaf) is None
    with pytest.raises(NotPermittedError, match="revoked from leaf"):
        _at(chronicle, chronicle.seller)


def test_nobody_else_ends_an_agency_or_enterprise(chronicle):
    for who in (chronicle.inspection, chronicle.seller):
        with pytest.raises(NotPermittedError, match="registrar"):
            chronicle.say(who, ending({"enterprise": chronicle.seller.uri}))
    for who in (chronicle.customs, chronicle.tax):
        with pytest.raises(NotPermittedError, match="a root key"):
            chronicle.say(who, ending({"agency": chronicle.tax.uri}))
    with pytest.raises(NotPermittedError, match="registrar"):
        chronicle.say(chronicle.customs, ending({"enterprise": chronicle.seller.uri}), as_root=True)


def test_a_revocation_is_about_one_thing_exactly(chronicle):
    two = {"agency": chronicle.tax.uri, "key": key_uri(chronicle.tax.signer.public)}
    with pytest.raises(MalformedError, match="exactly one"):
        chronicle.say(chronicle.customs, ending(two), as_root=True)


def test_what_was_never_there_is_not_ended(chronicle):
    """Or a revocation could take a key, or an agency, before it comes."""
    post = admission(chronicle.tax)
    public = new_key().public
    chronicle.decree(ending({"agency": "urn:suyuan:agency:post"}), revocation(public))
    chronicle.decree(post, key_draft(chronicle.tax.uri, public))
    assert chronicle.registry.key_at(public.kid, chronicle.leaf, chronicle.time)


def test_a_key_of_the_charter_ends_by_charter_only(chronicle):
    for public in (chronicle.tax.root.public, chronicle.keys.seal.public, chronicle.keys.receipt.public):
        with pytest.raises(NotPermittedError, match="a key of the charter"):
            chronicle.say(chronicle.customs, revocation(public), as_root=True)


def test_a_refused_signer_learns_which_key_ended_where_and_by_what(chronicle):
    (said,) = chronicle.say(chronicle.tax, revocation(chronicle.tax.signer.public))
    with pytest.raises(NotPermittedError) as refused:
        _at(chronicle, chronicle.tax)
    assert f"revoked from leaf {chronicle.leaf} by {said.name.hex()}" in refused.value.came
    assert chronicle.tax.signer.public.kid.hex()[:16] in refused.value.came
    assert refused.value.todo == "Sign the batch again with a key that is valid."


def test_a_holder_that_ended_is_named_with_its_leaf(chronicle):
    chronicle.decree(ending({"agency": chronicle.tax.uri}))
    with pytest.raises(NotPermittedError, match=rf"agency:tax, revoked from leaf {chronicle.leaf}"):
        _at(chronicle, chronicle.tax)


# Restoration.


def test_a_restored_key_is_valid_again_and_the_gap_stays(chronicle):
    subjects = {"key": key_uri(chronicle.tax.signer.public)}
    chronicle.decree(ending(subjects))
    gap = chronicle.leaf
    chronicle.decree(restoration(subjects))
    assert _at(chronicle, chronicle.tax)
    for leaf in range(gap, chronicle.leaf):
        with pytest.raises(NotPermittedError, match="revoked"):
            _at(chronicle, chronicle.tax, leaf)
    assert _at(chronicle, chronicle.tax, gap - 1)


def test_roots_restore_an_agency_and_a_registrar_an_enterprise(chronicle):
    for subjects, decree in (
        ({"agency": chronicle.tax.uri}, chronicle.decree),
        ({"enterprise": chronicle.seller.uri}, lambda draft: chronicle.say(chronicle.customs, draft)),
    ):
        (uri,) = subjects.values()
        decree(ending(subjects))
        assert chronicle.registry.participant_at(uri, chronicle.leaf) is None
        decree(restoration(subjects))
        assert chronicle.registry.participant_at(uri, chronicle.leaf)


def test_nobody_else_restores(chronicle):
    chronicle.say(chronicle.customs, ending({"enterprise": chronicle.seller.uri}))
    chronicle.decree(ending({"key": key_uri(chronicle.tax.signer.public)}))
    with pytest.raises(NotPermittedError, match="registrar"):
        chronicle.say(chronicle.inspection, restoration({"enterprise": chronicle.seller.uri}))
    with pytest.raises(NotPermittedError, match="registrar"):
        chronicle.say(chronicle.inspection, restoration({"enterprise": chronicle.seller.uri}), as_root=True)
    with pytest.raises(NotPermittedError, match="a root key"):
        chronicle.say(chronicle.customs, restoration({"key": key_uri(chronicle.tax.signer.public)}))


def test_admitting_again_does_not_undo_a_revocation(chronicle):
    chronicle.say(chronicle.customs, ending({"enterprise": chronicle.seller.uri}))
    chronicle.say(chronicle.customs, enterprise_admission(chronicle.seller))
    assert chronicle.registry.participant_at(chronicle.seller.uri, chronicle.leaf) is None


def test_a_key_that_was_called_compromised_never_comes_back(chronicle):
    public = chronicle.tax.signer.public
    chronicle.decree(revocation(public, 0))
    with pytest.raises(NotPermittedError, match="Register a new key"):
        chronicle.say(chronicle.customs, restoration({"key": key_uri(public)}), as_root=True)


def test_nor_does_it_where_that_was_said_while_the_restoration_waited(chronicle):
    public = chronicle.tax.signer.public
    chronicle.decree(revocation(public))
    (waiting,) = chronicle.say(chronicle.customs, restoration({"key": key_uri(public)}), as_root=True)
    chronicle.approve(waiting, *chronicle.agencies[:2])
    chronicle.decree(revocation(public, 3))
    with pytest.raises(NotPermittedError, match="Register a new key"):
        chronicle.approve(waiting, chronicle.agencies[2])


# Compromised since.


def test_roots_reach_back_to_the_leaf_they_name_and_no_further(chronicle):
    kid = chronicle.tax.signer.public.kid
    (said,) = chronicle.decree(revocation(chronicle.tax.signer.public, 4))
    (suspicion,) = chronicle.registry.suspicions_of(kid)
    assert (suspicion.event, suspicion.since_leaf, suspicion.until_leaf) == (said.name, 4, chronicle.leaf)
    assert [leaf for leaf in range(40) if suspicion.reaches(leaf, 0)] == list(range(4, chronicle.leaf))


@given(st.integers(0, 60 * DAY))
def test_who_speaks_alone_reaches_back_seven_days_at_most(before):
    suspicions = _CHRONICLE.registry.suspicions_of(_CHRONICLE.inspection.signer.public.kid)
    assert suspicions[0].reaches(5, TIME - before) == (before <= REACH)


def _alone() -> Chronicle:
    chronicle = Chronicle().found()
    chronicle.say(chronicle.inspection, revocation(chronicle.inspection.signer.public, 0))
    return chronicle


_CHRONICLE = _alone()


def test_a_registrar_reaches_back_seven_days_at_most(chronicle):
    chronicle.say(chronicle.customs, ending({"enterprise": chronicle.seller.uri}, 0))
    (suspicion,) = chronicle.registry.suspicions_of(chronicle.seller.signer.public.kid)
    assert suspicion.not_before_time == TIME - REACH


def test_roots_extend_the_reach_of_what_an_agency_said_alone(chronicle):
    public = chronicle.inspection.signer.public
    chronicle.say(chronicle.inspection, revocation(public, 6))
    ended = chronicle.leaf
    chronicle.decree(revocation(public, 2))
    suspicions = chronicle.registry.suspicions_of(public.kid)
    assert [(each.since_leaf, each.not_before_time) for each in suspicions] == [(6, TIME - REACH), (2, 0)]
    assert chronicle.registry.revocation_at(key_uri(public), chronicle.leaf).since == ended, "the first ends it"


def test_an_agency_called_compromised_makes_every_key_of_it_suspect(chronicle):
    chronicle.decree(ending({"agency": chronicle.tax.uri}, 3))
    assert chronicle.registry.suspicions_of(chronicle.tax.signer.public.kid)
    assert not chronicle.registry.suspicions_of(chronicle.customs.signer.public.kid)
    assert chronicle.registry.has_suspicions


@pytest.mark.parametrize("since", [-1, 10_000, True, "3"])
def test_a_leaf_that_is_none_before_the_revocation_is_refused(chronicle, since):
    with pytest.raises(MalformedError, match="compromisedSince"):
        chronicle.say(chronicle.customs, revocation(chronicle.tax.signer.public, since), as_root=True)


def test_the_time_of_the_completing_approval_decides_for_administrators_and_none_for_roots(chronicle):
    (said,) = chronicle.say(chronicle.customs, revocation(chronicle.tax.signer.public, 1), as_root=True)
    for holder in chronicle.agencies[:3]:
        chronicle.time += 10 * DAY
        chronicle.say(holder, approval(said), as_root=True)
    (suspicion,) = chronicle.registry.suspicions_of(chronicle.tax.signer.public.kid)
    assert suspicion.not_before_time == 0


# What came later changes nothing before.


@given(
    st.lists(st.sampled_from(["revoke key", "restore key", "revoke agency", "restore agency", "suspend"]), max_size=6)
)
def test_validity_at_a_position_is_never_changed_by_what_comes_later(acts):
    chronicle = Chronicle().found()
    key, uri = {"key": key_uri(chronicle.tax.signer.public)}, {"agency": chronicle.tax.uri}
    drafts = {
        "revoke key": ending(key), "restore key": restoration(key), "revoke agency": ending(uri),
        "restore agency": restoration(uri), "suspend": revocation(new_key().public),
    }  # fmt: skip
    seen: dict[int, bool] = {}
    for act in acts:
        chronicle.decree(drafts[act])
        for leaf in range(chronicle.leaf):
            assert seen.setdefault(leaf, _is_valid(chronicle, leaf)) == _is_valid(chronicle, leaf)


def _is_valid(chronicle: Chronicle, leaf: int) -> bool:
    try:
        _at(chronicle, chronicle.tax, leaf)
    except NotPermittedError:
        return False
    return True
