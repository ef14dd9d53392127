"""Recognition: what the policies in force make of endorsements that stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import bare
from verifier.judgement.acts import Succession
from verifier.judgement.participants import Participant
from verifier.judgement.policies import Policy, parse_rule
from verifier.judgement.recognition import Answers, judge_recognition
from verifier.judgement.registry import Registry
from verifier.judgement.standing import Dispute
from verifier.texts import LANGUAGES, text
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


def _judge(event, *answers, rules=(JOINT,), registry=None, at=NOW, **how):
    return judge_recognition(event, answers, registry=registry or _registry(*rules), time=100, at=at, **how)


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
    assert (found.outcome, [each.expired for each in found.endorsements]) == ("expired", [True, False])


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


# Zones.


def _of_zones(*rules_by_zone) -> Registry:
    registry = _registry()
    for place, (zone, rule) in enumerate(rules_by_zone):
        policy = Policy(f"urn:suyuan:policy:z{place}", frozenset({"a.b"}), parse_rule(rule), {}, 5, None, zone=zone)
        registry.set_policy(policy)
    return registry


def test_one_zone_that_accepts_is_enough_and_every_zone_has_its_outcome():
    event, registry = _event(), _of_zones(("ningbo", {"agency": CUSTOMS}), ("hangzhou", {"agency": TAX}))
    found = _judge(event, registry=registry)
    assert (found.outcome, found.zones) == (
        "not yet recognised",
        {"ningbo": "not yet recognised", "hangzhou": "not yet recognised"},
    )
    found = _judge(event, _answer("recognised", TAX, event), registry=registry)
    assert (found.outcome, found.sufficient) == ("recognised", True)
    assert found.zones == {"ningbo": "not yet recognised", "hangzhou": "recognised"}


def test_all_policies_of_one_zone_must_be_met_and_policies_without_zone_always():
    event = _event()
    two = _of_zones(("ningbo", {"agency": CUSTOMS}), ("ningbo", {"agency": TAX}))
    assert _judge(event, _answer("recognised", TAX, event), registry=two).outcome == "not yet recognised"
    with_general = _of_zones(("ningbo", {"agency": TAX}), (None, {"agency": CUSTOMS}))
    found = _judge(event, _answer("recognised", TAX, event), registry=with_general)
    assert (found.outcome, found.zones) == ("not yet recognised", {"ningbo": "recognised"})
    both = [_answer("recognised", TAX, event), _answer("recognised", CUSTOMS, event, 21)]
    assert _judge(event, *both, registry=with_general).outcome == "recognised"


def test_a_refusal_in_one_zone_leaves_the_other_alone():
    event, registry = _event(), _of_zones(("ningbo", {"agency": CUSTOMS}), ("hangzhou", {"agency": TAX}))
    refused = _answer("refused", CUSTOMS, event)
    found = _judge(event, refused, registry=registry)
    assert (found.outcome, found.zones["ningbo"]) == ("not yet recognised", "refused")
    assert _judge(event, refused, _answer("recognised", TAX, event, 21), registry=registry).outcome == "recognised"
    everywhere = _judge(event, refused, _answer("refused", TAX, event, 21), registry=registry)
    assert (everywhere.outcome, everywhere.refused_by) == ("refused", (CUSTOMS, TAX))


def test_a_role_within_a_jurisdiction_is_met_by_who_holds_both():
    event, registry = _event(), _registry({"role": "customs", "jurisdiction": "ningbo"})
    assert _judge(event, _answer("recognised", CUSTOMS, event), registry=registry).outcome == "not yet recognised"
    registry.set_participant(Participant(CUSTOMS, 0, {}, frozenset({"customs"}), jurisdiction=("ningbo",)))
    assert _judge(event, _answer("recognised", CUSTOMS, event), registry=registry).outcome == "recognised"
    assert _judge(event, _answer("refused", CUSTOMS, event), registry=registry).outcome == "refused"


# What is told beside the outcome.


def test_it_tells_how_many_inner_rules_of_the_first_unmet_policy_are_met_and_by_whom():
    event = _event()
    found = _judge(event, _answer("recognised", CUSTOMS, event), _answer("recognised", TAX, event, 21))
    assert (found.met, found.needed, found.recognised_by) == (1, 2, (CUSTOMS,))
    found = _judge(event, rules=({"agency": TAX},))
    assert (found.met, found.needed, found.recognised_by) == (0, 1, ())
    done = _judge(event, _answer("recognised", TAX, event), rules=({"agency": TAX},))
    assert (done.met, done.needed, done.recognised_by) == (0, 0, (TAX,))


def test_every_reason_has_a_text_in_both_languages():
    event = _event()
    answers = [
        _answer("refused", CUSTOMS, event),
        _answer("recognised", QUARANTINE, event, 21, until=NOW),
        _answer("recognised", TAX, event, 22),
    ]
    rules = (JOINT, {"agency": TAX}, {"agency": QUARANTINE})
    disputed = [Dispute("key", bytes(32))]
    told = judge_recognition(
        event,
        answers,
        registry=_registry(*rules),
        time=100,
        at=NOW,
        disputes=lambda each: disputed if each in (event, answers[2]) else (),
    )
    codes = {each.code for each in (*told.reasons, *_judge(event, rules=()).reasons)}
    assert codes == {"disputed.key", "unmet", "refused", "expired", "disputed-endorsement", "no-policy"}
    (met,) = _judge(event, answers[2], rules=({"agency": TAX},)).reasons
    for reason in (*told.reasons, met, *_judge(event, rules=()).reasons):
        for language in LANGUAGES:
            assert text(f"reason.{reason.code}", language, **reason.facts)


def test_every_outcome_has_a_text_in_both_languages():
    for outcome in ("recorded", "recognised", "not yet recognised", "refused", "disputed", "expired"):
        for language in LANGUAGES:
            assert text(f"recognition.{outcome}", language)


# Disputed.


def test_a_disputed_event_is_disputed_whoever_recognised_it():
    event = _event()
    answers = [_answer("recognised", CUSTOMS, event), _answer("recognised", QUARANTINE, event, 21)]
    found = _judge(event, *answers, disputes=lambda each: [Dispute("key", bytes(32))] if each is event else ())
    assert (found.outcome, found.sufficient) == ("disputed", False)
    assert _judge(event, rules=(), disputes=lambda _: [Dispute("key", bytes(32))]).outcome == "disputed"


@pytest.mark.parametrize(
    ("verb", "alone", "disputed"),
    [("recognised", "recognised", "not yet recognised"), ("refused", "refused", "not yet recognised")],
)
def test_a_disputed_endorsement_counts_neither_for_nor_against(verb, alone, disputed):
    event = _event()
    answer = _answer(verb, CUSTOMS, event)
    assert _judge(event, answer, rules=({"agency": CUSTOMS},)).outcome == alone
    stolen = {"disputes": lambda each: [Dispute("key", bytes(32))] if each is answer else ()}
    found = _judge(event, answer, rules=({"agency": CUSTOMS},), **stolen)
    assert (found.outcome, [each.disputed for each in found.endorsements]) == (disputed, [True])


def test_a_disputed_withdrawal_takes_nothing_back():
    event = _event()
    answer = _answer("recognised", CUSTOMS, event)
    back = _answer("withdrawn", CUSTOMS, answer, 30)
    stolen = {"disputes": lambda each: [Dispute("key", bytes(32))] if each is back else ()}
    assert _judge(event, answer, back, rules=({"agency": CUSTOMS},)).outcome == "not yet recognised"
    assert _judge(event, answer, back, rules=({"agency": CUSTOMS},), **stolen).outcome == "recognised"


# Succession.


def test_a_successor_is_met_by_rules_that_name_who_it_succeeded_and_may_withdraw():
    event, registry = _event(), _registry({"agency": QUARANTINE})
    registry.set_succession(QUARANTINE, Succession(CUSTOMS, 20, bytes(32)))
    assert _judge(event, _answer("recognised", CUSTOMS, event, 19), registry=registry).outcome == "not yet recognised"
    assert _judge(event, _answer("recognised", CUSTOMS, event, 20), registry=registry).outcome == "recognised"
    assert _judge(event, _answer("refused", CUSTOMS, event, 20), registry=registry).refused_by == (CUSTOMS,)
    given = _answer("recognised", QUARANTINE, event, 19)
    assert _judge(event, given, registry=registry).outcome == "recognised", "what it gave before still stands"
    assert _judge(event, given, _answer("withdrawn", CUSTOMS, given, 19), registry=registry).outcome == "recognised"
    taken = _judge(event, given, _answer("withdrawn", CUSTOMS, given, 20), registry=registry)
    assert taken.outcome == "not yet recognised"


def test_a_line_of_successions_is_followed_to_its_end():
    event, registry = _event(), _registry({"agency": QUARANTINE})
    registry.set_succession(QUARANTINE, Succession(TAX, 20, bytes(32)))
    registry.set_succession(TAX, Succession(CUSTOMS, 30, bytes(32)))
    assert _judge(event, _answer("recognised", TAX, event, 29), registry=registry).outcome == "recognised"
    assert _judge(event, _answer("recognised", CUSTOMS, event, 30), registry=registry).outcome == "recognised"


# Laws.

_LEAVES = st.sampled_from([
    {"role": "customs"}, {"role": "tax"}, {"agency": QUARANTINE}, {"role": "tax", "jurisdiction": "ningbo"},
])  # fmt: skip
_RULES = st.recursive(_LEAVES, lambda inner: st.builds(
    lambda of, k: {"k": min(k, len(of)), "of": of}, st.lists(inner, min_size=1, max_size=3), st.integers(1, 3)
), max_leaves=6)  # fmt: skip
_ZONED = st.lists(st.tuples(st.sampled_from([None, "ningbo", "hangzhou"]), _RULES), max_size=4)
_ORDER = ("not yet recognised", "expired", "recognised")


@given(_ZONED, st.lists(st.sampled_from([CUSTOMS, QUARANTINE, TAX]), max_size=3), st.sampled_from([CUSTOMS, TAX]))
def test_one_more_acceptance_never_makes_an_outcome_worse(zoned, by, more):
    event, registry = _event(), _of_zones(*zoned)
    answers = [_answer("recognised", each, event, 20 + place) for place, each in enumerate(by)]
    before = _judge(event, *answers, registry=registry)
    after = _judge(event, *answers, _answer("recognised", more, event, 50), registry=registry)
    if before.outcome != "recorded":
        assert _ORDER.index(after.outcome) >= _ORDER.index(before.outcome)


@given(_ZONED, _SAID)
def test_it_is_recognised_exactly_where_all_general_policies_and_all_of_one_zone_are(zoned, said):
    event, registry = _event(), _of_zones(*zoned)
    answers = [_answer(verb, by, event, 20 + place) for place, (verb, by) in enumerate(said)]
    zones = {zone for zone, _ in zoned if zone}

    def holds(zone: str | None) -> bool:
        alone = _of_zones(*[(None, rule) for of, rule in zoned if of == zone])
        return _judge(event, *answers, registry=alone).sufficient

    expected = holds(None) and (not zones or any(map(holds, zones)))
    assert _judge(event, *answers, registry=registry).sufficient == expected


@given(_SAID, _SAID, st.randoms())
def test_what_is_said_of_other_events_changes_nothing_wherever_it_stands(said, others, random):
    event, other = _event(), _event(leaf=11)
    answers = [_answer(verb, by, event, 20 + place) for place, (verb, by) in enumerate(said)]
    noise = [_answer(verb, by, other, 20 + place) for place, (verb, by) in enumerate(others)]
    noise += [_answer("withdrawn", by, each, 60) for each, (_, by) in zip(noise, others, strict=True)]
    mixed = [*answers, *noise]
    random.shuffle(mixed)
    found = judge_recognition(event, Answers(mixed), registry=_registry(JOINT), time=100, at=NOW)
    assert found == _judge(event, *(each for each in mixed if each in answers))


def test_answers_are_looked_at_once_however_many_events_are_judged():
    events = [_event(leaf=10 + place) for place in range(2_000)]
    answers = Answers(_answer("recognised", by, each, 5_000) for each in events for by in (CUSTOMS, QUARANTINE))
    registry = _registry(JOINT)
    found = [judge_recognition(each, answers, registry=registry, time=100, at=NOW).outcome for each in events]
    assert set(found) == {"recognised"}
