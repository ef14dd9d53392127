"""Mandates let an agent speak, and grants let somebody read: for a term, within bounds, until revoked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.zone.actors import enterprise
from ledger.compose.event import Draft
from tests.verifier.judgement.chronicle import (
    TIME,
    Chronicle,
    bare,
    ending,
    enterprise_admission,
    key_draft,
    made_type,
    suspension,
)
from tests.world import handle, uscc
from verifier.errors import MalformedError, NotPermittedError
from verifier.judgement.authority import check_authority
from verifier.judgement.life import DAY
from verifier.ledgerformat.body import Body

MANDATE, GRANT = handle("mandate", "1"), handle("grant", "1")


@pytest.fixture
def chronicle() -> Chronicle:
    """Return a ledger on which the broker is an enterprise too."""
    chronicle = Chronicle().found()
    chronicle.broker = enterprise(uscc("91330100MA2TEXT02"), "报关行", "Broker", ["broker"])
    chronicle.say(chronicle.customs, enterprise_admission(chronicle.broker))
    chronicle.say(chronicle.customs, key_draft(chronicle.broker.uri, chronicle.broker.signer.public))
    return chronicle


def _mandate(chronicle, *, subject: str = MANDATE, until: int = TIME + DAY, **changes) -> Draft:
    parties = {"mandate": subject, "principal": chronicle.seller.uri, "agent": chronicle.broker.uri}
    data = {"types": changes.pop("types", ["clearance.*"]), "subjects": changes.pop("subjects", [])}
    return Draft("registry.mandate", TIME, {**parties, **changes}, data, until=until)


def _mandates(chronicle, *, time: int = TIME, leaf: int | None = None):
    place = chronicle.leaf if leaf is None else leaf
    return chronicle.registry.mandates_at(chronicle.seller.uri, chronicle.broker.uri, place, time)


def _judge(chronicle, kind: str = "clearance.list", subjects=None, **members) -> None:
    """Judge an event of the broker for the seller, as far as who says it is concerned."""
    event = bare(kind, chronicle.leaf, **{"issuer": chronicle.broker.uri, "behalf": chronicle.seller.uri, **members})
    event = replace(event, body=Body(subjects, {}, {}) if subjects else None)
    check_authority(
        event, made_type(kind), registry=chronicle.registry, time=chronicle.time, state_of=lambda _: None,
        targets=(), holds=lambda _: False,
    )  # fmt: skip


# Mandates.


def test_an_agent_says_what_its_mandate_has_from_the_leaf_after(chronicle):
    with pytest.raises(NotPermittedError, match=r"never given one, expected a mandate of \S+ in force"):
        _judge(chronicle)
    chronicle.say(chronicle.seller, _mandate(chronicle))
    assert _mandates(chronicle)
    assert not _mandates(chronicle, leaf=chronicle.leaf - 1)
    _judge(chronicle)


def test_a_mandate_has_a_term(chronicle):
    chronicle.say(chronicle.seller, _mandate(chronicle))
    chronicle.time = TIME + DAY - 1
    _judge(chronicle)
    chronicle.time += 1
    with pytest.raises(NotPermittedError, match=f"ended at ledger time {TIME + DAY}"):
        _judge(chronicle)


def test_a_mandate_is_for_its_types(chronicle):
    chronicle.say(chronicle.seller, _mandate(chronicle, types=["clearance.list", "order.*"]))
    _judge(chronicle, "order.placed")
    with pytest.raises(NotPermittedError, match=r"a mandate for clearance\.release"):
        _judge(chronicle, "clearance.release")


def test_a_mandate_is_for_its_subjects_all_of_them_below_one_mandate(chronicle):
    chronicle.say(chronicle.seller, _mandate(chronicle, subjects=["urn:suyuan:book:"]))
    _judge(chronicle, subjects={"book": "urn:suyuan:book:B1"})
    _judge(chronicle)  # the head alone says no subject
    other = {"book": "urn:suyuan:book:B1", "lot": "urn:suyuan:list:a:b"}
    with pytest.raises(NotPermittedError, match="subjects that one mandate has"):
        _judge(chronicle, subjects=other)
    again = _mandate(chronicle, subject=handle("mandate", "2"), subjects=["urn:suyuan:list:"])
    chronicle.say(chronicle.seller, again)
    with pytest.raises(NotPermittedError, match="subjects that one mandate has"):
        _judge(chronicle, subjects=other)


def test_a_mandate_is_between_two(chronicle):
    chronicle.say(chronicle.seller, _mandate(chronicle))
    for wrong in ({"issuer": chronicle.tax.uri}, {"behalf": chronicle.tax.uri}, {"behalf": chronicle.broker.uri}):
        with pytest.raises(NotPermittedError, match=r"head\.behalf"):
            _judge(chronicle, **wrong)


def test_the_principal_gives_it_and_nobody_else(chronicle):
    for who in (chronicle.broker, chronicle.customs):
        with pytest.raises(NotPermittedError, match="who says it"):
            chronicle.say(who, _mandate(chronicle))
    with pytest.raises(NotPermittedError, match="principal's statement key"):
        chronicle.say(chronicle.customs, _mandate(chronicle, principal=chronicle.customs.uri), as_root=True)
    with pytest.raises(NotPermittedError, match="another participant"):
        chronicle.say(chronicle.seller, _mandate(chronicle, agent=chronicle.seller.uri))


def test_its_principal_or_a_registrar_revokes_it(chronicle):
    for who in (chronicle.seller, chronicle.customs):
        subject = handle("mandate", who.uri)
        chronicle.say(chronicle.seller, _mandate(chronicle, subject=subject))
        for other in (chronicle.broker, chronicle.inspection):
            with pytest.raises(NotPermittedError, match="the principal of the mandate"):
                chronicle.say(other, ending({"mandate": subject}))
        with pytest.raises(NotPermittedError, match="the principal of the mandate"):
            chronicle.say(chronicle.customs, ending({"mandate": subject}), as_root=True)
        before = chronicle.leaf
        chronicle.say(who, ending({"mandate": subject}))
        assert not _mandates(chronicle)
        assert _mandates(chronicle, leaf=before)
        with pytest.raises(NotPermittedError, match=f"revoked from leaf {before + 1}"):
            _judge(chronicle)


def test_nothing_is_called_suspect_with_a_mandate(chronicle):
    chronicle.say(chronicle.seller, _mandate(chronicle))
    with pytest.raises(MalformedError, match="a mandate signs nothing"):
        chronicle.say(chronicle.seller, ending({"mandate": MANDATE}, 3))


def test_a_mandate_ends_with_its_principal(chronicle):
    chronicle.say(chronicle.seller, _mandate(chronicle))
    chronicle.say(chronicle.customs, ending({"enterprise": chronicle.seller.uri}))
    assert not _mandates(chronicle)


def test_a_mandate_of_a_suspended_agency_rests(chronicle):
    draft = _mandate(chronicle, principal=chronicle.tax.uri)
    chronicle.say(chronicle.tax, draft)
    chronicle.decree(suspension({"agency": chronicle.tax.uri}, TIME + DAY))
    pair = chronicle.tax.uri, chronicle.broker.uri
    assert not chronicle.registry.mandates_at(*pair, chronicle.leaf, TIME)
    assert chronicle.registry.mandates_at(*pair, chronicle.leaf - 2, TIME)


def test_a_handle_is_one_mandates(chronicle):
    """Otherwise whoever revokes its own would revoke another's."""
    chronicle.say(chronicle.seller, _mandate(chronicle))
    own = {"principal": chronicle.broker.uri, "agent": chronicle.seller.uri}
    with pytest.raises(NotPermittedError, match="a handle that no mandate has"):
        chronicle.say(chronicle.broker, _mandate(chronicle, **own))


def test_nobody_rules_for_another(chronicle):
    chronicle.say(chronicle.seller, _mandate(chronicle, types=["*"]))
    event = bare("registry.kind", chronicle.leaf, issuer=chronicle.broker.uri, behalf=chronicle.seller.uri)
    with pytest.raises(NotPermittedError, match="nobody rules for another"):
        chronicle.replay.check(replace(event, kid=chronicle.customs.root.public.kid), time=TIME)


# Grants.


def _grant(chronicle, *, subject: str = GRANT, fields=("/buyer", "body"), until: int = TIME + DAY, about=None) -> Draft:
    parties = {"grant": subject, "grantee": chronicle.broker.uri}
    target = bare("order.placed", 3, issuer=chronicle.seller.uri, joins=(("trace", bytes(32)),))
    chronicle.zone.heads[target.name] = target.head
    return Draft("registry.grant", TIME, parties, {"fields": list(fields)}, until=until, about=about or (target.name,))


def test_a_grant_is_in_force_for_its_events_from_the_leaf_after_until_its_time(chronicle):
    draft = _grant(chronicle)
    (said,) = chronicle.say(chronicle.seller, draft)
    (grant,) = chronicle.registry.grants_for(draft.about[0], chronicle.leaf, TIME)
    assert (grant.subject, grant.grantee, grant.fields) == (GRANT, chronicle.broker.uri, ("/buyer", "body"))
    assert (grant.principal, grant.until, grant.event) == (chronicle.seller.uri, TIME + DAY, said.name)
    assert not chronicle.registry.grants_for(draft.about[0], chronicle.leaf - 1, TIME)
    assert not chronicle.registry.grants_for(draft.about[0], chronicle.leaf, TIME + DAY)
    assert not chronicle.registry.grants_for(b"x" * 32, chronicle.leaf, TIME)


def test_a_grant_is_revoked_by_who_gave_it(chronicle):
    draft = _grant(chronicle)
    chronicle.say(chronicle.seller, draft)
    with pytest.raises(NotPermittedError, match="the principal of the grant"):
        chronicle.say(chronicle.broker, ending({"grant": GRANT}))
    chronicle.say(chronicle.seller, ending({"grant": GRANT}))
    assert not chronicle.registry.grants_for(draft.about[0], chronicle.leaf, TIME)


@pytest.mark.parametrize("fields", [["buyer"], ["/a", "/a"], [""], ["/a//b"]])
def test_a_grant_of_what_is_no_field_is_refused(chronicle, fields):
    with pytest.raises(MalformedError, match=r"grant\.fields"):
        chronicle.say(chronicle.seller, _grant(chronicle, fields=fields))


def test_a_handle_is_one_grants(chronicle):
    chronicle.say(chronicle.seller, _grant(chronicle))
    with pytest.raises(NotPermittedError, match="a handle that no grant has"):
        chronicle.say(chronicle.broker, _grant(chronicle))


def test_a_grant_is_about_no_registry_event(chronicle):
    (said,) = chronicle.say(chronicle.customs, enterprise_admission(chronicle.seller))
    with pytest.raises(NotPermittedError, match="not the registry's"):
        chronicle.say(chronicle.seller, _grant(chronicle, about=(said.name,)))
