"""Registry needs: which registry histories a trace rests on, so that none of them can be left out."""

from __future__ import annotations

from dataclasses import replace

from tests.verifier.judgement.chronicle import bare
from verifier.judgement.needs import registry_needs
from verifier.judgement.participants import key_subject
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.subject import subject_name

ORIGIN = "ledger.test"
LEDGER = f"urn:suyuan:ledger:{ORIGIN}"
AGENCY, SELLER, CARRIER = "urn:suyuan:agency:a", "urn:suyuan:enterprise:s", "urn:suyuan:enterprise:c"


def _pair(subject: str):
    return "registry", subject_name(subject)


def _said(kind: str, leaf: int, kid: bytes, issuer: str = AGENCY, policy: str | None = None, **members):
    event = replace(bare(kind, leaf, issuer=issuer, **members), kid=kid)
    return replace(event, body=Body({"policy": policy}, {}, {})) if policy else event


def _needs(events, histories=None, roots=()):
    found = {_pair(subject): history for subject, history in (histories or {}).items()}
    return registry_needs(
        events, origin=ORIGIN, is_root=lambda event: event.kid in roots, history_of=lambda pair: found.get(pair, ())
    )


def _named(*subjects: str):
    return {_pair(subject) for subject in subjects}


def test_the_ledger_itself_is_always_needed():
    assert _needs([]).keys() == _named(LEDGER)


def test_an_event_needs_its_type_issuer_key_and_recipient():
    event = _said("order.placed", 9, b"k" * 32, SELLER, to=CARRIER)
    expected = _named(LEDGER, "urn:suyuan:type:order.placed", SELLER, key_subject(b"k" * 32), CARRIER)
    assert _needs([event]).keys() == expected


def test_a_registry_history_needs_who_signed_its_events_and_by_which_key():
    registrar = _said("registry.enterprise", 5, b"r" * 32, AGENCY)
    event = _said("order.placed", 9, b"k" * 32, SELLER)
    found = _needs([event], {SELLER: [registrar]})
    assert _named(AGENCY, key_subject(b"r" * 32)) <= found.keys()
    assert found[_pair(SELLER)] == [registrar]
    assert _pair("urn:suyuan:type:registry.enterprise") not in found, "built-in types need no history"


def test_what_a_root_signed_needs_neither_issuer_nor_key():
    decree = _said("registry.agency", 5, b"root" * 8, AGENCY)
    assert _needs([], {LEDGER: [decree]}, roots=[b"root" * 8]).keys() == _named(LEDGER)


def test_a_policy_on_a_type_is_needed_with_its_own_history():
    policy = _said("registry.policy", 6, b"root" * 8, policy="urn:suyuan:policy:p")
    later = _said("registry.policy", 7, b"k2" * 16, "urn:suyuan:agency:b", policy="urn:suyuan:policy:p")
    event = _said("order.placed", 9, b"k" * 32, SELLER)
    histories = {"urn:suyuan:type:order.placed": [policy], "urn:suyuan:policy:p": [policy, later]}
    found = _needs([event], histories, roots=[b"root" * 8])
    assert found[_pair("urn:suyuan:policy:p")] == [policy, later], "a later version may be about other types"
    assert _named("urn:suyuan:agency:b", key_subject(b"k2" * 16)) <= found.keys()


def test_histories_that_need_each_other_end():
    one = _said("registry.enterprise", 5, b"1" * 32, AGENCY)
    other = _said("registry.enterprise", 6, b"2" * 32, SELLER)
    found = _needs([_said("order.placed", 9, b"1" * 32, SELLER)], {AGENCY: [other], SELLER: [one]})
    assert _named(AGENCY, SELLER, key_subject(b"1" * 32), key_subject(b"2" * 32)) <= found.keys()


def test_an_absent_history_is_needed_too_so_that_its_absence_is_proved():
    found = _needs([_said("order.placed", 9, b"k" * 32, SELLER)])
    assert found[_pair(key_subject(b"k" * 32))] == ()


def _stated(kind: str, leaf: int, kid: bytes, issuer: str, **subjects: str):
    return replace(_said(kind, leaf, kid, issuer), body=Body(dict(subjects), {}, {}))


def test_an_event_under_a_mandate_needs_its_principal_and_the_mandates_given_to_its_issuer():
    given, other = f"urn:suyuan:mandate:{'a' * 32}", f"urn:suyuan:mandate:{'b' * 32}"
    history = [
        _stated("registry.mandate", 4, b"s" * 32, SELLER, mandate=given, principal=SELLER, agent=CARRIER),
        _stated("registry.mandate", 5, b"t" * 32, SELLER, mandate=other, principal=SELLER, agent=AGENCY),
    ]
    revoked = _stated("registry.revocation", 7, b"r" * 32, AGENCY, mandate=given)
    event = _said("order.placed", 9, b"k" * 32, CARRIER, behalf=SELLER)
    found = _needs([event], {SELLER: history, given: [history[0], revoked]})
    assert _named(SELLER, CARRIER, given, key_subject(b"s" * 32), key_subject(b"t" * 32)) <= found.keys()
    assert found[_pair(given)] == [history[0], revoked]
    assert _named(AGENCY, key_subject(b"r" * 32)) <= found.keys(), "who ended it, and under which key"
    assert _pair(other) not in found, "another agent's"


def test_a_mandate_that_no_event_uses_needs_nothing_more():
    given = f"urn:suyuan:mandate:{'a' * 32}"
    history = [_stated("registry.mandate", 4, b"s" * 32, SELLER, mandate=given, principal=SELLER, agent=CARRIER)]
    found = _needs([_said("order.placed", 9, b"s" * 32, SELLER)], {SELLER: history})
    assert _pair(given) not in found


def test_a_succession_needs_both_agencies_however_long_the_line():
    old, middle = "urn:suyuan:agency:old", "urn:suyuan:agency:middle"
    first = _stated("registry.succession", 5, b"root" * 8, AGENCY, agency=old, successor=middle)
    second = _stated("registry.succession", 6, b"root" * 8, AGENCY, agency=middle, successor=AGENCY)
    histories = {AGENCY: [second], middle: [first, second], old: [first]}
    found = _needs([_said("order.placed", 9, b"k" * 32)], histories, roots=[b"root" * 8])
    assert _named(AGENCY, middle, old) <= found.keys()
