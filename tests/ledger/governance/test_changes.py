"""What people see of an act: every member, nothing that a terminal would swallow, and what differs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.governance.changes import changes, printable, spell
from ledger.signing.signer import generate
from verifier.primitives.keys import EDDSA, format_key

_JSON = st.recursive(
    st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3),
    max_leaves=8,
)
_DATA = st.dictionaries(st.sampled_from(["threshold", "names", "expires", "policy", "roots"]), _JSON, max_size=4)


@given(_DATA)
def test_every_line_is_one_line_that_a_terminal_shows_as_it_is(data):
    for path, value in spell(data).items():
        assert path.isprintable()
        assert value.isprintable()


@given(_DATA, _DATA)
def test_changes_are_what_differs_and_nothing_else(before, after):
    found = changes(before, after)
    old, new = spell(before), spell(after)
    assert {each.path for each in found} == {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    assert all((each.before, each.after) == (old.get(each.path), new.get(each.path)) for each in found)


@given(_DATA, _DATA)
def test_nothing_changes_exactly_where_nothing_differs(before, after):
    assert (changes(before, after) == []) == (before == after)
    assert changes(before, json.loads(json.dumps(before))) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"kinds": ["a, b"]}, {"kinds": ["a", "b"]}),
        ({"kinds": []}, {"kinds": None}),
        ({"kinds": []}, {}),
        ({"names": {}}, {}),
        ({"zone": "1"}, {"zone": 1}),
        ({"zone": "null"}, {"zone": None}),
        ({"policy": "a\nb"}, {"policy": "a\nb\n"}),
        ({"policy": "a\nb"}, {"policy": "a\rb"}),
        ({"rule": {"a.b": 1}}, {"rule": {"a": {"b": 1}}}),
        ({"zone": "\u202e"}, {"zone": "\\u202e"}),
        ({"roots": [{"agency": "a"}, {"agency": "a", "n": 1}]}, {"roots": [{"agency": "a", "n": 1}]}),
    ],
)
def test_values_that_look_alike_are_told_apart(one, other):
    assert changes(one, other)
    assert changes(other, one)


def test_direction_marks_and_escapes_are_written_out():
    assert printable("a\u202eb\x1b[2Jc\n") == "a\\u202eb\\u001b[2Jc\\u000a"


def test_holders_are_told_by_agency_and_keys_by_thumbprint():
    key = generate(EDDSA).public
    other = generate(EDDSA).public
    roots = [{"agency": "urn:suyuan:agency:a", "key": format_key(key)}]
    moved = [{"agency": "urn:suyuan:agency:a", "key": format_key(other)}]
    (change,) = changes({"roots": roots}, {"roots": moved})
    assert change.path == "roots[urn:suyuan:agency:a].key"
    assert (change.before, change.after) == (f"EdDSA {key.kid.hex()}", f"EdDSA {other.kid.hex()}")


def test_lines_of_a_policy_are_told_one_by_one_and_times_as_times():
    found = spell({"policy": "log a\nquorum none\n", "expires": 1_790_000_000_000})
    assert (found["policy:1"], found["policy:2"], found["policy:3"]) == ('"log a"', '"quorum none"', '""')
    assert found["expires"].startswith("1790000000000 (2026-09-")
