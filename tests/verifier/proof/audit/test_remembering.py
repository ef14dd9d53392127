"""Names, sequences and memory against plain dictionaries, sets and lists."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.zone.actors import all_types
from tests.verifier.judgement.chronicle import bare
from verifier.errors import MismatchError
from verifier.judgement.authority import advance
from verifier.judgement.digest import digest_history
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Head, State
from verifier.proof.audit.known import Sequences
from verifier.proof.audit.memory import Memory
from verifier.proof.audit.names import Names

TYPES = ["filing.product", "transport.commissioning", "transport.packing", "delivery.signed"]
names = st.binary(min_size=32, max_size=32)
pairs = st.tuples(st.sampled_from(["trace", "case", "member"]), st.sampled_from([bytes([n]) * 32 for n in range(6)]))
links = st.lists(pairs, min_size=1, max_size=4, unique=True).map(lambda held: tuple(sorted(held)))
followed = st.lists(pairs.filter(lambda pair: pair[0] != "member"), max_size=3, unique=True)
heads = st.builds(
    Head,
    type=st.sampled_from(TYPES),
    id=st.binary(min_size=16, max_size=16),
    issuer=st.sampled_from(["urn:suyuan:agency:a", "urn:suyuan:enterprise:b"]),
    time=st.integers(0, 2**53 - 1),
    joins=links,
    body=names,
    follows=followed.map(lambda held: tuple(sorted(held))),
    to=st.sampled_from([None, "urn:suyuan:enterprise:c"]),
    state=st.none() | pairs.flatmap(lambda pair: st.builds(State, *map(st.just, pair), st.integers(1, 9), names)),
)


@given(st.lists(st.binary(min_size=4, max_size=4)))
def test_names_are_numbered_as_they_came(given_names):
    held, expected = Names(4), {}
    for name in given_names:
        assert held.find(name) == expected.get(name)
        new = name not in expected
        assert held.add(name) == (expected.setdefault(name, len(expected)), new)
    for again in (held, Names(4, held.dump())):
        assert len(again) == len(expected)
        assert [again[number] for number in range(len(again))] == list(expected)
        assert all(again.find(name) == number for name, number in expected.items())


def test_names_grow_past_their_first_slots():
    held = Names(8)
    for number in range(5000):
        assert held.add(number.to_bytes(8, "big")) == (number, True)
    assert [held.find(number.to_bytes(8, "big")) for number in range(5001)] == [*range(5000), None]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6))))
def test_sequence_numbers_are_taken_once(ranges):
    sequences, used = Sequences(), set()
    for first, count in ranges:
        numbers = set(range(first, first + count))
        if numbers & used:
            with pytest.raises(MismatchError):
                sequences.take(b"kid", first, first + count)
        else:
            sequences.take(b"kid", first, first + count)
            used |= numbers
    held = sequences.ranges.get(b"kid", [])
    assert {number for first, end in held for number in range(first, end)} == used
    assert all(one[1] < other[0] for one, other in pairwise(held))
    assert sequences.gaps == max(0, len(held) - 1)


@given(st.lists(st.tuples(names, heads), max_size=12, unique_by=lambda each: each[0]))
def test_memory_gives_back_what_later_events_are_judged_by(said):
    types, memory = all_types(), Memory()
    events, states = [], {}
    for number, (name, head) in enumerate(said):
        event = Event(name, number // 3, number % 3, head, None, b"")
        memory.advance(head, types[head.type])
        for kind, subject in head.joins:
            if kind == "trace":
                states[subject] = advance(states.get(subject), head, types[head.type])
        memory.add(event)
        events.append(event)
    for again in (memory, Memory.load(memory.dump())):
        assert len(again) == len(events)
        for event in events:
            found = again.find(event.name)
            assert found is not None
            assert _known(found) == _known(event)
        for pair in {pair for event in events for pair in event.head.joins}:
            _require_history(again, pair, [event for event in events if event.joins(pair)])
        for number in range(6):
            assert again.trace_state(bytes([number]) * 32) == states.get(bytes([number]) * 32)
        assert again.find(b"nothing" * 4 + b"....") is None


def _require_history(memory, pair, joined):
    assert [_known(each) for each in memory.history(pair)] == [_known(each) for each in joined]
    assert _digested(memory.digest(pair)) == _digested(digest_history(pair, joined))
    for first in range(len(joined)):
        for end in (first + 1, len(joined)):
            assert memory.entries(pair)(first, end) == [each.entry for each in joined[first:end]]


def _known(event):
    head = event.head
    state = head.state and (head.state.kind, head.state.name, head.state.count)
    return event.name, event.place, head.type, head.principal, head.to, head.time, head.joins, head.follows, state


def _digested(digest):
    return digest.size, digest.places, digest.earliest, digest.counts, [*digest.follows]


def test_a_long_history_is_brought_up_to_date_with_what_is_new():
    memory, pair = Memory(), ("member", b"s" * 32)
    joined = [bare(TYPES[leaf % 3], leaf, joins=(pair,)) for leaf in range(80)]
    for count, event in enumerate(joined, 1):
        memory.add(event)
        if count in (70, 71, 75, 80):
            assert _digested(memory.digest(pair)) == _digested(digest_history(pair, joined[:count]))
            assert memory.entries(pair)(0, count) == [each.entry for each in joined[:count]]


def test_a_hash_envelope_is_known_by_name_but_no_event():
    memory = Memory()
    assert memory.add_name(b"e" * 32)
    assert not memory.add_name(b"e" * 32)
    assert memory.knows(b"e" * 32)
    assert memory.find(b"e" * 32) is None


def test_an_id_is_new_once_for_each_owner():
    memory = Memory()
    assert [memory.take_id(owner, b"i" * 16) for owner in ("a", "b", "a")] == [True, True, False]
