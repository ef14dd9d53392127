"""Closure over follows: which subjects a trace reaches, what closes a follow, and where it stops."""

from __future__ import annotations

import pytest

from tests.verifier.judgement.chronicle import bare, made_type
from verifier.errors import TooLargeError
from verifier.judgement.registry import Registry
from verifier.judgement.trace import MAX_HEADS, MAX_SUBJECTS, walk_trace
from verifier.ledgerformat.vocabulary import Answers
from verifier.vocabulary import registry_types

NAMES = [bytes([0, each]) * 16 for each in range(200)]


def _registry() -> Registry:
    registry = Registry(registry_types())
    for name, closes in (("a.said", False), ("a.closed", True)):
        answers = Answers(("*",), 64, frozenset({"agency"}))
        registry.set_type(made_type(name, answers=answers, closes=closes), 0)
    return registry


def _walk(*events, walk: str = "public", start: int = 0):
    def history_of(pair):
        return [each for each in sorted(events, key=lambda each: each.place) if each.joins(pair)]

    return walk_trace(NAMES[start], walk=walk, history_of=history_of, registry=_registry())


def _joins(number: int, kind: str = "trace", to: int | None = None, leaf: int = 1, **members):
    follows = () if to is None else ((members.pop("by", "trace"), NAMES[to]),)
    return bare(members.pop("type", "a.said"), leaf, joins=((kind, NAMES[number]),), follows=follows, **members)


def test_it_goes_on_along_follows_in_the_order_reached():
    closure = _walk(_joins(0, to=1, leaf=1), _joins(0, to=2, leaf=2), _joins(1, to=3, leaf=3))
    assert closure.names == (NAMES[0], NAMES[1], NAMES[2], NAMES[3])
    assert set(closure.histories) == {(kind, name) for kind in ("trace", "recall") for name in closure.names}


def test_a_subject_without_events_is_a_closure_of_absences():
    closure = _walk()
    assert closure.names == (NAMES[0],)
    assert closure.events() == []
    assert set(closure.histories) == {("trace", NAMES[0]), ("recall", NAMES[0])}


def test_the_public_walk_leaves_cases_alone_and_the_parties_walk_does_not():
    events = [_joins(0, "case", to=1), _joins(0, to=2, by="case", leaf=2)]
    assert _walk(*events).names == (NAMES[0],)
    parties = _walk(*events, walk="parties")
    assert set(parties.names) == {NAMES[0], NAMES[2], NAMES[1]}
    assert ("case", NAMES[1]) in parties.histories


def test_recalls_of_every_subject_reached_belong_to_the_trace():
    recall = _joins(1, "recall", leaf=2)
    closure = _walk(_joins(0, to=1), recall)
    assert list(closure.histories["recall", NAMES[1]]) == [recall]


def test_a_follow_that_a_later_event_closed_is_listed_and_followed_up_to_there():
    link = _joins(0, to=1, leaf=2)
    closer = _joins(0, leaf=4, type="a.closed", about=(link.name,))
    told = [_joins(1, leaf=leaf) for leaf in (1, 3, 5)]
    closure = _walk(link, closer, *told)
    assert closure.names == (NAMES[0], NAMES[1])
    assert closure.outside == {told[2].name}
    assert closure.story() == [told[0], link, told[1], closer]
    assert closure.events() == [told[0], link, told[1], closer, told[2]], "the history is whole"
    ((closed),) = closure.closed
    assert (closed.event, closed.followed, closed.by) == (link, ("trace", NAMES[1]), closer)


def test_an_answer_that_closes_nothing_closes_nothing():
    link = _joins(0, to=1)
    assert _walk(link, _joins(0, leaf=2, about=(link.name,)), _joins(1, leaf=3)).outside == frozenset()


def test_a_closing_event_elsewhere_closes_nothing():
    link, later = _joins(0, to=1), _joins(1, leaf=3)
    closure = _walk(link, later, _joins(5, leaf=2, type="a.closed", about=(link.name,)))
    assert (closure.names, closure.outside, closure.closed) == ((NAMES[0], NAMES[1]), frozenset(), ())


def test_one_follow_that_is_open_is_enough():
    link, again = _joins(0, to=1), _joins(0, to=1, leaf=3)
    closer = _joins(0, leaf=2, type="a.closed", about=(link.name,))
    assert _walk(link, closer, again, _joins(1, leaf=9)).outside == frozenset()


def test_a_ring_of_follows_ends():
    assert _walk(_joins(0, to=1), _joins(1, to=0, leaf=2)).names == (NAMES[0], NAMES[1])


def test_an_event_of_several_histories_is_told_once_in_log_order():
    both = bare("a.said", 3, joins=(("trace", NAMES[0]), ("trace", NAMES[1])))
    closure = _walk(both, _joins(0, to=1, leaf=1), _joins(1, leaf=2))
    assert [each.leaf for each in closure.events()] == [1, 2, 3]


def test_as_many_subjects_as_the_limit_are_walked_and_no_more():
    def chain(length: int):
        return [_joins(each, to=each + 1, leaf=each) for each in range(length - 1)]

    assert len(_walk(*chain(MAX_SUBJECTS)).names) == MAX_SUBJECTS
    with pytest.raises(TooLargeError, match="subjects"):
        _walk(*chain(MAX_SUBJECTS + 1))


def test_as_many_heads_as_the_limit_are_walked_and_no_more():
    events = [_joins(0, leaf=each) for each in range(MAX_HEADS)]
    assert len(_walk(*events).events()) == MAX_HEADS
    with pytest.raises(TooLargeError, match="heads"):
        _walk(*events, _joins(0, leaf=MAX_HEADS))
