"""The charter: what makes one, who approves it, from which leaf it is in force, and what it names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.zone.actors import agency
from ledger.compose.event import Draft
from tests.verifier.judgement.chronicle import ORIGIN, TIME, Chronicle, admission, new_key
from verifier.errors import MalformedError, NotPermittedError, SuyuanError, UntrustedError
from verifier.judgement.charter import key_places, parse_charter
from verifier.primitives.keys import format_key

MEMBERS = ("version", "origin", "zone", "names", "threshold", "roots", "seal", "receipt", "policy", "replay", "kinds",
           "expires", "previous")  # fmt: skip


@pytest.fixture
def chronicle() -> Chronicle:
    return Chronicle().found()


# Version 1.


def test_the_charter_stands_in_leaf_0_and_is_in_force_from_there_once_it_is_approved():
    chronicle = Chronicle()
    (charter,) = chronicle.say(chronicle.customs, chronicle.charter(), as_root=True)
    for count, holder in enumerate(chronicle.agencies[1:4], 1):
        with pytest.raises(UntrustedError, match="not approved"):
            chronicle.registry.charter_at(chronicle.leaf)
        chronicle.approve(charter, holder)
        assert (chronicle.registry.charter_in_force(chronicle.leaf) is None) == (count < 3)
    assert chronicle.registry.charter_at(0).name == charter.name == chronicle.replay.founding.name


def test_until_it_is_approved_nothing_else_may_be_said():
    chronicle = Chronicle()
    chronicle.say(chronicle.customs, chronicle.charter(), as_root=True)
    with pytest.raises(NotPermittedError):
        chronicle.say(chronicle.customs, admission(chronicle.tax), as_root=True)


@pytest.mark.parametrize("place", [(1, 0), (0, 1)])
def test_a_first_charter_anywhere_else_is_refused(place):
    chronicle = Chronicle()
    chronicle.say(chronicle.customs, chronicle.charter(), as_root=True)
    event = replace(chronicle.events[0], leaf=place[0], position=place[1])
    with pytest.raises(NotPermittedError, match="leaf 0"):
        Chronicle().replay.apply(event, time=TIME)


def test_a_first_charter_of_another_version_is_refused():
    chronicle = Chronicle()
    draft = chronicle.charter(version=2, previous="00" * 32)
    with pytest.raises(NotPermittedError, match="version 1"):
        chronicle.say(chronicle.customs, draft, as_root=True)


def test_a_first_charter_by_who_is_none_of_its_roots_is_refused():
    chronicle = Chronicle()
    outsider = agency("outsider", "外", "Outsider", [])
    with pytest.raises(NotPermittedError, match="by its root"):
        chronicle.say(outsider, chronicle.charter(), as_root=True)


def test_a_second_first_charter_is_refused(chronicle):
    with pytest.raises(NotPermittedError, match="version 2 after it"):
        chronicle.say(chronicle.customs, chronicle.charter(version=1, previous=None), as_root=True)


# Later versions.


def test_a_later_charter_needs_the_old_threshold_and_its_own():
    chronicle = Chronicle(threshold=2).found()
    fresh = [agency(each.uri.rsplit(":", 1)[1], "新", "New", each.roles) for each in chronicle.agencies]
    roots = [{"agency": each.uri, "names": dict(each.names), "key": format_key(each.root.public)} for each in fresh]
    (charter,) = chronicle.say(chronicle.customs, chronicle.charter(roots=roots, threshold=3), as_root=True)
    chronicle.approve(charter, *fresh[:3])
    assert len(chronicle.registry.charters) == 1, "its own threshold alone is not enough"
    chronicle.approve(charter, chronicle.agencies[0])
    assert len(chronicle.registry.charters) == 1
    chronicle.approve(charter, chronicle.agencies[4])
    assert len(chronicle.registry.charters) == 2
    completing = chronicle.leaf - 1
    assert chronicle.registry.charter_at(completing).version == 1
    assert chronicle.registry.charter_at(completing + 1).version == 2
    assert chronicle.replay.root_key(chronicle.customs.root.public.kid, chronicle.leaf) is None
    assert chronicle.replay.root_key(fresh[0].root.public.kid, chronicle.leaf)[0] == fresh[0].uri


def test_the_old_threshold_alone_brings_no_new_charter_into_force(chronicle):
    (charter,) = chronicle.say(chronicle.customs, chronicle.charter(threshold=5), as_root=True)
    chronicle.approve(charter, *chronicle.agencies[:4])
    assert len(chronicle.registry.charters) == 1
    chronicle.approve(charter, chronicle.agencies[4])
    assert len(chronicle.registry.charters) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"version": 3, "previous": None}, "previous"),
        ({"version": 2, "previous": "00" * 32}, "previous"),
        ({"origin": "other.test/ledger"}, "origin|policy"),
    ],
)
def test_a_charter_that_does_not_follow_from_the_one_in_force_is_refused(chronicle, changes, field):
    with pytest.raises(SuyuanError, match=field):
        chronicle.say(chronicle.customs, chronicle.charter(**changes), as_root=True)


def test_a_charter_under_a_statement_key_is_refused(chronicle):
    with pytest.raises(NotPermittedError, match="root key of the charter in force"):
        chronicle.say(chronicle.customs, chronicle.charter())


def test_of_two_charters_that_wait_only_the_first_to_be_approved_comes_into_force(chronicle):
    one, other = (
        chronicle.say(who, chronicle.charter(expires=TIME + place), as_root=True)[0]
        for place, who in enumerate(chronicle.agencies[:2], 1)
    )
    chronicle.approve(other, *chronicle.agencies[:3])
    chronicle.approve(one, *chronicle.agencies[:2])
    with pytest.raises(NotPermittedError, match="version 3 after it"):
        chronicle.approve(one, chronicle.agencies[2])
    assert [each.name for each in chronicle.registry.charters[1:]] == [other.name]


def test_a_kind_of_a_later_charter_exists_since_then(chronicle):
    kinds = [*chronicle.charter().data["kinds"], "novel"]
    (charter,) = chronicle.say(chronicle.customs, chronicle.charter(kinds=kinds), as_root=True)
    chronicle.approve(charter, *chronicle.agencies[:3])
    assert chronicle.registry.kind_since("novel") == chronicle.leaf
    assert chronicle.registry.kind_since("trace") == 0
    assert chronicle.registry.kind_since("unheard") is None


def test_a_kind_that_roots_add_exists_since_then(chronicle):
    chronicle.decree(Draft("registry.kind", TIME, {"kind": "urn:suyuan:kind:novel"}))
    assert chronicle.registry.kind_since("novel") == chronicle.leaf


# What makes a charter.


def _bent(**changes):
    chronicle = Chronicle()
    chronicle.say(chronicle.customs, chronicle.charter(), as_root=True)
    event = chronicle.events[0]
    return replace(event, body=replace(event.body, data={**event.body.data, **changes}))


@pytest.mark.parametrize("member", MEMBERS)
def test_a_charter_without_one_of_its_members_is_malformed(member):
    event = _bent()
    data = {name: value for name, value in event.body.data.items() if name != member}
    with pytest.raises(MalformedError, match="exactly"):
        parse_charter(replace(event, body=replace(event.body, data=data)))


def test_a_charter_with_a_stray_member_or_without_a_body_is_malformed():
    for event in (_bent(stray=1), replace(_bent(), body=None)):
        with pytest.raises(MalformedError, match="exactly"):
            parse_charter(event)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"version": 0}, "version"),
        ({"version": True}, "version"),
        ({"version": 2}, "previous"),
        ({"previous": "00" * 32}, "previous"),
        ({"previous": "00"}, "previous"),
        ({"origin": "other.test"}, "ledger"),
        ({"origin": ""}, "origin"),
        ({"zone": 1}, "zone"),
        ({"names": {"en": "only"}}, "names"),
        ({"threshold": 0}, "threshold"),
        ({"threshold": 6}, "threshold"),
        ({"roots": []}, "roots"),
        ({"roots": ["customs"]}, r"roots\[0\]"),
        ({"seal": {"alg": "ES256"}}, "seal"),
        ({"receipt": None}, "receipt"),
        ({"policy": "quorum none\n"}, "policy"),
        ({"policy": 1}, "policy"),
        ({"replay": "nobody"}, "replay"),
        ({"kinds": ["trace"]}, "kinds"),
        ({"kinds": "trace"}, "kinds"),
        ({"expires": -1}, "expires"),
    ],
)
def test_a_charter_whose_member_makes_no_sense_is_malformed(changes, field):
    with pytest.raises(MalformedError, match=field):
        parse_charter(_bent(**changes))


def test_a_root_that_is_no_agency_or_stands_twice_is_malformed():
    roots = list(Chronicle().charter().data["roots"])
    enterprise = {**roots[0], "agency": "urn:suyuan:enterprise:91330100MA2TEXT01X"}
    twice = {**roots[0], "key": format_key(new_key().public)}
    shouted = {**roots[0], "agency": "urn:suyuan:agency:CUSTOMS"}
    for spoilt in ([enterprise, *roots[1:]], [shouted, *roots[1:]], [roots[0], *roots], [twice, *roots]):
        with pytest.raises(MalformedError, match="agency"):
            parse_charter(_bent(roots=spoilt))


@pytest.mark.parametrize("member", ["seal", "receipt"])
def test_a_key_of_two_uses_within_a_charter_is_malformed(member):
    event = _bent()
    data = {**event.body.data, member: event.body.data["roots"][0]["key"]}
    with pytest.raises(MalformedError, match="two places"):
        parse_charter(replace(event, body=replace(event.body, data=data)))


def test_a_replay_group_may_be_a_group_or_a_witness_of_the_policy():
    for name in ("witnesses", "w1", None):
        assert parse_charter(_bent(replay=name)).replay == name


def test_every_key_of_a_charter_has_one_use_and_holder(chronicle):
    charter = chronicle.registry.charter_at(0)
    places = key_places(charter)
    assert places[charter.seal.raw] == ("seal", ORIGIN)
    assert places[charter.receipt.raw] == ("receipt", ORIGIN)
    assert sorted(use for use, _ in places.values()) == (
        ["checkpoint"] * 2 + ["cosignature"] + ["receipt"] + ["root"] * 5 + ["seal"]
    )
    for raw in places:
        assert chronicle.registry.is_key_taken(raw)
