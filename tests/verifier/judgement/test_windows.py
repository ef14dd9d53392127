"""Windows: what of a followed history belongs to the story; against slow models that know nothing of spans."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import bare, made_type
from verifier.judgement.registry import Registry
from verifier.judgement.trace import HISTORY_WALKS, MAX_SUBJECTS, walk_trace
from verifier.judgement.windows import ALL, END, FIRST, Window, role_windows
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.type_roles import Role
from verifier.ledgerformat.vocabulary import Answers
from verifier.vocabulary import registry_types

NAMES = [bytes([1, each]) * 16 for each in range(MAX_SUBJECTS)]
WINDOWS = {"a.linked": None, "a.inside": "inside", "a.before": "before"}
DOING, CLOSED = "a.done", "a.closed"


def _role(name: str, window: str | None, follows: tuple[str, ...] = ("trace",)) -> Role:
    given = {"forms": frozenset({"item"}), "many": False, "optional": False, "joins": (), "opens": frozenset()}
    return Role(name, follows=follows, of=None, window=window, **given)


def _registry() -> Registry:
    registry = Registry(registry_types())
    answers = Answers(("*",), 64, frozenset({"agency"}))
    for name, window in WINDOWS.items():
        registry.set_type(made_type(name, subjects={"other": _role("other", window)}), 0)
    registry.set_type(made_type(DOING, answers=answers), 0)
    registry.set_type(made_type(CLOSED, answers=answers, closes=True), 0)
    return registry


REGISTRY = _registry()


def _walk(*events, start: int = 0, walk: str = "public"):
    held = sorted(events, key=lambda each: each.place)
    return walk_trace(
        NAMES[start], walk=walk, history_of=lambda pair: [each for each in held if each.joins(pair)], registry=REGISTRY
    )


def _done(who: int, leaf: int, kind: str = "trace", **members):
    return bare(members.pop("type", DOING), leaf, joins=((kind, NAMES[who]),), **members)


def _link(who: int, to: int, leaf: int, window: str = "a.inside"):
    return bare(window, leaf, joins=(("trace", NAMES[who]),), follows=(("trace", NAMES[to]),))


def _close(who: int, leaf: int, link):
    return _done(who, leaf, type=CLOSED, about=(link.name,))


def _outside(closure) -> list[int]:
    return [each.leaf for each in closure.events() if each.name in closure.outside]


# What each window says.


def test_what_happened_to_a_container_belongs_to_what_was_inside_only_while_it_was():
    link = _link(0, 1, 3)
    closure = _walk(link, _close(0, 6, link), *(_done(1, leaf) for leaf in (1, 2, 4, 5, 7, 8)))
    assert _outside(closure) == [1, 2, 7, 8]
    assert len(closure.histories["trace", NAMES[1]]) == 6, "the history stays whole"


def test_of_an_ingredient_belongs_what_stands_before_it_was_used():
    closure = _walk(_link(0, 1, 3, "a.before"), *(_done(1, leaf) for leaf in (1, 2, 4)))
    assert _outside(closure) == [4]


def test_what_was_used_stays_used_whatever_is_closed_later():
    link = _link(0, 1, 3, "a.before")
    closure = _walk(link, _close(0, 5, link), *(_done(1, leaf) for leaf in (1, 2, 4)))
    assert (_outside(closure), closure.closed) == ([4], ())


def test_windows_intersect_along_the_way():
    into, onto = _link(0, 1, 2), _link(1, 2, 4)
    story = [into, onto, _close(0, 8, into), _close(1, 12, onto), *(_done(2, leaf) for leaf in (1, 3, 5, 7, 9, 11, 13))]
    assert _outside(_walk(*story)) == [1, 3, 9, 11, 13], "the closing event at 12 is said of the story"


def test_windows_of_several_ways_unite():
    first, second = _link(0, 1, 1), _link(0, 1, 6)
    story = [first, _close(0, 3, first), second, _close(0, 8, second), *(_done(1, leaf) for leaf in (2, 4, 5, 7, 9))]
    assert _outside(_walk(*story)) == [4, 5, 9]


def test_what_came_into_a_container_that_was_loaded_already_is_where_the_container_is():
    loaded, into = _link(1, 2, 1), _link(0, 1, 5)
    closure = _walk(loaded, into, *(_done(2, leaf) for leaf in (2, 4, 6, 8)), _close(1, 7, loaded))
    assert _outside(closure) == [2, 4, 8]
    assert loaded in closure.story(), "the event that says where the container is belongs to it"


def test_what_was_said_outside_the_window_is_not_followed():
    into, out = _link(0, 1, 3), [_link(1, 2, 2, "a.linked"), _link(1, 3, 9, "a.linked"), _link(1, 4, 9)]
    closure = _walk(into, _close(0, 6, into), *out)
    assert closure.names == (NAMES[0], NAMES[1])
    assert _outside(closure) == [2, 9, 9]


def test_recalls_are_limited_by_no_window():
    recall = _done(1, 9, "recall")
    closure = _walk(_link(0, 1, 3, "a.before"), recall, _done(1, 8))
    assert _outside(closure) == [8]
    assert recall in closure.story()


def test_what_is_said_of_the_story_belongs_to_it_whenever_it_is_said():
    link = _link(0, 1, 3, "a.before")
    told, later = _done(1, 2), _done(1, 5)
    answer = _done(1, 6, about=(told.name,))
    answered = _done(1, 7, about=(answer.name,))
    other = _done(1, 8, about=(later.name,))
    assert _outside(_walk(link, told, later, answer, answered, other)) == [5, 8]


def test_a_closing_event_counts_from_the_first_one_on():
    link = _link(0, 1, 1)
    closure = _walk(link, _close(0, 4, link), _close(0, 7, link), _done(1, 3), _done(1, 5))
    assert _outside(closure) == [5]
    assert [each.by.leaf for each in closure.closed] == [4]


@pytest.mark.parametrize("kind", HISTORY_WALKS)
def test_a_walk_of_one_kind_reaches_that_history_and_no_other(kind):
    events = [_done(0, 1, kind), _link(0, 1, 2), _done(0, 3, "recall" if kind != "recall" else "list")]
    closure = _walk(*events, walk=kind)
    assert list(closure.histories) == [(kind, NAMES[0])]
    assert (closure.events(), closure.outside) == ([events[0]], frozenset())


# Which window a follow has.

ITEM, OTHER = "https://id.gs1.org/01/06901234567892/21/A", "https://id.gs1.org/01/06901234567892/21/B"


def _body(**subjects: str) -> Body:
    return Body(subjects, {}, {})


def test_a_follow_has_the_window_of_the_role_that_names_its_subject():
    kind = made_type("a.made", subjects={"lot": _role("lot", "before"), "deed": _role("deed", None)})
    body = _body(lot=ITEM, deed=OTHER)
    assert role_windows(("trace", subject_name(ITEM)), kind, body) == ("before",)
    assert role_windows(("trace", subject_name(OTHER)), kind, body) == (None,)


def test_where_roles_differ_and_the_body_is_not_shown_the_widest_window_holds():
    kind = made_type("a.made", subjects={"lot": _role("lot", "before"), "box": _role("box", "inside")})
    pair = ("trace", subject_name(ITEM))
    assert role_windows(pair, kind, None) == (None, "inside")
    assert role_windows(pair, kind, _body(lot=ITEM, box=ITEM)) == (None, "inside"), "both name it"
    assert role_windows(pair, kind, _body(lot=ITEM, box=OTHER)) == ("before",)
    alike = made_type("a.made", subjects={"lot": _role("lot", "before"), "case": _role("case", None, ("case",))})
    assert role_windows(pair, alike, None) == ("before",), "only roles that follow this kind count"


def test_a_body_that_is_not_shown_makes_no_story_smaller():
    """What was put into a container before the story came to it is in the container, erased body or not."""
    box, deed = NAMES[1], NAMES[2]
    roles = {"box": _role("box", "inside"), "deed": _role("deed", None)}
    REGISTRY.set_type(made_type("a.mixed", subjects=roles), 0)
    put = bare("a.mixed", 2, joins=(("trace", box),), follows=(("trace", deed),))
    closure = _walk(_link(0, 1, 5), put, *(_done(2, leaf) for leaf in (1, 4, 6)))
    assert deed in closure.names
    assert _outside(closure) == [1, 4]
    assert put in closure.story()


# Against slow models.

_PLACES = st.integers(0, 30).map(lambda leaf: (leaf, 0))


@given(st.lists(st.tuples(_PLACES, _PLACES), max_size=12), _PLACES, _PLACES)
def test_a_window_is_the_set_of_its_places(spans, low, high):
    window, model = Window(), set()
    for begin, end in spans:
        fresh = {(leaf, 0) for leaf in range(begin[0], end[0])} - model
        assert {(leaf, 0) for one, two in window.add(begin, end) for leaf in range(one[0], two[0])} == fresh
        model |= fresh
    assert {place for place in ((leaf, 0) for leaf in range(31)) if window.holds(place)} == model
    assert all(end < begin for (_, end), (begin, _) in pairwise(window.spans))
    shared = {(leaf, 0) for one, two in window.overlap(low, high) for leaf in range(one[0], two[0])}
    assert shared == {place for place in model if low <= place < high}
    assert window.meets(low, high) == bool(shared)


def test_a_window_that_took_everything_is_all():
    window = Window()
    assert window.add(*ALL) == [(FIRST, END)]
    assert window.is_all
    assert window.add((3, 0), (4, 0)) == []


_MOVES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=30)


@given(_MOVES, st.lists(st.integers(0, 5), min_size=30, max_size=30))
def test_containment_is_what_somebody_sees_who_watches_the_containers_move(moves, doing):
    """At every other moment something is put into something else, or taken out; in between something happens."""
    parent: dict[int, tuple[int, object]] = {}
    events, seen = [], set()
    for at, (child, into) in enumerate(moves):
        leaf = 2 * at
        if child in parent:
            events.append(_close(child, leaf, parent.pop(child)[1]))
        elif not _is_within(into, child, parent):
            events.append(_link(child, into, leaf))
            parent[child] = (into, events[-1])
        events.append(_done(doing[at], leaf + 1))
        if _is_within(0, doing[at], parent):
            seen.add(leaf + 1)
    closure = _walk(*events)
    told = {each.leaf for each in closure.story() if each.head.type == DOING}
    assert told == seen


def _is_within(inner: int, outer: int, parent) -> bool:
    """Return whether something is inside another, or is it."""
    while inner != outer and inner in parent:
        inner = parent[inner][0]
    return inner == outer


_LINKS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(sorted(WINDOWS)), st.integers(0, 12)), max_size=9
)


@given(_LINKS)
def test_windows_are_the_least_sets_of_places_that_the_rules_allow(links):
    """Any follows, in rings and against the order of time; the model knows places and tries until nothing moves."""
    events, rules, size = [], [], 2 * len(links) + 14
    for at, (who, to, window, ends) in enumerate(links):
        link = _link(who, to, at, window)
        until = len(links) + ends if ends < 12 else size
        if ends < 12:
            events.append(bare(CLOSED, until, position=at, joins=link.head.joins, about=(link.name,)))
        events.append(link)
        rules.append((who, to, window, at, until))
    probes = {
        (who, leaf): bare(DOING, leaf, position=90 + who, joins=(("trace", NAMES[who]),))  # behind all else at its leaf
        for who in range(5)
        for leaf in range(size)
    }
    closure, windows = _walk(*events, *probes.values()), _least(rules, size)
    assert set(closure.names) == {NAMES[who] for who, places in windows.items() if places}
    told = {event.name for event in closure.story()}
    assert {place for place, probe in probes.items() if probe.name in told} == {
        (who, leaf) for who, places in windows.items() for leaf in places
    }


def _least(rules, size: int) -> dict[int, set[int]]:
    windows: dict[int, set[int]] = {who: set() for who in range(5)}
    windows[0] = set(range(size))
    moved = True
    while moved:
        moved = False
        for who, to, window, at, until in rules:
            span = {"a.inside": range(at, until), "a.before": range(at), "a.linked": range(until)}[window]
            counts = window == "a.inside" or at in windows[who]
            fresh = (windows[who] & set(span) if counts else set()) - windows[to]
            windows[to] |= fresh
            moved = moved or bool(fresh)
    return windows


def _ladder(steps: int) -> list:
    """Two subjects that were inside by turns, each link of which unlocks the next: nothing is known before its turn."""
    events = [first := _link(1, 2, 1, "a.linked"), _close(1, 9, first)]
    for step in range(steps):
        mine, other, leaf = 1 + step % 2, 2 - step % 2, 10 * step
        inside, said = _link(0, mine, leaf), _link(other, mine, leaf + 4, "a.linked")
        events += [inside, _close(0, leaf + 9, inside), said]
        events.append(bare(CLOSED, leaf + 19, position=1, joins=said.head.joins, about=(said.name,)))
    return events


def test_windows_that_unlock_each_other_one_by_one_cost_a_look_each(monkeypatch):
    """Whoever has goods of his own can record it, and everybody may ask for it."""
    honest, looks = Window.add, []
    monkeypatch.setattr(Window, "add", lambda self, *span: looks.append(span) or honest(self, *span))
    ladder = _ladder(1000)
    assert _walk(*ladder).outside == frozenset()
    assert _walk(*[each for each in ladder if each.leaf != 504]).outside, "each rung is needed"
    assert len(looks) < 2 * 3 * len(ladder)
