"""What people see of an act: every member, nothing that a terminal would swallow, and what differs."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.governance.changes import changes, printable, spell
from ledger.signing.signer import generate
from verifier.primitives.keys import EDDSA, ML_DSA_44, format_key
from verifier.primitives.note import ED25519_COSIGNATURE, ML_DSA_COSIGNATURE, NoteKey, format_vkey

_JSON = st.recursive(
    st.none() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3),
    max_leaves=8,
)
_LINES = st.lists(st.sampled_from(["log a", "witness b", "group c", "", "quorum d"]), max_size=6).map("\n".join)
_MEMBERS = st.sampled_from(["threshold", "names", "expires", "policy", "roots"])
_DATA = st.dictionaries(_MEMBERS, _JSON | _LINES, max_size=4)
_NUMBER = re.compile(r":[1-9][0-9]*$")


@given(_DATA)
def test_every_line_is_one_line_that_a_terminal_shows_as_it_is(data):
    for path, value in spell(data).items():
        assert path.isprintable()
        assert value.isprintable()


def _pairs(data):
    """Return what is told of data: path and value, of a text of several lines without their numbers."""
    return Counter((_NUMBER.sub("", path), value) for path, value in spell(data).items())


@given(_DATA, _DATA)
def test_changes_lead_from_what_was_told_before_to_what_is_told_after(before, after):
    found = changes(before, after)
    gone = Counter((_NUMBER.sub("", each.path), each.before) for each in found if each.before is not None)
    come = Counter((_NUMBER.sub("", each.path), each.after) for each in found if each.after is not None)
    assert _pairs(before) - gone + come == _pairs(after)
    assert all(each.before != each.after for each in found)


def test_a_line_put_into_a_text_is_one_change_and_those_below_it_are_none():
    lines = [f"witness w{number}" for number in range(9)]
    before, after = "\n".join(lines), "\n".join([*lines[:3], "witness x", *lines[3:]])
    (change,) = changes({"policy": before}, {"policy": after})
    assert (change.path, change.before, change.after) == ("policy:4", None, '"witness x"')
    (change,) = changes({"policy": after}, {"policy": before})
    assert (change.path, change.before, change.after) == ("policy:4", '"witness x"', None)


def test_a_line_that_another_takes_the_place_of_is_told_beside_it():
    (change,) = changes({"policy": "a\nquorum x\nb"}, {"policy": "a\nquorum y\nb"})
    assert (change.path, change.before, change.after) == ("policy:2", '"quorum x"', '"quorum y"')
    found = changes({"policy": "a\nquorum x"}, {"policy": "a\nb\nquorum y"})
    assert [(each.before, each.after) for each in found] == [('"quorum x"', None), (None, '"b"'), (None, '"quorum y"')]


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


@pytest.mark.parametrize(("alg", "kind"), [(EDDSA, ED25519_COSIGNATURE), (ML_DSA_44, ML_DSA_COSIGNATURE)])
def test_a_witness_is_told_by_the_thumbprint_of_its_key_so_that_a_person_can_compare_it(alg, kind):
    key = NoteKey("w.example/1", kind, generate(alg).public)
    found = spell({"policy": f"witness w1 {format_vkey(key)} https://w.example\nquorum w1\n"})["policy:1"]
    assert found.startswith(f"witness w1 w.example/1+{key.key_id.hex()} {kind:02x} ")
    assert found.endswith(f" {key.key.kid.hex()} https://w.example")
    assert len(found) < 160


@pytest.mark.parametrize("line", ["witness w1 w.example/1+00000000+AAAA", "log", "witness \u200e", "log a b c"])
def test_a_line_that_names_no_key_is_told_as_it_is(line):
    assert spell({"policy": f"{line}\n"})["policy:1"].startswith('"')
