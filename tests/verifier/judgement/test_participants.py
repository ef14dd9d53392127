"""What registry bodies must say of agencies, enterprises and keys, and what a key's scope lets through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verifier.judgement.chronicle import NAMES, bare, key_uri, new_key
from verifier.errors import MalformedError
from verifier.judgement.participants import (
    KEY_USES,
    Key,
    parse_agency,
    parse_enterprise,
    parse_registered_key,
    parse_words,
)
from verifier.ledgerformat.body import Body
from verifier.primitives.keys import format_key

PUBLIC = new_key().public
AGENCY = {"names": NAMES, "roles": ["tax"], "jurisdiction": ["zone"]}
ENTERPRISE = {"names": NAMES, "roles": ["seller"], "gs1Prefixes": ["690123"], "subjects": ["urn:x"]}
KEY = {"use": "statement", "key": format_key(PUBLIC), "types": ["order.*"], "subjects": []}
SUBJECTS = {
    "agency": "urn:suyuan:agency:tax",
    "enterprise": "urn:suyuan:enterprise:x",
    "key": key_uri(PUBLIC),
    "holder": "urn:suyuan:agency:tax",
}
PARSERS = {
    "registry.agency": (parse_agency, AGENCY),
    "registry.enterprise": (parse_enterprise, ENTERPRISE),
    "registry.key": (parse_registered_key, KEY),
}


def _event(kind: str, data, subjects=None, leaf: int = 7):
    return replace(bare(kind, leaf), body=Body(SUBJECTS if subjects is None else subjects, data, {}))


@pytest.mark.parametrize("kind", PARSERS)
def test_what_is_stated_holds_from_the_leaf_after(kind):
    parse, data = PARSERS[kind]
    assert parse(_event(kind, data)).since == 8


@pytest.mark.parametrize("kind", PARSERS)
def test_a_member_too_few_or_too_many_is_malformed(kind):
    parse, data = PARSERS[kind]
    spoilt = [{**data, "stray": 1}, *({k: v for k, v in data.items() if k != left} for left in data)]
    for each in spoilt:
        with pytest.raises(MalformedError, match=f"{kind}.data"):
            parse(_event(kind, each))


@pytest.mark.parametrize("kind", PARSERS)
def test_a_body_that_is_not_shown_or_names_other_subjects_is_malformed(kind):
    parse, data = PARSERS[kind]
    with pytest.raises(MalformedError, match="no body"):
        parse(bare(kind, 7))
    twice = {role: [subject, f"{subject}-2"] for role, subject in SUBJECTS.items()}
    for subjects in ({}, twice):
        with pytest.raises(MalformedError, match="subjects"):
            parse(_event(kind, data, subjects))


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("registry.agency", {"names": {"zh": "a"}}, "names"),
        ("registry.agency", {"names": {"zh": "", "en": "a"}}, "names"),
        ("registry.agency", {"roles": "tax"}, "roles"),
        ("registry.agency", {"roles": ["Tax"]}, "roles"),
        ("registry.agency", {"jurisdiction": [1]}, "jurisdiction"),
        ("registry.enterprise", {"roles": [None]}, "roles"),
        ("registry.enterprise", {"gs1Prefixes": ["69x"]}, "gs1Prefixes"),
        ("registry.enterprise", {"gs1Prefixes": ["\u0666\u0669\u0660\u0661"]}, "gs1Prefixes"),  # digits, but not ASCII
        ("registry.enterprise", {"gs1Prefixes": [""]}, "gs1Prefixes"),
        ("registry.enterprise", {"gs1Prefixes": "690"}, "gs1Prefixes"),
        ("registry.enterprise", {"subjects": [1]}, "subjects"),
        ("registry.enterprise", {"subjects": [""]}, "subjects"),
        ("registry.key", {"use": "everything"}, "use"),
        ("registry.key", {"use": ["statement"]}, "use"),
        ("registry.key", {"key": {"alg": "EdDSA", "public": "AA"}}, "key"),
        ("registry.key", {"key": format_key(new_key().public)}, "subject"),
        ("registry.key", {"types": []}, "types"),
        ("registry.key", {"types": ["order.*.x"]}, "types"),
        ("registry.key", {"subjects": None}, "subjects"),
    ],
)
def test_a_value_that_makes_no_sense_is_malformed(kind, changes, field):
    parse, data = PARSERS[kind]
    with pytest.raises(MalformedError, match=field):
        parse(_event(kind, {**data, **changes}))


def test_an_agency_may_name_administrators_and_how_many_of_them_it_takes():
    keys = [new_key().public for _ in range(3)]
    named = {"administrators": [format_key(each) for each in keys], "administratorThreshold": 2}
    agency = parse_agency(_event("registry.agency", {**AGENCY, **named}))
    assert agency.administrators == {each.kid: each for each in keys}
    assert agency.administrator_threshold == 2
    assert parse_agency(_event("registry.agency", AGENCY)).administrators == {}


@pytest.mark.parametrize("threshold", [None, 0, 4, True, "2", 1.0])
def test_a_number_of_administrators_that_they_cannot_reach_is_refused(threshold):
    named = {"administrators": [format_key(new_key().public) for _ in range(3)], "administratorThreshold": threshold}
    with pytest.raises(MalformedError, match="administratorThreshold"):
        parse_agency(_event("registry.agency", {**AGENCY, **named}))


@pytest.mark.parametrize("administrators", [None, [], {}, "key", [{}], [1]])
def test_administrators_that_are_no_keys_are_refused(administrators):
    with pytest.raises(MalformedError, match=r"administrators|key"):
        parse_agency(
            _event("registry.agency", {**AGENCY, "administrators": administrators, "administratorThreshold": 1})
        )


def test_an_administrator_key_named_twice_is_refused():
    key = format_key(new_key().public)
    with pytest.raises(MalformedError, match="distinct"):
        parse_agency(_event("registry.agency", {**AGENCY, "administrators": [key, key], "administratorThreshold": 1}))


def test_one_list_of_words_is_read_or_refused():
    assert parse_words(_event("registry.role", {"roles": ["tax"]}), "roles") == ("tax",)
    for data in ({}, {"roles": ["T"]}, {"roles": [], "more": 1}):
        with pytest.raises(MalformedError, match="roles"):
            parse_words(_event("registry.role", data), "roles")


@pytest.mark.parametrize("use", KEY_USES)
def test_every_use_of_the_format_can_be_registered(use):
    assert parse_registered_key(_event("registry.key", {**KEY, "use": use})).use == use


@pytest.mark.parametrize(
    ("types", "name", "may"),
    [
        (("*",), "order.placed", True),
        (("order.placed",), "order.placed", True),
        (("order.*",), "order.placed", True),
        (("order.*",), "order", False),
        (("order.*",), "orders.placed", False),
        (("order.placed",), "order.placed-again", False),
        (("a.b", "order.*"), "order.payment", True),
    ],
)
def test_a_key_signs_the_types_of_its_scope(types, name, may):
    assert Key(PUBLIC, "x", "statement", types, (), since=0, until=None).may_sign(name) == may


@pytest.mark.parametrize(
    ("prefixes", "subject", "may"),
    [
        ((), "urn:suyuan:agency:tax", True),
        (("urn:suyuan:agency:",), "urn:suyuan:agency:tax", True),
        (("urn:suyuan:agency:tax",), "urn:suyuan:agency:tax", True),
        (("urn:suyuan:agency:tax",), "urn:suyuan:agency:ta", False),
        (("https://id.gs1.org/01/", "urn:a"), "urn:suyuan:agency:tax", False),
    ],
)
def test_a_key_names_the_subjects_of_its_scope(prefixes, subject, may):
    assert Key(PUBLIC, "x", "statement", ("*",), prefixes, since=0, until=None).may_name(subject) == may
