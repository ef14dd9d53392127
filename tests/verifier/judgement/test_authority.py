"""Authority: who may open, join, follow, recall and answer, judged against the traces as they stood before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import TIME, bare, made_type
from tests.world import uscc
from verifier.errors import NotPermittedError
from verifier.judgement.authority import TraceState, advance, check_authority, has_authority
from verifier.judgement.participants import Participant
from verifier.judgement.registry import Registry
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.type_rules import CountRule
from verifier.ledgerformat.vocabulary import Answers, Role
from verifier.vocabulary import registry_types

AGENCY, SELLER, CARRIER = "urn:suyuan:agency:a", "urn:suyuan:enterprise:s", "urn:suyuan:enterprise:c"
PRODUCT = "https://id.gs1.org/01/06901234567892"
ITEM, LOT = f"{PRODUCT}/21/A1", f"{PRODUCT}/10/L1"
UNIT, PLACE = "https://id.gs1.org/00/069012345000000011", "https://id.gs1.org/414/6901234567892"
ORDER = f"urn:suyuan:order:{'a' * 32}"
BOOK = "urn:suyuan:book:B1"


_ONE = {"many": False, "optional": False, "of": None}


def _registry(**changes) -> Registry:
    registry = Registry(registry_types())
    registry.set_participant(Participant(AGENCY, 0, {}, frozenset({"customs"})))
    seller = Participant(SELLER, 0, {}, frozenset({"seller"}), prefixes=("690123456",), subjects=(BOOK,))
    registry.set_participant(replace(seller, **changes))
    registry.set_participant(Participant(CARRIER, 0, {}, frozenset({"carrier"})))
    return registry


def _role(*forms: str, opens: tuple[str, ...] = (), joins: tuple[str, ...] = ("trace",), follows=()) -> Role:
    return Role("it", frozenset(forms), joins=joins, follows=follows, opens=frozenset(opens), **_ONE)


def _type(form: str = "item", *, opens: bool = False, **members):
    return made_type("a.b", subjects={"it": _role(form, opens=(form,) if opens else ())}, **members)


def _trace(subject: str):
    return "trace", subject_name(subject)


def _said(subject: str, by: str = SELLER, *, body: bool = True, **members):
    event = bare("a.b", 10, issuer=by, **{"joins": (_trace(subject),), **members})
    return replace(event, body=Body({"it": subject}, {}, {}) if body else None)


def _judge(event, kind, states=None, *, targets=(), holds=lambda _: True, registry=None, time=TIME):
    known = {subject_name(subject): state for subject, state in (states or {}).items()}
    held = registry or _registry()
    check_authority(event, kind, registry=held, time=time, state_of=known.get, targets=targets, holds=holds)


def _refused(field: str, *arguments, **members):
    with pytest.raises(NotPermittedError, match=field):
        _judge(*arguments, **members)


COUNT = CountRule("used", "it", "/amount", adds=True, least=None, most=None)
OWNED = TraceState(SELLER, guarded=False, custodian=None)
CARRIED = TraceState(SELLER, guarded=False, custodian=CARRIER)
GUARDED = TraceState(SELLER, guarded=True, custodian=None)


# The principal and the recipient.


def test_who_is_not_admitted_says_nothing():
    _refused(r"head\.issuer", _said(ITEM, "urn:suyuan:enterprise:nobody"), _type(), {ITEM: OWNED})


def test_who_is_admitted_later_says_nothing_yet():
    _refused("admitted at leaf 10", _said(ITEM), _type(), {ITEM: OWNED}, registry=_registry(since=11))


@pytest.mark.parametrize(("roles", "may"), [({"seller"}, True), ({"platform", "seller"}, True), ({"*"}, True),
                                            ({"platform"}, False), (set(), False)])  # fmt: skip
def test_the_principal_needs_one_of_the_types_roles(roles, may):
    event, kind = _said(ITEM), _type(roles=frozenset(roles))
    if may:
        _judge(event, kind, {ITEM: OWNED})
    else:
        _refused("roles", event, kind, {ITEM: OWNED})


def test_custody_passes_to_an_admitted_participant_only():
    _judge(_said(ITEM, to=CARRIER), _type(), {ITEM: OWNED})
    _refused(r"head\.to", _said(ITEM, to="urn:suyuan:enterprise:nobody"), _type(), {ITEM: OWNED})


# Counters.


@pytest.mark.parametrize(("form", "subject"), [
    ("list-entry", "urn:suyuan:list:permits:P1"), ("quota", f"urn:suyuan:quota:a:2026:{'0' * 64}"),
    ("claim", f"urn:suyuan:claim:a:{'0' * 64}"),
])  # fmt: skip
def test_what_everybody_may_join_and_nobody_owns_is_counted_by_agencies_alone(form, subject):
    kind = made_type("a.b", subjects={"it": _role(form, joins=("list",))}, counts=(COUNT,))
    said = [_said(subject, by, joins=(("list", subject_name(subject)),)) for by in (AGENCY, SELLER)]
    _judge(said[0], kind)
    _refused(r"body\.subjects\.it", said[1], kind)


# Joining a trace that has begun.


@pytest.mark.parametrize(("by", "state", "may"), [
    (SELLER, OWNED, True), (CARRIER, OWNED, False), (CARRIER, CARRIED, True), (SELLER, CARRIED, True),
    (AGENCY, OWNED, True),
])  # fmt: skip
def test_a_trace_is_joined_by_agencies_its_owner_and_who_has_custody(by, state, may):
    if may:
        _judge(_said(ITEM, by), _type(), {ITEM: state})
    else:
        _refused("custody", _said(ITEM, by), _type(), {ITEM: state})


def test_an_answer_joins_where_its_target_joins():
    kind = _type(answers=Answers(("*",), 1, frozenset({"principal"})))
    target = _said(ITEM, CARRIER).head
    _judge(_said(ITEM, CARRIER), kind, {ITEM: OWNED}, targets=[target])
    elsewhere = _said(ORDER, CARRIER).head
    _refused("custody", _said(ITEM, CARRIER), kind, {ITEM: OWNED}, targets=[elsewhere])
    _refused("custody", _said(ITEM, CARRIER), kind, {ITEM: OWNED}, targets=None)


def test_a_history_that_is_not_held_is_not_judged():
    _judge(_said(ITEM, CARRIER), _type(), {ITEM: OWNED}, holds=lambda _: False)
    followed = _said(ITEM, follows=(_trace(PRODUCT),))
    _judge(followed, _type(), {ITEM: OWNED}, holds=lambda pair: pair == _trace(ITEM))
    _refused("follows", followed, _type(), {ITEM: OWNED})


# Opening.


def test_a_trace_is_opened_by_a_type_that_opens_it_only():
    _refused("opens none", _said(ORDER), _type("handle:order"))
    _judge(_said(ORDER), _type("handle:order", opens=True))


@pytest.mark.parametrize(("subject", "form"), [(PRODUCT, "product"), (UNIT, "unit"), (PLACE, "place")])
def test_what_bears_a_gs1_prefix_is_opened_by_who_registered_the_prefix(subject, form):
    kind = _type(form, opens=True)
    prefix = {"unit": "69012345", "place": "690123456", "product": "690123456"}[form]
    _judge(_said(subject), kind, registry=_registry(prefixes=(prefix,)))
    for prefixes in ((), ("6901234560",), ("06901",), ("90123456",)):
        _refused("may open", _said(subject), kind, registry=_registry(prefixes=prefixes))
    _judge(_said(subject), kind, registry=_registry(prefixes=(), subjects=(subject,)))
    _refused("may open", _said(subject, AGENCY), kind)


def test_an_item_or_lot_is_opened_with_a_follow_to_its_product():
    for subject, form in ((ITEM, "item"), (LOT, "lot")):
        kind, states = _type(form, opens=True), {PRODUCT: GUARDED}
        _judge(_said(subject, follows=(_trace(PRODUCT),)), kind, states)
        _refused("may open", _said(subject), kind, states)
        other = f"{PRODUCT[:-1]}9"
        _refused("may open", _said(subject, follows=(_trace(other),)), kind, {**states, other: GUARDED})


def test_an_enterprise_opens_itself_only():
    kind = _type("enterprise", opens=True)
    uri = f"urn:suyuan:enterprise:{uscc('91330100MA2TEXT01')}"
    registry = _registry()
    registry.set_participant(Participant(uri, 0, {}, frozenset()))
    _judge(_said(uri, uri), kind, registry=registry)
    _refused("may open", _said(uri), kind, registry=registry)


def test_any_other_form_is_opened_by_who_registered_the_subject():
    kind = _type("book", opens=True)
    _judge(_said(BOOK), kind)
    _refused("may open", _said("urn:suyuan:book:B2"), kind)
    _refused("may open", _said(BOOK, CARRIER), kind)


def test_a_subject_is_opened_through_a_role_that_opens_it():
    roles = {"it": _role("handle:order", opens=("handle:order",)), "other": _role("handle:order")}
    kind = made_type("a.b", subjects=roles)
    event = replace(_said(ORDER), body=Body({"other": ORDER}, {}, {}))
    _refused("trace began", event, kind)


def test_with_the_head_alone_it_is_enough_that_the_type_opens_some_form():
    _judge(_said(PRODUCT, CARRIER, body=False), _type("product", opens=True))
    _refused("opens none", _said(PRODUCT, CARRIER, body=False), _type("product"))


# Follows, cases and recalls.


@pytest.mark.parametrize(("by", "state", "may"), [
    (SELLER, GUARDED, True), (AGENCY, GUARDED, True), (CARRIER, GUARDED, False), (CARRIER, OWNED, True),
    (SELLER, None, False),
    (CARRIER, replace(GUARDED, custodian=CARRIER), True),
])  # fmt: skip
def test_a_follow_into_what_is_guarded_needs_authority_there_too(by, state, may):
    event = _said(ORDER, by, follows=(_trace(PRODUCT),))
    states = {ORDER: TraceState(by, guarded=False, custodian=None), **({PRODUCT: state} if state else {})}
    if may:
        _judge(event, _type("handle:order"), states)
    else:
        _refused(r"head\.follows", event, _type("handle:order"), states)


def test_a_case_is_joined_only_once_the_trace_has_begun():
    case = (("case", subject_name(ORDER)),)
    _judge(_said(ORDER, CARRIER, joins=case), _type(), {ORDER: OWNED})
    _refused("trace began", _said(ORDER, CARRIER, joins=case), _type())


@pytest.mark.parametrize(("by", "state", "may"), [
    (AGENCY, None, True), (AGENCY, OWNED, True), (SELLER, OWNED, True), (SELLER, None, False),
    (CARRIER, CARRIED, False),
])  # fmt: skip
def test_a_recall_is_said_by_an_agency_or_the_owner(by, state, may):
    event = _said(ITEM, by, joins=(("recall", subject_name(ITEM)),))
    if may:
        _judge(event, _type(), {ITEM: state} if state else {})
    else:
        _refused("recall", event, _type(), {ITEM: state} if state else {})


# Answers.


@pytest.mark.parametrize(("allowed", "by", "of", "may"), [
    ({"agency"}, AGENCY, SELLER, True), ({"agency"}, SELLER, SELLER, False),
    ({"principal"}, SELLER, SELLER, True), ({"principal"}, CARRIER, SELLER, False),
    ({"principal"}, AGENCY, SELLER, False),
    ({"agency", "principal"}, AGENCY, SELLER, True), ({"agency", "principal"}, SELLER, SELLER, True),
    ({"agency", "principal"}, CARRIER, SELLER, False),
])  # fmt: skip
def test_an_answer_is_given_by_whom_its_type_allows(allowed, by, of, may):
    kind = _type(answers=Answers(("*",), 2, frozenset(allowed)))
    event, target = _said(ITEM, by), _said(ITEM, of).head
    if may:
        _judge(event, kind, {ITEM: OWNED}, targets=[target])
    else:
        _refused(r"head\.about", event, kind, {ITEM: OWNED}, targets=[target])


def test_whoever_answers_several_events_must_be_allowed_for_each():
    kind = _type(answers=Answers(("*",), 2, frozenset({"principal"})))
    own, other = _said(ITEM, SELLER).head, _said(ITEM, CARRIER).head
    _refused(r"head\.about", _said(ITEM), kind, {ITEM: OWNED}, targets=[own, other])


# State: owner, guard and custody follow from heads alone.


def test_the_first_event_makes_the_owner_and_the_guard():
    event = _said(PRODUCT, to=CARRIER)
    for form, guarded in (
        ("product", True),
        ("lot", True),
        ("enterprise", True),
        ("item", False),
        ("handle:order", False),
    ):
        state = advance(None, event.head, _type(form, opens=True))
        assert state == TraceState(SELLER, guarded, CARRIER)


def test_custody_passes_on_and_ends():
    state = advance(OWNED, _said(ITEM, to=CARRIER).head, _type())
    assert state.custodian == CARRIER
    assert advance(state, _said(ITEM, CARRIER).head, _type()) == state, "nothing was said of custody"
    assert advance(state, _said(ITEM, CARRIER).head, _type(ends=True)).custodian is None


@given(st.lists(st.tuples(st.sampled_from([None, SELLER, CARRIER]), st.booleans()), min_size=1, max_size=8))
def test_custody_is_the_newest_recipients_unless_it_ended_later(said):
    state = None
    for to, ends in said:
        state = advance(state, _said(ITEM, to=to).head, _type(ends=ends))
    newest = max((place for place, (to, _) in enumerate(said) if to), default=-1)
    ended = any(ends for _, ends in said[newest + 1 :])
    assert state.custodian == (None if newest < 0 or ended else said[newest][0])
    assert state.owner == SELLER


def test_authority_is_an_agencys_the_owners_and_the_custodians():
    registry = _registry()
    may = {uri: has_authority(registry.participant_at(uri, 0), CARRIED) for uri in (AGENCY, SELLER, CARRIER)}
    assert may == {AGENCY: True, SELLER: True, CARRIER: True}
    assert not has_authority(registry.participant_at(CARRIER, 0), OWNED)
