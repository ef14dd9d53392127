"""Rules of order over one kind of histories, and over what stands there as the latest."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import bare, made_type
from verifier.judgement.coherence import Unjudged, Violation, judge_order
from verifier.judgement.digest import Digests, KeptDigests, LayeredDigests, digest_history
from verifier.ledgerformat.head import State
from verifier.ledgerformat.type_rules import OrderRule
from verifier.ledgerformat.vocabulary import matches_any

ITEM, OTHER = ("trace", b"i" * 32), ("trace", b"o" * 32)
CASE, CLAIM, SET = ("case", b"i" * 32), ("claim", b"c" * 32), ("member", b"s" * 32)
PAIRS = (ITEM, OTHER, CASE, CLAIM, SET)
ONCE = OrderRule("claimed-twice", "once", "claim", refuse=True)
HELD = ("a.held", "a.lifted", "a.seized")
RELEASE = OrderRule("held", "last", "history", refuse=True, patterns=("a.lifted",), last=HELD)
NEVER = OrderRule("seized", "last", "trace", refuse=True, last=("a.seized",))
ARRIVE = OrderRule("not-departed", "needs", "trace", refuse=True, patterns=("a.left",), last=("a.left", "a.come"))
AGAIN = OrderRule("not-later", "advances", "member", refuse=True)


def at(type_, leaf, *joins, position=0, **members):
    return bare(type_, leaf, position=position, joins=tuple(sorted(joins)), **members)


def found(rule, event, *others, held=PAIRS):
    histories = {pair: [each for each in sorted((*others, event), key=lambda e: e.place) if each.joins(pair)]
                 for pair in held}  # fmt: skip
    return [
        type(each) for each in judge_order(event, made_type(event.head.type, order=(rule,)), Digests(histories.get))
    ]


class TestKinds:
    """`in` may be one kind: the histories of it that the event joins."""

    def test_a_claim_is_made_once(self):
        second = at("a.claimed", 10, ITEM, CLAIM)
        assert found(ONCE, second) == []
        assert found(ONCE, second, at("a.claimed", 9, OTHER, CLAIM)) == [Violation]
        assert found(ONCE, second, at("a.claimed", 9, ITEM)) == [], "the trace is not asked"
        assert found(ONCE, second, at("a.other", 9, CLAIM)) == []
        assert found(ONCE, second, at("a.claimed", 11, CLAIM)) == []

    def test_within_a_batch_the_position_decides(self):
        second = at("a.claimed", 10, CLAIM, position=1)
        assert found(ONCE, second, at("a.claimed", 10, CLAIM)) == [Violation]
        assert found(ONCE, second, at("a.claimed", 10, CLAIM, position=2)) == []

    def test_a_kind_that_the_event_does_not_join_has_nothing(self):
        assert found(ONCE, at("a.claimed", 10, ITEM), at("a.claimed", 9, CLAIM)) == []
        after = OrderRule("listed", "after", "claim", refuse=True, patterns=("a.listed",))
        assert found(after, at("a.claimed", 10, ITEM), at("a.listed", 9, ITEM)) == [Violation]

    def test_what_must_come_before_may_stand_in_one_kind(self):
        after = OrderRule("listed", "after", "claim", refuse=True, patterns=("a.listed",))
        assert found(after, at("a.claimed", 10, CLAIM), at("a.listed", 9, CLAIM)) == []
        assert found(after, at("a.claimed", 10, CLAIM), at("a.listed", 9, ITEM)) == [Violation]

    @pytest.mark.parametrize("rule", [ONCE, OrderRule("x", "last", "claim", refuse=True, last=("*",))])
    def test_a_history_that_is_not_held_is_not_judged_and_said_so(self, rule):
        assert found(rule, at("a.claimed", 10, CLAIM), held=(ITEM,)) == [Unjudged]


class TestLast:
    """In each of the histories, the latest of these types, if there is one, is of those."""

    def test_what_is_held_is_not_released(self):
        release = at("a.released", 10, ITEM)
        held, lifted = at("a.held", 7, ITEM), at("a.lifted", 8, ITEM)
        assert found(RELEASE, release) == []
        assert found(RELEASE, release, held) == [Violation]
        assert found(RELEASE, release, held, lifted) == []
        assert found(RELEASE, release, held, lifted, at("a.held", 9, ITEM)) == [Violation]
        assert found(RELEASE, release, held, lifted, at("a.seized", 10, ITEM, position=1)) == [], "it stands later"
        assert found(RELEASE, release, held, lifted, at("a.looked-at", 9, ITEM)) == [], "of none of these types"

    def test_each_history_has_a_latest_of_its_own(self):
        release = at("a.released", 10, ITEM, OTHER)
        assert found(RELEASE, release, at("a.held", 7, ITEM), at("a.lifted", 8, OTHER)) == [Violation]
        assert found(RELEASE, release, at("a.held", 7, ITEM, OTHER), at("a.lifted", 8, OTHER)) == [Violation]
        assert found(RELEASE, release, at("a.held", 7, ITEM, OTHER), at("a.lifted", 8, ITEM, OTHER)) == []

    def test_none_may_stand_where_nothing_is_allowed(self):
        assert found(NEVER, at("a.released", 10, ITEM)) == []
        assert found(NEVER, at("a.released", 10, ITEM), at("a.seized", 3, ITEM)) == [Violation]
        assert found(NEVER, at("a.released", 10, ITEM), at("a.seized", 3, CASE)) == []

    def test_what_is_held_here_breaks_it_though_another_history_is_not_here(self):
        release = at("a.released", 10, ITEM, CASE)
        assert found(RELEASE, release, at("a.held", 7, ITEM), held=(ITEM,)) == [Violation]
        assert found(RELEASE, release, held=(ITEM,)) == [Unjudged]

    def test_reach_looks_along_follows(self):
        rule = OrderRule("held", "last", "reach", refuse=False, patterns=("a.lifted",), last=HELD)
        release = at("a.released", 10, ITEM, follows=(OTHER,))
        assert found(rule, release, at("a.held", 7, OTHER)) == [Violation]
        assert found(rule, release, at("a.held", 7, OTHER), at("a.lifted", 8, OTHER)) == []
        assert found(rule, release, at("a.held", 7, OTHER), held=(ITEM,)) == [Unjudged]


class TestNeeds:
    """In each of the histories there is one, and the latest is of those."""

    def test_nothing_arrives_that_has_not_left(self):
        arrive, left = at("a.come", 10, ITEM), at("a.left", 7, ITEM)
        assert found(ARRIVE, arrive) == [Violation]
        assert found(ARRIVE, arrive, left) == []
        assert found(ARRIVE, arrive, left, at("a.come", 8, ITEM)) == [Violation]
        assert found(ARRIVE, arrive, left, at("a.come", 8, ITEM), at("a.left", 9, ITEM)) == []
        assert found(ARRIVE, arrive, at("a.left", 11, ITEM)) == [Violation]

    def test_each_of_them_must_have_left(self):
        arrive = at("a.come", 10, ITEM, OTHER)
        assert found(ARRIVE, arrive, at("a.left", 7, ITEM)) == [Violation]
        assert found(ARRIVE, arrive, at("a.left", 7, ITEM), at("a.left", 8, OTHER)) == []
        assert found(ARRIVE, arrive, at("a.left", 7, ITEM), held=(ITEM,)) == [Unjudged]


class TestAdvances:
    """`state` is about a history of the kind that the event joins, of more entries than any of its type before."""

    def said(self, leaf, entries, pair=SET, joins=(SET,), position=0):
        return at("a.summed", leaf, *joins, position=position, state=State(*pair, entries, bytes(32)))

    def test_each_counts_more_than_the_one_before(self):
        assert found(AGAIN, self.said(10, 3)) == []
        assert found(AGAIN, self.said(10, 3), self.said(9, 2)) == []
        assert found(AGAIN, self.said(10, 3), self.said(9, 3)) == [Violation]
        assert found(AGAIN, self.said(10, 3), self.said(8, 5), self.said(9, 2)) == [Violation], "than every one"
        assert found(AGAIN, self.said(10, 3), self.said(11, 5)) == []
        assert found(AGAIN, self.said(10, 3, position=1), self.said(10, 3)) == [Violation]

    def test_states_of_other_types_and_histories_do_not_count(self):
        other = ("member", b"t" * 32)
        assert found(AGAIN, self.said(10, 3), at("a.told", 9, SET, state=State(*SET, 9, bytes(32)))) == []
        elsewhere = self.said(9, 9, other, (SET, other))
        assert found(AGAIN, self.said(10, 3), elsewhere) == []

    def test_the_state_is_about_a_history_of_the_kind_that_it_joins(self):
        assert found(AGAIN, at("a.summed", 10, SET)) == [Violation]
        assert found(AGAIN, self.said(10, 3, ITEM, (ITEM, SET))) == [Violation]
        assert found(AGAIN, self.said(10, 3, ("member", b"t" * 32))) == [Violation]

    def test_a_history_that_is_not_held_is_not_judged(self):
        assert found(AGAIN, self.said(10, 3), held=(ITEM,)) == [Unjudged]


TYPES = ("a.held", "a.lifted", "a.other")
STORY = st.lists(
    st.tuples(st.sampled_from(TYPES), st.sets(st.sampled_from(PAIRS), min_size=1, max_size=3), st.integers(0, 4)),
    min_size=1,
    max_size=8,
)
RULES = (
    OrderRule("one", "last", "trace", refuse=True, patterns=("a.lifted",), last=("a.held", "a.lifted")),
    OrderRule("two", "needs", "history", refuse=True, patterns=("a.held",), last=("a.*",)),
    OrderRule("three", "once", "member", refuse=True),
    OrderRule("four", "advances", "claim", refuse=True),
    OrderRule("five", "after", "case", refuse=True, patterns=("a.other",)),
)


def told(story):
    numbers = count()
    return [
        at(
            type_,
            number // 3,
            *pairs,
            position=number % 3,
            state=State(*CLAIM, entries, bytes(32)) if entries else None,
        )
        for (type_, pairs, entries), number in zip(story, numbers, strict=False)
    ]


def plainly(rule, event, before):
    """Whether a rule holds, read off the whole story by its definition."""
    kinds = ("trace", "case") if rule.within == "history" else (rule.within,)
    histories = [[each for each in before if each.joins(pair)] for pair in event.head.joins if pair[0] in kinds]
    if rule.demand == "after":
        return any(matches_any(rule.patterns, each.head.type) for history in histories for each in history)
    if rule.demand == "once":
        return all(each.head.type != event.head.type for history in histories for each in history)
    if rule.demand == "advances":
        state = event.head.state
        same = [each for each in before if each.joins(CLAIM) and each.head.type == event.head.type]
        earlier = [each.head.state.count for each in same if each.head.state]
        return bool(state) and event.joins(CLAIM) and all(state.count > each for each in earlier)
    lasts = [[e.head.type for e in history if matches_any(rule.last, e.head.type)][-1:] for history in histories]
    return all(matches_any(rule.patterns, last[0]) if last else rule.demand == "last" for last in lasts)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.demand)
@given(story=STORY)
def test_whole_kept_and_layered_digests_judge_as_the_definition_does(rule, story):
    events = told(story)
    whole = Digests(lambda pair: [each for each in events if each.joins(pair)])
    kept, recorded = KeptDigests(2, long=2), []
    layer = LayeredDigests(lambda pair: digest_history(pair, []), recorded)

    def kept_of(pair):
        joined = [each for each in recorded if each.joins(pair)]
        return kept.digest(pair, len(joined), lambda first: joined[first:])

    for event in events:
        kind = made_type(event.head.type, order=(rule,))
        expected = [] if plainly(rule, event, recorded) else [Violation]
        for digests in (whole, kept_of, layer):
            assert [type(each) for each in judge_order(event, kind, digests)] == expected
        recorded.append(event)


def test_a_history_is_read_once_and_then_only_what_is_new():
    read = []

    def since(events):
        def part(first):
            read.append(len(events) - first)
            return events[first:]

        return part

    kept, events = KeptDigests(), [at("a.held", leaf, SET) for leaf in range(1, 500)]
    for end in (499, 499, 499):
        kept.digest(SET, end, since(events[:end]))
    kept.digest(SET, 499, since(events))
    events.append(at("a.lifted", 600, SET))
    digest = kept.digest(SET, 500, since(events))
    assert read == [499, 1]
    assert digest.last_before((700, 0), ["a.held", "a.lifted"]) == "a.lifted"
    assert digest.places["a.held"] == [(1, 0), (499, 0)], "first and last, however many there are"


def test_many_short_histories_do_not_drive_out_a_long_one():
    kept, read = KeptDigests(4), []
    long = [at("a.held", leaf, SET) for leaf in range(64)]
    kept.digest(SET, 64, lambda first: long[first:])
    for number in range(100):
        pair = ("trace", bytes([number]) * 32)
        kept.digest(pair, 1, lambda _, pair=pair: [at("a.held", 1, pair)])
    kept.digest(SET, 64, lambda first: read.append(first) or long[first:])
    assert read == []


def test_of_long_histories_those_asked_last_are_kept():
    kept, read = KeptDigests(2, long=1), []

    def ask(number):
        pair = ("trace", bytes([number]) * 32)
        kept.digest(pair, 1, lambda _: read.append(number) or [at("a.held", 1, pair)])

    for number in (1, 2, 1, 3, 1, 2):
        ask(number)
    assert read == [1, 2, 3, 2]


def test_what_a_layer_adds_stays_in_the_layer():
    below = digest_history(SET, [at("a.held", 1, SET)])
    events = [at("a.lifted", 2, SET)]
    assert LayeredDigests(lambda _: below, events)(SET).places.keys() == {"a.held", "a.lifted"}
    assert below.places.keys() == {"a.held"}


def test_a_layer_that_was_asked_before_has_what_came_since_and_leaves_what_lies_below():
    below, events = digest_history(SET, [at("a.held", 1, SET)]), []
    layer = LayeredDigests(lambda _: below, events)
    assert layer(SET) is below, "nothing is copied for nobody"
    for leaf in (2, 3, 4):
        events += [at("a.lifted", leaf, SET), at("a.lifted", leaf + 10, ("trace", bytes(32)))]
        assert layer(SET).size == leaf
    assert layer(SET).places["a.lifted"] == [(2, 0), (4, 0)]
    assert below.places.keys() == {"a.held"}
