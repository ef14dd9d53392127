"""Recognition: what the policies in force make of endorsements that stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import bare
from verifier.judgement.participants import Participant
from verifier.judgement.policies import Policy, parse_rule
from verifier.judgement.recognition import judge_recognition
from verifier.judgement.registry import Registry
from verifier.vocabulary import registry_types

CUSTOMS, QUARANTINE, TAX = (f"urn:suyuan:agency:{each}" for each in ("customs", "inspection", "tax"))
SELLER = "urn:suyuan:enterprise:seller"
JOINT = {"k": 2, "of": [{"role": "customs"}, {"role": "inspection-quarantine"}]}
ROLES = {CUSTOMS: {"customs"}, QUARANTINE: {"inspection-quarantine"}, TAX: {"tax"}, SELLER: {"seller"}}
NOW = 1_000


def _registry(*rules, until: int | None = None) -> Registry:
    registry = Registry(registry_types())
    for uri, roles in ROLES.items():
        registry.set_participant(Participant(uri, 0, {}, frozenset(roles)))
    for place, rule in enumerate(rules):
        policy = Policy(f"urn:suyuan:policy:p{place}", frozenset({"a.b"}), parse_rule(rule), {}, 5, until)
        registry.set_policy(policy)
    return registry


def _event(issuer: str = SELLER, leaf: int = 10):
    return bare("a.b", leaf, issuer=issuer)


def _answer(verb: str, by: str, about, leaf: int = 20, **members):
    return bare(f"endorsement.{verb}", leaf, issuer=by, about=(about.name,), **members)


def _judge(event, *answers, rules=(JOINT,), registry=None, at=NOW):
    return judge_recognition(event, answers, registry=registry or _registry(*rules), time=100, at=at)


def test_without_a_policy_it_is_recorded():
    assert _judge(_event(), rules=()).outcome == "recorded"
    assert _judge(_event(leaf=4)).outcome == "recorded", "the policy came later"
    other = bare("c.d", 10)
    assert _judge(other).outcome == "recorded", "the policy is about another type"


def test_a_policy_whose_term_had_ended_at_the_event_asks_for_nothing():
    assert _judge(_event(), registry=_registry(JOINT, until=101)).outcome == "not yet recognised"
    assert _judge(_event(), registry=_registry(JOINT, until=100)).outcome == "recorded"


@pytest.mark.parametrize("verb", ["recognised", "recognised-with-conditions"])
def test_it_is_recognised_once_every_policys_rule_is_met(verb):
    event = _event()
    customs, quarantine = _answer(verb, CUSTOMS, event), _answer(verb, QUARANTINE, event, 21)
    assert _judge(event).outcome == "not yet recognised"
    assert _judge(event, customs).outcome == "not yet recognised"
    assert _judge(event, customs, quarantine).outcome == "recognised"
    found = _judge(event, customs, quarantine, rules=(JOINT, {"role": "tax"}))
    assert (found.outcome, [each.subject for each in found.unmet]) == ("not yet recognised", ["urn:suyuan:policy:p1"])


def test_the_principal_counts_where_it_is_an_agency():
    event = _event(issuer=CUSTOMS)
    assert _judge(event, _answer("recognised", QUARANTINE, event)).outcome == "recognised"
    assert _judge(event, rules=({"agency": CUSTOMS},)).outcome == "recognised"
    seller = _event()
    assert _judge(seller, rules=({"role": "seller"},)).outcome == "not yet recognised", "a seller is no agency"


def test_acknowledging_counts_for_nothing():
    event = _event()
    answers = [_answer("acknowledged", by, event, 20 + place) for place, by in enumerate((CUSTOMS, QUARANTINE))]
    found = _judge(event, *answers)
    assert (found.outcome, len(found.endorsements)) == ("not yet recognised", 2)


def test_an_answer_about_another_event_counts_for_nothing():
    event, other = _event(), _event(leaf=11)
    answers = [_answer("recognised", by, other, 20 + place) for place, by in enumerate((CUSTOMS, QUARANTINE))]
    assert _judge(event, *answers).outcome == "not yet recognised"


def test_recognition_whose_term_ended_at_the_time_of_judgement_counts_no_more():
    event = _event()
    answers = [_answer("recognised", CUSTOMS, event, until=NOW), _answer("recognised", QUARANTINE, event, 21)]
    assert _judge(event, *answers, at=NOW - 1).outcome == "recognised"
    found = _judge(event, *answers, at=NOW)
    assert (found.outcome, [each.expired for each in found.endorsements]) == ("not yet recognised", [True, False])


def test_a_refusal_by_an_agency_that_a_rule_names_refuses():
    event = _event()
    answers = [_answer("recognised", by, event, 20 + place) for place, by in enumerate((CUSTOMS, QUARANTINE))]
    found = _judge(event, *answers, _answer("refused", CUSTOMS, event, 30))
    assert (found.outcome, found.refused_by, found.sufficient) == ("refused", (CUSTOMS,), False)
    by_name = _judge(event, _answer("refused", TAX, event), rules=({"agency": TAX},))
    assert by_name.refused_by == (TAX,)


def test_a_refusal_by_an_agency_that_no_rule_names_is_only_told():
    event = _event()
    answers = [_answer("recognised", by, event, 20 + place) for place, by in enumerate((CUSTOMS, QUARANTINE))]
    found = _judge(event, *answers, _answer("refused", TAX, event, 30))
    assert (found.outcome, len(found.endorsements)) == ("recognised", 3)


@pytest.mark.parametrize("verb", ["recognised", "refused", "acknowledged", "recognised-with-conditions"])
def test_what_its_own_principal_withdrew_counts_no_more(verb):
    event = _event()
    said = _answer(verb, CUSTOMS, event)
    assert _judge(event, said, _answer("withdrawn", CUSTOMS, said, 30)).endorsements == ()
    assert len(_judge(event, said, _answer("withdrawn", QUARANTINE, said, 30)).endorsements) == 1


def test_an_agency_may_recognise_again_after_it_withdrew():
    event = _event()
    first = _answer("refused", CUSTOMS, event)
    again = [_answer("withdrawn", CUSTOMS, first, 30), _answer("recognised", CUSTOMS, event, 40)]
    assert _judge(event, first, *again, rules=({"role": "customs"},)).outcome == "recognised"


def test_roles_count_as_they_were_at_the_endorsement():
    event, registry = _event(), _registry({"role": "customs"})
    registry.set_participant(Participant(CUSTOMS, 20, {}, frozenset({"tax"})))
    registry.set_participant(Participant(TAX, 20, {}, frozenset({"customs"})))
    assert _judge(event, _answer("recognised", CUSTOMS, event, 19), registry=registry).outcome == "recognised"
    assert _judge(event, _answer("recognised", CUSTOMS, event, 20), registry=registry).outcome == "not yet recognised"
    assert _judge(event, _answer("recognised", TAX, event, 20), registry=registry).outcome == "recognised"


def test_an_endorsement_by_who_is_not_admitted_counts_for_nothing():
    event = _event()
    assert _judge(event, _answer("recognised", "urn:suyuan:agency:nobody", event)).endorsements == ()


_VERBS = st.sampled_from(["recognised", "recognised-with-conditions", "acknowledged", "refused"])
_SAID = st.lists(st.tuples(_VERBS, st.sampled_from([CUSTOMS, QUARANTINE, TAX])), max_size=6)


@given(_SAID, st.randoms())
def test_the_order_of_answers_does_not_change_the_outcome(said, random):
    event = _event()
    answers = [_answer(verb, by, event, 20 + place) for place, (verb, by) in enumerate(said)]
    outcome = _judge(event, *answers).outcome
    random.shuffle(answers)
    assert _judge(event, *answers).outcome == outcome


@given(_SAID)
def test_withdrawing_everything_is_as_if_nothing_had_been_said(said):
    event = _event()
    answers = [_answer(verb, by, event, 20 + place) for place, (verb, by) in enumerate(said)]
    back = [_answer("withdrawn", each.head.issuer, each, 100 + place) for place, each in enumerate(answers)]
    assert _judge(event, *answers, *back) == _judge(event)


@given(_SAID)
def test_it_is_sufficient_exactly_where_both_recognised_and_neither_refused(said):
    event = _event()
    answers = [_answer(verb, by, event, 20 + place) for place, (verb, by) in enumerate(said)]
    accepted = {by for verb, by in said if verb.startswith("recognised")}
    refused = {by for verb, by in said if verb == "refused"}
    expected = {CUSTOMS, QUARANTINE} <= accepted and not refused & {CUSTOMS, QUARANTINE}
    assert _judge(event, *answers).sufficient == expected
