"""Replay of the registry: who may say what, and from which leaf it holds."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.zone.actors import agency, enterprise
from fixtures.zone.founding import heads_of_one
from ledger.compose.event import Draft
from tests.verifier.judgement.chronicle import (
    TIME,
    Chronicle,
    admission,
    approval,
    bare,
    enterprise_admission,
    key_draft,
    key_uri,
    new_key,
    policy_draft,
    revocation,
    revoked_from,
)
from tests.world import uscc
from verifier.errors import MalformedError, NotPermittedError, UnsupportedError
from verifier.judgement.replay import Replay
from verifier.ledgerformat.submission import format_submission
from verifier.vocabulary import registry_types, type_files


@pytest.fixture
def chronicle() -> Chronicle:
    return Chronicle().found()


@pytest.fixture
def post():
    return agency("post", "邮政", "Post", ["post"])


# Roots' events: proposing is not approving, a holder counts once, and it holds from the leaf after.


def test_a_roots_event_takes_effect_at_the_leaf_after_the_completing_approval(chronicle, post):
    (proposal,) = chronicle.say(chronicle.customs, admission(post), as_root=True)
    for holder in chronicle.agencies[:3]:
        assert chronicle.registry.participant_at(post.uri, chronicle.leaf + 9) is None
        chronicle.approve(proposal, holder)
    completing = chronicle.leaf - 1
    assert chronicle.registry.participant_at(post.uri, completing) is None
    assert chronicle.registry.participant_at(post.uri, completing + 1).since == completing + 1


def test_proposing_is_not_approving(chronicle, post):
    (proposal,) = chronicle.say(chronicle.customs, admission(post), as_root=True)
    chronicle.approve(proposal, *chronicle.agencies[1:3])
    assert chronicle.registry.participant_at(post.uri, chronicle.leaf) is None
    chronicle.approve(proposal, chronicle.customs)
    assert chronicle.registry.participant_at(post.uri, chronicle.leaf) is not None


def test_a_holder_counts_once_however_often_it_approves(chronicle, post):
    (proposal,) = chronicle.say(chronicle.customs, admission(post), as_root=True)
    chronicle.approve(proposal, *[chronicle.customs] * 5)
    assert chronicle.registry.participant_at(post.uri, chronicle.leaf) is None


@settings(max_examples=40)
@given(st.integers(1, 5), st.lists(st.integers(0, 4), max_size=8))
def test_the_threshold_of_distinct_holders_suffices_in_any_order_and_one_fewer_never(threshold, approvers):
    chronicle = _FOUNDED.setdefault(threshold, Chronicle(threshold=threshold).found())
    who = agency(f"post{chronicle.leaf}", "邮", "Post", ["post"])
    (proposal,) = chronicle.say(chronicle.customs, admission(who), as_root=True)
    for place, each in enumerate(approvers, 1):
        chronicle.approve(proposal, chronicle.agencies[each])
        admitted = chronicle.registry.participant_at(who.uri, chronicle.leaf) is not None
        assert admitted == (len(set(approvers[:place])) >= threshold)


_FOUNDED: dict[int, Chronicle] = {}


def test_an_approval_before_its_proposal_counts_for_nothing(chronicle, post):
    composed = chronicle.customs.compose(admission(post), chronicle.zone.types)
    head = {composed.name: heads_of_one(composed)}
    chronicle.zone.heads.update(head)
    chronicle.approve(composed, *chronicle.agencies[:2])
    chronicle.zone.send(_signed(chronicle, composed))
    chronicle.approve(composed, chronicle.agencies[2])
    assert chronicle.registry.participant_at(post.uri, chronicle.leaf) is None


def test_an_approval_under_a_statement_key_is_refused(chronicle, post):
    (proposal,) = chronicle.say(chronicle.customs, admission(post), as_root=True)
    with pytest.raises(NotPermittedError, match="root key"):
        chronicle.say(chronicle.inspection, approval(proposal))


def test_an_approval_in_another_holders_name_is_refused(chronicle, post):
    (proposal,) = chronicle.say(chronicle.customs, admission(post), as_root=True)
    thief = agency("inspection", "假", "Thief", [])
    thief.root = chronicle.tax.root
    with pytest.raises(NotPermittedError, match="who holds this root key"):
        chronicle.approve(proposal, thief)


@pytest.mark.parametrize("kind", ["agency", "role", "jurisdiction", "key", "type", "kind", "policy"])
def test_what_belongs_to_the_roots_is_refused_under_a_statement_key(chronicle, post, kind):
    with pytest.raises(NotPermittedError, match="a root key"):
        chronicle.say(chronicle.customs, _roots_drafts(post)[kind])


@pytest.mark.parametrize("kind", ["agency", "role", "jurisdiction", "key", "type", "kind", "policy"])
def test_what_belongs_to_the_roots_waits_for_their_approvals(chronicle, post, kind):
    chronicle.say(chronicle.customs, _roots_drafts(post)[kind], as_root=True)
    before = _standing(chronicle, post)
    (proposal,) = chronicle.say(chronicle.customs, _roots_drafts(post)[kind], as_root=True)
    assert _standing(chronicle, post) == before
    chronicle.approve(proposal, *chronicle.agencies[:3])
    assert _standing(chronicle, post) != before


def test_a_registrar_admits_enterprises_and_registers_their_keys_by_itself(chronicle):
    other, signer = enterprise(uscc("91330100MA2TEXT02"), "乙", "Other", ["carrier"]), new_key()
    chronicle.say(chronicle.customs, enterprise_admission(other))
    assert chronicle.registry.participant_at(other.uri, chronicle.leaf - 1) is None
    assert chronicle.registry.participant_at(other.uri, chronicle.leaf).roles == {"carrier"}
    chronicle.say(chronicle.customs, key_draft(other.uri, signer.public))
    assert chronicle.registry.key(signer.public.kid).since == chronicle.leaf


@pytest.mark.parametrize("who", ["inspection", "seller"])
def test_who_is_no_registrar_admits_nobody(chronicle, who):
    other = enterprise(uscc("91330100MA2TEXT02"), "乙", "Other", ["carrier"])
    for draft in (enterprise_admission(other), key_draft(chronicle.seller.uri, new_key().public)):
        with pytest.raises(NotPermittedError, match="registrar"):
            chronicle.say(getattr(chronicle, who), draft)


def test_a_root_key_admits_no_enterprise(chronicle):
    with pytest.raises(NotPermittedError, match="registrar"):
        chronicle.say(chronicle.customs, enterprise_admission(chronicle.seller), as_root=True)


def test_a_registrar_that_lost_the_role_admits_nobody_more(chronicle):
    chronicle.decree(Draft("registry.role", TIME, {"agency": chronicle.customs.uri}, {"roles": ["customs"]}))
    with pytest.raises(NotPermittedError, match="registrar"):
        chronicle.say(chronicle.customs, enterprise_admission(chronicle.seller))


# Revocation.


def test_an_agency_revokes_its_own_key_and_a_registrar_an_enterprises(chronicle):
    for who, of in ((chronicle.inspection, chronicle.inspection), (chronicle.customs, chronicle.seller)):
        chronicle.say(who, revocation(of.signer.public))
        assert revoked_from(chronicle, of.signer.public) == chronicle.leaf


@pytest.mark.parametrize(("who", "of"), [("customs", "tax"), ("inspection", "seller"), ("seller", "seller")])
def test_nobody_else_revokes_a_key_alone(chronicle, who, of):
    with pytest.raises(NotPermittedError, match="root key"):
        chronicle.say(getattr(chronicle, who), revocation(getattr(chronicle, of).signer.public))


def test_a_key_that_nobody_registered_is_revoked_by_roots_only_and_to_no_effect(chronicle):
    public = new_key().public
    with pytest.raises(NotPermittedError):
        chronicle.say(chronicle.customs, revocation(public))
    chronicle.decree(revocation(public))
    assert chronicle.registry.key(public.kid) is None


def test_the_first_revocation_holds(chronicle):
    chronicle.decree(revocation(chronicle.tax.signer.public))
    first = revoked_from(chronicle, chronicle.tax.signer.public)
    chronicle.decree(revocation(chronicle.tax.signer.public))
    assert revoked_from(chronicle, chronicle.tax.signer.public) == first


# Types.


def test_a_type_file_under_another_types_subject_is_refused(chronicle):
    draft = Draft("registry.type", TIME, {"type": "urn:suyuan:type:order.placed"}, {"file": _file("order.payment")})
    with pytest.raises(MalformedError, match=r"type\.subject"):
        chronicle.say(chronicle.customs, draft, as_root=True)


def test_a_type_version_that_is_not_later_is_refused(chronicle):
    chronicle.decree(_type_draft("order.placed"))
    with pytest.raises(NotPermittedError, match=r"a version after \d"):
        chronicle.say(chronicle.customs, _type_draft("order.placed"), as_root=True)


def test_a_type_file_of_the_registrys_own_types_is_refused(chronicle):
    file = type_files(registry=True)["registry.kind"].decode()
    draft = Draft("registry.type", TIME, {"type": "urn:suyuan:type:registry.kind"}, {"file": file})
    with pytest.raises(NotPermittedError, match="built in"):
        chronicle.say(chronicle.customs, draft, as_root=True)


def test_a_type_file_of_another_mapping_is_unsupported(chronicle):
    file = _file("order.placed").replace('"mapping": 1', '"mapping": 2')
    draft = Draft("registry.type", TIME, {"type": "urn:suyuan:type:order.placed"}, {"file": file})
    with pytest.raises(UnsupportedError, match="mapping"):
        chronicle.say(chronicle.customs, draft, as_root=True)


def test_of_two_files_of_one_version_that_waited_the_first_to_be_approved_holds(chronicle):
    first, second = _type_draft("order.placed"), _type_draft("order.placed", title="Later")
    (one,) = chronicle.say(chronicle.customs, first, as_root=True)
    (other,) = chronicle.say(chronicle.customs, second, as_root=True)
    chronicle.approve(one, *chronicle.agencies[:3])
    with pytest.raises(NotPermittedError, match=r"a version after \d"):
        chronicle.approve(other, *chronicle.agencies[:3])
    assert chronicle.registry.type_at("order.placed", chronicle.leaf).title["en"] != "Later"


# Replay is deterministic, and can be asked in advance.


def test_check_changes_nothing_and_raises_what_apply_would(chronicle, post):
    with pytest.raises(NotPermittedError):
        chronicle.replay.check(replace(bare("registry.approval", chronicle.leaf), kid=bytes(32)), time=TIME)
    (proposal,) = chronicle.say(chronicle.customs, admission(post), as_root=True)
    composed = chronicle.tax.compose(approval(proposal), chronicle.zone.types, [chronicle.zone.heads[proposal.name]])
    event = replace(bare("registry.approval", chronicle.leaf, issuer=chronicle.tax.uri), name=composed.name)
    event = replace(event, kid=chronicle.tax.root.public.kid, head=replace(event.head, about=(proposal.name,)))
    for _ in range(5):
        chronicle.replay.check(event, time=TIME)
    chronicle.approve(proposal, *chronicle.agencies[:2])
    assert chronicle.registry.participant_at(post.uri, chronicle.leaf) is None


def test_a_copy_goes_on_without_changing_the_replay_that_it_was_made_of(chronicle, post):
    (proposal,) = chronicle.say(chronicle.customs, admission(post), as_root=True)
    kept, chronicle.replay = chronicle.replay, chronicle.replay.copy()
    chronicle.approve(proposal, *chronicle.agencies[:3])
    chronicle.say(chronicle.customs, revocation(chronicle.seller.signer.public))
    assert chronicle.registry.participant_at(post.uri, chronicle.leaf) is not None
    assert kept.registry.participant_at(post.uri, chronicle.leaf) is None
    assert kept.registry.revocation_at(key_uri(chronicle.seller.signer.public), chronicle.leaf) is None


def test_replaying_the_same_events_again_gives_the_same_registry(chronicle, post):
    chronicle.decree(admission(post))
    again = Replay(registry_types())
    for event in chronicle.events:
        again.apply(event, time=TIME)
    for who in (*chronicle.agencies, chronicle.seller, post):
        for leaf in range(chronicle.leaf + 1):
            assert again.registry.participant_at(who.uri, leaf) == chronicle.registry.participant_at(who.uri, leaf)
            assert again.registry.key(who.signer.public.kid) == chronicle.registry.key(who.signer.public.kid)


def _roots_drafts(post) -> dict[str, Draft]:
    return {
        "agency": admission(post),
        "role": Draft("registry.role", TIME, {"agency": "urn:suyuan:agency:tax"}, {"roles": ["tax", "registrar"]}),
        "jurisdiction": Draft(
            "registry.jurisdiction", TIME, {"agency": "urn:suyuan:agency:tax"}, {"jurisdiction": ["elsewhere"]}
        ),
        "key": key_draft("urn:suyuan:agency:tax", post.signer.public),
        "type": _type_draft("order.placed"),
        "kind": Draft("registry.kind", TIME, {"kind": "urn:suyuan:kind:novel"}),
        "policy": policy_draft("novel", ["order.placed"], {"role": "tax"}),
    }


def _standing(chronicle: Chronicle, post) -> tuple[object, ...]:
    registry, leaf = chronicle.registry, chronicle.leaf + 99
    return (
        registry.participant_at(post.uri, leaf),
        registry.participant_at("urn:suyuan:agency:tax", leaf),
        registry.key(post.signer.public.kid),
        registry.type_names,
        registry.kind_since("novel"),
        registry.policies_at("order.placed", leaf, TIME),
    )


def _file(name: str) -> str:
    return type_files()[name].decode()


def _type_draft(name: str, title: str = "") -> Draft:
    file = json.loads(_file(name))
    file["title"]["en"] = title or file["title"]["en"]
    return Draft("registry.type", TIME, {"type": f"urn:suyuan:type:{name}"}, {"file": json.dumps(file)})


def _signed(chronicle: Chronicle, composed) -> bytes:
    return format_submission(chronicle.customs.sign([composed], chronicle.zone.ledger.origin, as_root=True))
