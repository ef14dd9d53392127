"""Orders to erase take the roots and a privacy officer; re-attestations take somebody who had no part in it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from fixtures.zone.actors import agency
from ledger.compose.event import Draft
from tests.verifier.judgement.chronicle import NAMES, TIME, Chronicle, admission, approval, bare, key_draft
from verifier.errors import MalformedError, NotPermittedError
from verifier.judgement.answers import check_answers

TRACE, CASE = (("trace", bytes(32)),), (("case", bytes(32)),)


@pytest.fixture
def chronicle() -> Chronicle:
    chronicle = Chronicle().found()
    chronicle.officer = agency("privacy", "隐", "Privacy", ["privacy-officer"])
    chronicle.decree(admission(chronicle.officer))
    chronicle.decree(key_draft(chronicle.officer.uri, chronicle.officer.signer.public))
    return chronicle


def _target(chronicle: Chronicle, kind: str = "order.placed", **members):
    event = bare(kind, 3, **{"issuer": chronicle.seller.uri, "joins": TRACE, **members})
    chronicle.zone.heads[event.name] = event.head
    return event


def _order(chronicle: Chronicle, target, what=("/buyer",)):
    draft = Draft("registry.erasure", TIME, {}, {"what": list(what), "basis": NAMES}, about=(target.name,))
    return chronicle.say(chronicle.customs, draft, as_root=True)[0]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_an_order_takes_the_threshold_of_roots_and_a_privacy_officer_in_any_order(chronicle, order):
    target = _target(chronicle)
    said = _order(chronicle, target)
    turns = [*((each, True) for each in chronicle.agencies[:3]), (chronicle.officer, False)]
    for place in order:
        assert not chronicle.registry.erasures_of(target.name, chronicle.leaf + 9)
        who, as_root = turns[place]
        chronicle.say(who, approval(said), as_root=as_root)
    (erasure,) = chronicle.registry.erasures_of(target.name, chronicle.leaf)
    assert (erasure.event, erasure.target, erasure.what) == (said.name, target.name, ("/buyer",))
    assert not chronicle.registry.erasures_of(target.name, chronicle.leaf - 1)


def test_no_number_of_roots_makes_up_for_the_officer_or_of_officers_for_the_roots(chronicle):
    target = _target(chronicle)
    said = _order(chronicle, target)
    chronicle.say(chronicle.officer, approval(said))
    chronicle.say(chronicle.officer, approval(said))
    chronicle.approve(said, *chronicle.agencies[:2])
    assert not chronicle.registry.erasures_of(target.name, chronicle.leaf)
    other = _order(chronicle, _target(chronicle, position=1), ["body"])
    chronicle.approve(other, *chronicle.agencies)
    assert chronicle.registry.completion_of(other.name) is None


def test_an_agency_without_that_role_approves_no_order(chronicle):
    said = _order(chronicle, _target(chronicle))
    for who in (chronicle.tax, chronicle.seller):
        with pytest.raises(NotPermittedError, match="privacy-officer"):
            chronicle.say(who, approval(said))


def test_a_privacy_officer_approves_orders_to_erase_and_nothing_else(chronicle):
    (proposal,) = chronicle.say(chronicle.customs, admission(agency("post", "邮", "Post", [])), as_root=True)
    with pytest.raises(NotPermittedError, match="orders to erase"):
        chronicle.say(chronicle.officer, approval(proposal))


def test_an_officers_late_approval_has_no_effect_and_is_no_fault(chronicle):
    target = _target(chronicle)
    said = _order(chronicle, target)
    chronicle.approve(said, *chronicle.agencies[:3])
    for _ in range(3):
        chronicle.say(chronicle.officer, approval(said))
    assert len(chronicle.registry.erasures_of(target.name, chronicle.leaf)) == 1


def test_an_order_under_a_statement_key_is_refused(chronicle):
    draft = Draft("registry.erasure", TIME, {}, {"what": ["body"], "basis": NAMES}, about=(_target(chronicle).name,))
    for who in (chronicle.officer, chronicle.customs):
        with pytest.raises(NotPermittedError, match="a root key"):
            chronicle.say(who, draft)


@pytest.mark.parametrize("what", [[], ["buyer"], ["body", "/buyer"], ["/a", "/a"]])
def test_an_order_names_fields_or_everything(chronicle, what):
    with pytest.raises(MalformedError, match=r"erasure\.what"):
        _order(chronicle, _target(chronicle), what)


def test_what_is_permanent_or_of_the_registry_is_not_erased(chronicle):
    registry, event = chronicle.registry, bare("registry.erasure", chronicle.leaf)
    check_answers(event, registry=registry, targets=[bare("order.placed", 3).head])
    for kind in ("registry.kind", "registry.agency"):
        with pytest.raises(NotPermittedError, match="not permanent"):
            check_answers(event, registry=registry, targets=[bare(kind, 3).head])


def test_a_type_that_ever_was_permanent_keeps_its_bodies(chronicle):
    registry = chronicle.registry
    kept = replace(registry.type_at("registry.kind", 0), name="order.placed", permanent=True)
    registry.set_type(kept, 5)
    registry.set_type(replace(kept, permanent=False), 9)
    event = bare("registry.erasure", 20)
    with pytest.raises(NotPermittedError, match="not permanent"):
        check_answers(event, registry=registry, targets=[bare("order.placed", 10).head])
    check_answers(replace(event, leaf=4), registry=registry, targets=[bare("order.placed", 3).head])


# What stands in one part of a proof.


def test_an_approval_is_of_registry_acts_or_of_orders_to_erase_and_not_of_both(chronicle):
    (proposal,) = chronicle.say(chronicle.customs, admission(agency("post", "邮", "Post", [])), as_root=True)
    said = _order(chronicle, _target(chronicle))
    with pytest.raises(NotPermittedError, match="two events"):
        chronicle.say(chronicle.customs, approval(proposal, said), as_root=True)


def test_a_reattestation_is_of_registry_events_or_of_others_and_not_of_both(chronicle):
    (registered,) = chronicle.say(chronicle.customs, key_draft(chronicle.seller.uri, _key()))
    target = _target(chronicle)
    for about in ((registered.name,), (target.name,)):
        (said,) = chronicle.say(chronicle.tax, Draft("registry.reattestation", TIME, about=about))
        assert chronicle.registry.reattestations_of(about[0]) == (said.name,)
    with pytest.raises(NotPermittedError, match="two events"):
        chronicle.say(chronicle.tax, Draft("registry.reattestation", TIME, about=(registered.name, target.name)))


def _key():
    return agency("key", "钥", "Key", []).signer.public


# Re-attestation.


def test_agencies_attest_again_under_their_statement_keys(chronicle):
    target = _target(chronicle)
    draft = Draft("registry.reattestation", TIME, about=(target.name,))
    with pytest.raises(NotPermittedError, match="an agency"):
        chronicle.say(chronicle.seller, draft)
    with pytest.raises(NotPermittedError, match="statement key"):
        chronicle.say(chronicle.customs, draft, as_root=True)
    names = [chronicle.say(who, draft)[0].name for who in (chronicle.tax, chronicle.customs)]
    assert chronicle.registry.reattestations_of(target.name) == tuple(names)


def test_nobody_attests_its_own_again(chronicle):
    """Neither what it said, nor what was said for it."""
    tax, customs = chronicle.tax.uri, chronicle.customs.uri
    for members in ({"issuer": tax}, {"issuer": customs, "behalf": tax}, {"issuer": tax, "behalf": customs}):
        target = bare("order.placed", 3, **members).head
        event = bare("registry.reattestation", chronicle.leaf, issuer=tax)
        with pytest.raises(NotPermittedError, match="no part in this"):
            check_answers(event, registry=chronicle.registry, targets=[target])
    check_answers(event, registry=chronicle.registry, targets=[bare("order.placed", 3, issuer=customs).head])


# Grants.


def test_a_grant_is_about_the_grantors_own_events(chronicle):
    event = bare("registry.grant", chronicle.leaf, issuer=chronicle.seller.uri)
    own = bare("order.placed", 3, issuer=chronicle.tax.uri, behalf=chronicle.seller.uri).head
    check_answers(event, registry=chronicle.registry, targets=[own])
    others = bare("order.placed", 3, issuer=chronicle.seller.uri, behalf=chronicle.tax.uri).head
    with pytest.raises(NotPermittedError, match=r"head\.about"):
        check_answers(event, registry=chronicle.registry, targets=[own, others])
