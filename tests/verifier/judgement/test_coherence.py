"""Rules of order: after, once, by position and by claimed time, in the history and along follows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import bare, made_type
from verifier.errors import NotPermittedError
from verifier.judgement.coherence import MAX_REACH, Unjudged, Violation, check_order, judge_order, pairs_of_order
from verifier.judgement.digest import Digests, digest_history
from verifier.ledgerformat.vocabulary import EventType, OrderRule

ITEM, ORDER, FAR = (("trace", bytes([each]) * 32) for each in (1, 2, 3))
CASE = ("case", ITEM[1])


def _type(*rules: OrderRule) -> EventType:
    return made_type("a.late", order=rules)


def _after(*patterns: str, reach: bool = False, by_time: bool = False) -> OrderRule:
    within = "reach" if reach else "history"
    return OrderRule("first-things", "after", within, refuse=False, patterns=patterns, by_time=by_time)


ONCE = OrderRule("once-only", "once", "history", refuse=True)


def _late(leaf: int = 10, **members):
    return bare("a.late", leaf, **{"joins": (ITEM,), **members})


def _judge(event, rule, *others, held=None):
    histories = {ITEM: [], CASE: [], ORDER: [], FAR: []} if held is None else {pair: [] for pair in held}
    for each in sorted((*others, event), key=lambda each: each.place):
        for pair in each.head.joins:
            if pair in histories:
                histories[pair].append(each)
    return [type(each) for each in judge_order(event, _type(rule), Digests(histories.get))]


def test_what_must_come_before_stands_earlier_in_the_log():
    before, behind = bare("b.early", 9, joins=(ITEM,)), bare("b.early", 11, joins=(ITEM,))
    assert _judge(_late(), _after("b.early"), before) == []
    assert _judge(_late(), _after("b.early"), behind) == [Violation]
    assert _judge(_late(), _after("b.early")) == [Violation]


def test_within_a_leaf_the_position_decides():
    event = bare("a.late", 10, position=1, joins=(ITEM,))
    assert _judge(event, _after("b.early"), bare("b.early", 10, joins=(ITEM,))) == []
    assert _judge(event, _after("b.early"), bare("b.early", 10, position=2, joins=(ITEM,))) == [Violation]


@pytest.mark.parametrize(("pattern", "holds"), [("b.early", True), ("b.*", True), ("*", True), ("b.other", False)])
def test_patterns_name_what_must_come_before(pattern, holds):
    before = bare("b.early", 9, joins=(ITEM,))
    assert _judge(_late(), _after("c.d", pattern), before) == ([] if holds else [Violation])


def test_by_time_the_claimed_time_decides_and_not_the_place():
    event = _late(time=100)
    rule = _after("b.early", by_time=True)
    assert _judge(event, rule, bare("b.early", 20, joins=(ITEM,), time=100)) == []
    assert _judge(event, rule, bare("b.early", 5, joins=(ITEM,), time=101)) == [Violation]


def test_an_event_does_not_come_before_itself():
    assert _judge(_late(time=100), _after("a.late", by_time=True)) == [Violation]
    assert _judge(_late(), _after("a.late")) == [Violation]


def test_once_means_that_none_of_its_type_stands_earlier():
    assert _judge(_late(), ONCE) == []
    assert _judge(_late(), ONCE, _late(11)) == []
    assert _judge(_late(), ONCE, _late(9)) == [Violation]
    assert _judge(_late(), ONCE, bare("b.early", 9, joins=(ITEM,))) == []


def test_only_trace_and_case_histories_that_the_event_joins_are_looked_at():
    elsewhere = bare("b.early", 9, joins=(ORDER,))
    assert _judge(_late(), _after("b.early"), elsewhere) == [Violation]
    in_case = bare("b.early", 9, joins=(CASE,))
    assert _judge(_late(joins=(CASE, ITEM)), _after("b.early"), in_case) == []
    member = ("member", bytes(32))
    counted = bare("b.early", 9, joins=(member,))
    assert _judge(_late(joins=(member, ITEM)), _after("b.early"), counted, held=[ITEM, member]) == [Violation]


def test_reach_looks_along_follows_of_the_event_and_of_what_it_reaches():
    link = bare("b.link", 5, joins=(ORDER,), follows=(FAR,))
    early = bare("b.early", 6, joins=(FAR,))
    event = _late(follows=(ORDER,))
    assert _judge(event, _after("b.early", reach=True), link, early) == []
    assert _judge(event, _after("b.early"), link, early) == [Violation]


def test_a_rule_about_a_history_that_is_not_held_is_not_judged_and_said_so():
    event = _late(follows=(ORDER,))
    assert _judge(event, _after("b.early", reach=True), held=[ITEM]) == [Unjudged]
    before = bare("b.early", 9, joins=(ITEM,))
    assert _judge(event, _after("b.early", reach=True), before, held=[ITEM]) == [], "met by what is held"
    assert _judge(_late(joins=(CASE, ITEM)), _after("b.early"), held=[ITEM]) == [Unjudged]


EACH = OrderRule("each-of-them", "after", "each", refuse=True, patterns=("b.early",))


def test_each_history_that_is_followed_must_have_it_by_itself():
    link = bare("b.link", 4, joins=(ORDER,), follows=(FAR,))
    at_far, at_item = bare("b.early", 6, joins=(FAR,)), bare("b.early", 6, joins=(ITEM,))
    assert _judge(_late(follows=(ORDER,)), EACH, link, at_far) == [], "along its follows"
    assert _judge(_late(follows=(FAR,)), EACH, at_far) == []
    assert _judge(_late(follows=(ORDER, FAR)), EACH, at_far) == [Violation], "what one has is nothing to the other"
    assert _judge(_late(follows=(ORDER, FAR)), EACH, link, at_far) == []
    assert _judge(_late(follows=(ORDER,)), EACH, at_item) == [Violation], "what it joins is not what it follows"
    assert _judge(_late(), EACH, at_item) == [Violation], "it follows nothing"
    assert _judge(_late(follows=(FAR,)), EACH, bare("b.early", 11, joins=(FAR,))) == [Violation], "too late"


def test_each_is_settled_by_what_is_held_or_not_judged():
    at_far = bare("b.early", 6, joins=(FAR,))
    assert _judge(_late(follows=(ORDER, FAR)), EACH, at_far, held=[ITEM, FAR]) == [Unjudged]
    assert _judge(_late(follows=(ORDER, FAR)), EACH, held=[ITEM, FAR]) == [Violation], "one has none"


def test_what_must_come_once_is_contradicted_by_what_is_held():
    assert _judge(_late(joins=(CASE, ITEM)), ONCE, _late(9), held=[ITEM]) == [Violation]


def test_a_ring_of_follows_ends():
    ring = [bare("b.link", 5, joins=(ORDER,), follows=(FAR,)), bare("b.link", 6, joins=(FAR,), follows=(ORDER,))]
    assert _judge(_late(follows=(ORDER,)), _after("b.early", reach=True), *ring) == [Violation]


def _chain(length: int):
    pairs = [("trace", bytes([0, each]) * 16) for each in range(length)]
    links = [bare("b.link", 5, position=n, joins=(pairs[n],), follows=(pairs[n + 1],)) for n in range(length - 1)]
    return pairs, links


def test_reach_is_as_long_as_the_longest_trace():
    pairs, links = _chain(MAX_REACH)
    early = bare("b.early", 4, joins=(pairs[-1],))
    assert _judge(_late(joins=(pairs[0],)), _after("b.early", reach=True), *links, early, held=pairs) == []
    assert _judge(_late(joins=(pairs[0],)), _after("b.early", reach=True), *links, held=pairs) == [Violation]


def test_what_is_beyond_the_longest_trace_is_not_judged():
    pairs, links = _chain(MAX_REACH + 2)
    early = bare("b.early", 4, joins=(pairs[-1],))
    assert _judge(_late(joins=(pairs[0],)), _after("b.early", reach=True), *links, early, held=pairs) == [Unjudged]
    assert _judge(_late(joins=(pairs[0],)), _after("b.early"), *links, early, held=pairs) == [Violation]


@given(st.lists(st.tuples(st.sampled_from(["b.early", "c.other"]), st.integers(1, 20), st.integers(0, 3)), max_size=6))
def test_an_after_rule_means_what_it_says(said):
    event = _late(10, position=2)
    others = {(leaf, position): bare(kind, leaf, position=position, joins=(ITEM,)) for kind, leaf, position in said}
    others.pop((10, 2), None)
    met = any(each.head.type == "b.early" and place < (10, 2) for place, each in others.items())
    assert _judge(event, _after("b.early"), *others.values()) == ([] if met else [Violation])


# What speaks against a ledger: rules that refuse, whatever comes later, in histories that follow from event and rules.


def _asked(event, kind, histories):
    """Return which histories are looked at to judge an event, whatever for."""
    asked = set()

    def digest_of(pair):
        asked.add(pair)
        return digest_history(pair, histories.get(pair, ()))

    return asked, digest_of


@pytest.mark.parametrize("refuse", [True, False])
@pytest.mark.parametrize("by_time", [True, False])
def test_only_a_rule_that_refuses_speaks_against_a_ledger_by_time_as_by_position(refuse, by_time):
    rule = OrderRule("first-things", "after", "history", refuse=refuse, patterns=("b.early",), by_time=by_time)
    asked, digest_of = _asked(_late(), _type(rule), {})
    assert pairs_of_order(_late(), _type(rule), digest_of) == ({ITEM} if refuse else set())
    if refuse:
        with pytest.raises(NotPermittedError, match=r"order\.first-things"):
            check_order(_late(), _type(rule), digest_of)
    else:
        check_order(_late(), _type(rule), digest_of)
    assert asked <= {ITEM}


def test_a_rule_that_cannot_be_judged_speaks_against_nobody():
    rule = OrderRule("first-things", "after", "reach", refuse=True, patterns=("b.early",))
    check_order(_late(follows=(ORDER,)), _type(rule), {ITEM: digest_history(ITEM, ())}.get)


@given(st.data())
def test_the_histories_named_are_those_that_judging_asks_for(data):
    pairs = [ITEM, CASE, ORDER, FAR]
    some = st.lists(st.sampled_from(pairs), max_size=3, unique=True).map(tuple)
    events = [
        bare(data.draw(st.sampled_from(["a.late", "b.early"])), leaf, joins=data.draw(some) or (ITEM,),
             follows=data.draw(some))
        for leaf in range(data.draw(st.integers(0, 5)))
    ]  # fmt: skip
    histories = {pair: [each for each in events if pair in each.head.joins] for pair in pairs}
    rule = data.draw(st.sampled_from([
        OrderRule("it", "after", "each", refuse=True, patterns=("c.never",)),
        OrderRule("it", "after", "reach", refuse=True, patterns=("b.early",)),
        OrderRule("it", "once", "history", refuse=True),
        OrderRule("it", "once", "case", refuse=True),
    ]))  # fmt: skip
    event = _late(joins=data.draw(some) or (ITEM,), follows=data.draw(some))
    asked, digest_of = _asked(event, _type(rule), histories)
    judge_order(event, _type(rule), digest_of)
    named = pairs_of_order(event, _type(rule), digest_history_of(histories))
    assert asked <= named
    if not rule.each or len(event.head.follows) < 2:
        assert asked == named, "none besides"


def digest_history_of(histories):
    return lambda pair: digest_history(pair, histories.get(pair, ()))
