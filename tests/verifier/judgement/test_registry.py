"""The registry judges every log position, for ever: nothing that comes later changes what held before."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.compose.event import Draft
from ledger.signing.signer import generate
from tests.verifier.judgement.chronicle import (
    TIME,
    Chronicle,
    admission,
    enterprise_admission,
    key_draft,
    new_key,
    revocation,
)
from verifier.errors import NotPermittedError
from verifier.judgement.life import Life, Revocation
from verifier.judgement.participants import Key, Participant, key_subject
from verifier.judgement.policies import ByRole, Policy
from verifier.judgement.registry import Registry
from verifier.ledgerformat.vocabulary import parse_type
from verifier.primitives.keys import EDDSA
from verifier.vocabulary import registry_types, type_files

KEY = generate(EDDSA).public
HOLDER = "urn:suyuan:agency:holder"


@pytest.fixture
def chronicle() -> Chronicle:
    return Chronicle().found()


def _registry(revoked: int | None = None, **changes) -> Registry:
    registry = Registry(registry_types())
    registry.set_participant(Participant(HOLDER, 5, {}, frozenset({"tax"})))
    registry.set_key(Key(KEY, HOLDER, "statement", ("*",), (), **{"since": 10, "until": None, **changes}))
    if revoked is not None:
        registry.set_life(key_subject(KEY.kid), Life().then(Revocation(b"r" * 32, revoked)))
    return registry


# Keys: valid at a position, by position and ledger time alone.


@given(st.integers(0, 40), st.integers(0, 40), st.none() | st.integers(1, 40), st.none() | st.integers(1, 40))
def test_a_key_is_valid_from_its_leaf_until_its_time_or_its_revocation(leaf, time, until, revoked):
    registry = _registry(until=until, revoked=revoked)
    valid = leaf >= 10 and (until is None or time < until) and (revoked is None or leaf < revoked)
    if valid:
        assert registry.key_at(KEY.kid, leaf, time).key == KEY
    else:
        with pytest.raises(NotPermittedError, match=r"valid from leaf 10|revoked from leaf"):
            registry.key_at(KEY.kid, leaf, time)


def test_an_unknown_key_is_not_permitted():
    with pytest.raises(NotPermittedError, match="unknown"):
        _registry().key_at(bytes(32), 50, 50)


def test_a_key_whose_holder_is_not_admitted_there_is_not_permitted():
    registry = Registry(registry_types())
    registry.set_key(Key(KEY, HOLDER, "statement", ("*",), (), since=10, until=None))
    registry.set_participant(Participant(HOLDER, 20, {}, frozenset()))
    with pytest.raises(NotPermittedError, match="admitted at leaf 19"):
        registry.key_at(KEY.kid, 19, 0)
    assert registry.key_at(KEY.kid, 20, 0)


def test_a_key_holds_from_the_leaf_after_its_event_and_no_longer_from_the_leaf_after_its_revocation(chronicle):
    signer = new_key()
    chronicle.say(chronicle.customs, key_draft(chronicle.seller.uri, signer.public))
    since = chronicle.leaf
    chronicle.say(chronicle.customs, revocation(signer.public))
    kid, until = signer.public.kid, chronicle.leaf
    for leaf, valid in ((since - 1, False), (since, True), (until - 1, True), (until, False)):
        if valid:
            assert chronicle.registry.key_at(kid, leaf, TIME)
        else:
            with pytest.raises(NotPermittedError):
                chronicle.registry.key_at(kid, leaf, TIME)


# One key, one use.


@pytest.mark.parametrize("taken", ["statement key", "root key", "seal key", "receipt key", "log key", "witness key"])
def test_a_key_that_stands_in_charter_or_registry_is_not_registered_again(chronicle, taken):
    charter = chronicle.registry.charter_at(0)
    public = {
        "statement key": chronicle.tax.signer.public,
        "root key": chronicle.tax.root.public,
        "seal key": charter.seal,
        "receipt key": charter.receipt,
        "log key": charter.policy.logs[0].key,
        "witness key": charter.policy.witnesses["w1"].key,
    }[taken]
    for draft, as_root in (
        (key_draft(chronicle.tax.uri, public), True),
        (key_draft(chronicle.seller.uri, public), False),
    ):
        with pytest.raises(NotPermittedError, match="one key, one use"):
            chronicle.say(chronicle.customs, draft, as_root=as_root)


def test_a_revoked_key_is_not_registered_again(chronicle):
    chronicle.say(chronicle.tax, revocation(chronicle.tax.signer.public))
    with pytest.raises(NotPermittedError, match="one key, one use"):
        chronicle.say(chronicle.customs, key_draft(chronicle.seller.uri, chronicle.tax.signer.public))


@pytest.mark.parametrize("kind", ["registry.key", "registry.enterprise-key"])
def test_a_key_of_an_enterprise_is_no_agencys_and_the_other_way_round(chronicle, kind):
    holder = {"registry.key": chronicle.tax.uri, "registry.enterprise-key": chronicle.seller.uri}[kind]
    draft = key_draft(holder, new_key().public)
    other = {"registry.key": "registry.enterprise-key", "registry.enterprise-key": "registry.key"}[kind]
    composed = Draft(other, draft.time, draft.subjects, draft.data)
    with pytest.raises(Exception, match="holder"):
        chronicle.say(chronicle.customs, composed, as_root=other == "registry.key")


# Participants, roles, jurisdictions.


def test_a_later_admission_replaces_what_it_states_and_the_earlier_one_still_holds_for_its_leaves(chronicle):
    before = chronicle.leaf
    chronicle.decree(admission(chronicle.tax, roles=["tax", "foreign-exchange"]))
    assert chronicle.registry.participant_at(chronicle.tax.uri, before).roles == {"tax"}
    assert chronicle.registry.participant_at(chronicle.tax.uri, chronicle.leaf).roles == {"tax", "foreign-exchange"}


@pytest.mark.parametrize(("kind", "member"), [("registry.role", "roles"), ("registry.jurisdiction", "jurisdiction")])
def test_roles_and_jurisdictions_are_replaced_alone(chronicle, kind, member):
    before = chronicle.registry.participant_at(chronicle.tax.uri, chronicle.leaf)
    chronicle.decree(Draft(kind, TIME, {"agency": chronicle.tax.uri}, {member: ["novel"]}))
    after = chronicle.registry.participant_at(chronicle.tax.uri, chronicle.leaf)
    assert set(getattr(after, member)) == {"novel"}
    other = {"roles": "jurisdiction", "jurisdiction": "roles"}[member]
    assert (getattr(after, other), after.names) == (getattr(before, other), before.names)


@pytest.mark.parametrize(("kind", "member"), [("registry.role", "roles"), ("registry.jurisdiction", "jurisdiction")])
def test_roles_of_an_agency_that_is_not_admitted_admit_nobody(chronicle, kind, member):
    chronicle.decree(Draft(kind, TIME, {"agency": "urn:suyuan:agency:nobody"}, {member: ["customs"]}))
    assert chronicle.registry.participant_at("urn:suyuan:agency:nobody", chronicle.leaf) is None


def test_prefixes_and_subjects_of_an_enterprise_are_replaced(chronicle):
    uri = chronicle.seller.uri
    chronicle.say(chronicle.customs, enterprise_admission(chronicle.seller, gs1Prefixes=["6999"], subjects=["urn:x"]))
    after = chronicle.registry.participant_at(uri, chronicle.leaf)
    assert (after.prefixes, after.subjects, after.is_agency) == (("6999",), ("urn:x",), False)


# Types and policies.


def test_the_newest_effective_version_of_a_type_counts():
    registry = Registry(registry_types())
    file = json.loads(type_files()["order.placed"])
    first, second = (parse_type(json.dumps({**file, "version": version}).encode()) for version in (1, 2))
    registry.set_type(first, 10)
    registry.set_type(second, 20)
    assert [registry.type_at("order.placed", leaf).version for leaf in (10, 19, 20, 99)] == [1, 1, 2, 2]
    assert registry.type_version("order.placed") == 2
    with pytest.raises(NotPermittedError, match="in force at leaf 9"):
        registry.type_at("order.placed", 9)


def test_the_registrys_own_types_are_in_force_from_the_start_and_are_not_among_the_registered():
    registry = Registry(registry_types())
    assert registry.type_at("registry.charter", 0).name == "registry.charter"
    assert registry.type_names == ()


def test_the_newest_version_of_each_policy_counts_until_its_term_ends():
    registry = Registry(registry_types())
    for since, until, types in ((10, None, {"a.b"}), (20, 500, {"a.b", "c.d"}), (30, None, {"c.d"})):
        registry.set_policy(Policy("urn:suyuan:policy:one", frozenset(types), ByRole("tax"), {}, since, until))
    registry.set_policy(Policy("urn:suyuan:policy:two", frozenset({"a.b"}), ByRole("tax"), {}, 15, None))

    def in_force(kind: str, leaf: int, time: int) -> list[tuple[str, int]]:
        return [(each.subject[-3:], each.since) for each in registry.policies_at(kind, leaf, time)]

    assert in_force("a.b", 9, 0) == []
    assert in_force("a.b", 10, 0) == [("one", 10)]
    assert in_force("a.b", 20, 499) == [("one", 20), ("two", 15)]
    assert in_force("a.b", 20, 500) == [("two", 15)], "an ended version does not bring the one before back"
    assert in_force("a.b", 30, 0) == [("two", 15)]
    assert in_force("c.d", 30, 0) == [("one", 30)]
