"""Recognition policies: which rules can be stated, and when one is met."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import Chronicle, policy_draft
from verifier.errors import MalformedError
from verifier.judgement.acceptance import Acceptance, Voice
from verifier.judgement.participants import Participant
from verifier.judgement.policies import MAX_RULE_DEPTH, ByAgency, ByRole, Some, parse_rule

ROLES = ("customs", "tax", "post")
AGENCIES = tuple(f"urn:suyuan:agency:{each}" for each in ("a", "b", "c"))


def _deep(depth: int) -> dict[str, object]:
    return {"role": "tax"} if depth == 1 else {"k": 1, "of": [_deep(depth - 1)]}


def test_a_rule_is_a_role_an_agency_or_some_of_others():
    rule = {"k": 2, "of": [{"role": "tax"}, {"agency": AGENCIES[0]}, {"k": 1, "of": [{"role": "post"}]}]}
    assert parse_rule(rule) == Some(2, (ByRole("tax"), ByAgency(AGENCIES[0]), Some(1, (ByRole("post"),))))


def test_a_role_may_be_asked_for_within_a_jurisdiction():
    assert parse_rule({"role": "tax", "jurisdiction": "ningbo"}) == ByRole("tax", "ningbo")
    for rule in ({"jurisdiction": "ningbo"}, {"role": "tax", "jurisdiction": None}, {"role": "tax", "jurisdiction": 1}):
        with pytest.raises(MalformedError, match=r"policy\.rule"):
            parse_rule(rule)


def test_a_policy_may_be_that_of_a_zone():
    chronicle = Chronicle().found()
    draft = policy_draft("one", ["order.placed"], {"role": "tax"})
    chronicle.decree(replace(draft, data={**draft.data, "zone": "ningbo"}))
    assert chronicle.registry.policies_at("order.placed", chronicle.leaf, 0)[0].zone == "ningbo"
    with pytest.raises(MalformedError, match=r"policy\.zone"):
        chronicle.decree(replace(draft, data={**draft.data, "zone": "Ning Bo"}))


def test_a_policy_may_name_a_deadline():
    chronicle = Chronicle().found()
    draft = policy_draft("one", ["order.placed"], {"role": "tax"})
    chronicle.decree(draft)
    assert chronicle.registry.policies_at("order.placed", chronicle.leaf, 0)[0].deadline is None
    chronicle.decree(replace(draft, data={**draft.data, "deadline": 1_000}))
    assert chronicle.registry.policies_at("order.placed", chronicle.leaf, 0)[0].deadline == 1_000
    for deadline in (0, -1, True, "1000", None, 10**15):
        with pytest.raises(MalformedError, match=r"policy\.deadline"):
            chronicle.decree(replace(draft, data={**draft.data, "deadline": deadline}))


def test_a_rule_may_be_as_deep_as_the_limit_and_no_deeper():
    parse_rule(_deep(MAX_RULE_DEPTH))
    with pytest.raises(MalformedError, match="deep"):
        parse_rule(_deep(MAX_RULE_DEPTH + 1))


@pytest.mark.parametrize(
    "rule",
    [
        None, [], "tax", {}, {"role": "Tax"}, {"role": ["tax"]}, {"role": "tax", "agency": AGENCIES[0]},
        {"agency": "urn:suyuan:enterprise:x"}, {"agency": "urn:suyuan:agency:Tax"},
        {"agency": None}, {"k": 1}, {"of": [{"role": "tax"}]},
        {"k": 1, "of": []}, {"k": 0, "of": [{"role": "tax"}]}, {"k": 2, "of": [{"role": "tax"}]},
        {"k": True, "of": [{"role": "tax"}]}, {"k": "1", "of": [{"role": "tax"}]}, {"k": 1, "of": {"role": "tax"}},
        {"k": 1, "of": [{"role": "tax"}] * 65}, {"k": 1, "of": [{"role": "tax"}, None]},
        {"k": 1, "of": [{"role": "tax"}], "not": 1},
    ],
)  # fmt: skip
def test_anything_else_is_malformed(rule):
    with pytest.raises(MalformedError, match=r"policy\.rule"):
        parse_rule(rule)


def test_a_policy_is_in_force_from_the_leaf_after_the_completing_approval():
    chronicle = Chronicle().found()
    chronicle.decree(policy_draft("one", ["order.placed", "order.payment"], {"role": "tax"}, until=500))
    assert chronicle.registry.policies_at("order.placed", chronicle.leaf - 1, 0) == ()
    (policy,) = chronicle.registry.policies_at("order.payment", chronicle.leaf, 499)
    assert (policy.types, policy.since, policy.until) == ({"order.placed", "order.payment"}, chronicle.leaf, 500)
    assert chronicle.registry.policies_at("order.payment", chronicle.leaf, 500) == ()
    assert chronicle.registry.policies_at("order.refund", chronicle.leaf, 0) == ()


_RULES = st.recursive(
    st.sampled_from([{"role": each} for each in ROLES] + [{"agency": each} for each in AGENCIES]),
    lambda inner: st.lists(inner, min_size=1, max_size=4).flatmap(
        lambda of: st.integers(1, len(of)).map(lambda least: {"k": least, "of": of})
    ),
    max_leaves=8,
)
_PARTICIPANTS = st.builds(
    lambda uri, roles: Participant(uri, 0, {}, frozenset(roles)),
    st.sampled_from(AGENCIES),
    st.sets(st.sampled_from(ROLES)),
)


def _is_met(rule, agencies) -> bool:
    return Acceptance([Voice(each, 1) for each in agencies], lambda *_: None).meets(rule)


@given(_RULES, st.lists(_PARTICIPANTS, max_size=4), st.lists(_PARTICIPANTS, max_size=2))
def test_more_recognition_never_unmeets_a_rule(rule, some, more):
    parsed = parse_rule(rule)
    assert _is_met(parsed, [*some, *more]) >= _is_met(parsed, some)


@given(_RULES, st.lists(_PARTICIPANTS, max_size=4), st.randoms())
def test_neither_order_nor_repetition_of_recognition_matters(rule, some, random):
    parsed = parse_rule(rule)
    again = [*some, *some]
    random.shuffle(again)
    assert _is_met(parsed, again) == _is_met(parsed, some)


@given(_RULES, st.lists(_PARTICIPANTS, max_size=4))
def test_a_rule_means_what_its_json_says(rule, some):
    assert _is_met(parse_rule(rule), some) == _meant(rule, some)


@given(_RULES)
def test_no_rule_is_met_by_nobody(rule):
    assert not _is_met(parse_rule(rule), [])


def _meant(rule, some) -> bool:
    """Read the rule as formats section 14 words it."""
    if "role" in rule:
        return rule["role"] in set().union(*(each.roles for each in some))
    if "agency" in rule:
        return rule["agency"] in {each.uri for each in some}
    return [_meant(inner, some) for inner in rule["of"]].count(True) >= rule["k"]
