"""What is spelt quickly is what the standard library's encoder spells, or refuses."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.primitives.json_spelling import spell_compact, speller_of

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
VALUES = st.recursive(
    LEAVES, lambda each: st.lists(each) | st.dictionaries(st.text(), each) | st.tuples(each, each), max_leaves=20
)
ENCODERS = [
    json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False),
    json.JSONEncoder(ensure_ascii=False, sort_keys=True),
    json.JSONEncoder(ensure_ascii=True),
    json.JSONEncoder(ensure_ascii=False, indent=1),
]


def outcome(spell, value):
    try:
        return spell(value)
    except (ValueError, TypeError) as error:
        return type(error)


@pytest.mark.parametrize("encoder", ENCODERS, ids=range(len(ENCODERS)))
@given(value=VALUES)
def test_any_value_is_spelt_or_refused_as_the_encoder_does(encoder, value):
    assert outcome(speller_of(encoder), value) == outcome(encoder.encode, value)


def test_what_json_has_not_is_refused_and_leaves_nothing_behind():
    shared = ["a value that stands in what is refused, and then in what is not"]
    for wrong in ({1}, float("nan"), b"bytes"):
        with pytest.raises((TypeError, ValueError)):
            spell_compact({"one": shared, "other": wrong})
    assert spell_compact([shared, shared]) == json.dumps([shared, shared], separators=(",", ":"))


def test_a_circle_ends():
    circle: list = []
    circle.append(circle)
    with pytest.raises(RecursionError):
        spell_compact(circle)
    assert spell_compact([1]) == "[1]"
