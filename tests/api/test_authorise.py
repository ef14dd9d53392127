"""The decision by itself: every actor, action and audience against a table written by hand, over 1,000 cells.

The table says who may; whatever it does not say is refused. It does not call the function that it judges.
"""

from __future__ import annotations

from itertools import product

import pytest

from api.authorise import ACTIONS, ANYBODY, Actor, Thing, decide

AGENCY, OTHER_AGENCY = "urn:suyuan:agency:customs", "urn:suyuan:agency:tax"
FIRM = "urn:suyuan:enterprise:"
PARTY, AGENT, GRANTEE, STRANGER, AUDITOR, WITNESS = (f"{FIRM}{word}" for word in
    ("party", "agent", "grantee", "stranger", "auditor", "witness"))  # fmt: skip
ACTORS = {
    "anybody": ANYBODY,
    "the agency": Actor(AGENCY, frozenset({"customs"})),
    "another agency": Actor(OTHER_AGENCY, frozenset({"tax"})),
    "party": Actor(PARTY, frozenset({"seller"})),
    "agent": Actor(AGENT, frozenset({"broker"})),
    "grantee": Actor(GRANTEE, frozenset({"bank"})),
    "stranger": Actor(STRANGER, frozenset({"seller"})),
    "auditor": Actor(AUDITOR, frozenset({"auditor"})),
    "witness": Actor(WITNESS, frozenset({"witness"})),
}
AGENCIES = {"the agency", "another agency"}
EVERYBODY = set(ACTORS)
INVOLVED = AGENCIES | {"party", "agent"}
KINDS = {
    "trace": frozenset({"trace"}), "case": frozenset({"case"}), "both": frozenset({"case", "trace"}),
    "recall": frozenset({"recall"}), "registry": frozenset({"registry"}), "member": frozenset({"member"}),
    "list": frozenset({"list"}), "claim": frozenset({"claim"}),
}  # fmt: skip
OPEN_KINDS = {"trace", "both", "recall", "registry"}
GRANTS = {"nothing": (), "the body": ("body",), "the field": ("/buyer/name",), "above it": ("/buyer",),
          "beside it": ("/buyer/nam", "/seller"), "all but": ("/buyer/name/first", "buyer/name", "")}  # fmt: skip
AUDIENCES = ("public", "parties", "agencies", "nobody knows this word", None)


def thing(kinds="case", grant="nothing", audience=None, **more):
    granted = {GRANTEE: frozenset(GRANTS[grant])} if GRANTS[grant] else {}
    return Thing(
        type="order.payment", kinds=KINDS[kinds], parties=frozenset({PARTY}), agents=frozenset({AGENT}),
        granted=granted, audience=audience, pointer="/buyer/name", agency=AGENCY, **more,
    )  # fmt: skip


def who_reads_a_body(kinds, grant, permanent):
    if kinds in OPEN_KINDS or permanent:
        return EVERYBODY
    return INVOLVED | ({"grantee"} if grant == "the body" else set())


def who_reads_a_disclosure(grant, audience):
    granted = {"grantee"} if grant in ("the field", "above it") else set()
    return {"public": EVERYBODY, "parties": INVOLVED | granted, "agencies": AGENCIES | granted}.get(audience, set())


WHOLE = {
    "trace": EVERYBODY,
    "head": EVERYBODY,
    "walk": INVOLVED,
    "batches": AGENCIES | {"auditor", "witness", "party"},
    "entries": AGENCIES | {"auditor", "witness"},
    "inbox": {"the agency"},
    "members": AGENCIES,
    "history": INVOLVED,
    "received": AGENCIES | {"party"},
}


def cells():
    """Every cell: actor, action, thing, and whether the table allows it."""
    for name, (kinds, grant, permanent) in product(ACTORS, product(KINDS, GRANTS, (False, True))):
        expected = name in who_reads_a_body(kinds, grant, permanent)
        yield name, "body", thing(kinds, grant, permanent=permanent), expected
    for name, action, (grant, audience, kinds) in product(
        ACTORS, ("disclosure", "attachment"), product(GRANTS, AUDIENCES, ("case", "trace"))
    ):
        expected = name in who_reads_a_disclosure(grant, audience)
        yield name, action, thing(kinds, grant, audience, permanent=kinds == "trace"), expected
    for name, (action, allowed), kinds in product(ACTORS, WHOLE.items(), KINDS):
        whole = thing(kinds, "the body", "public")
        yield (
            name,
            action,
            Thing(**{**{each: getattr(whole, each) for each in Thing.__slots__}, "type": None}),
            name in allowed,
        )


CELLS = list(cells())


def test_the_table_has_a_thousand_cells_and_every_action():
    assert len(CELLS) >= 1_000
    assert {action for _, action, _, _ in CELLS} == set(ACTIONS)
    assert 0.2 < sum(expected for *_, expected in CELLS) / len(CELLS) < 0.8


@pytest.mark.parametrize("action", ACTIONS)
def test_every_cell_is_decided_as_the_table_says(action):
    wrong = [
        (name, asked, expected)
        for name, of, asked, expected in CELLS
        if of == action and decide(ACTORS[name], action, asked).allowed != expected
    ]
    assert wrong == []


def test_every_refusal_names_its_rule_and_who_would_be_allowed():
    for name, action, asked, expected in CELLS:
        decision = decide(ACTORS[name], action, asked)
        assert decision.rule
        assert bool(decision.would_satisfy) != expected
        if not expected and asked.audience in ("parties", "agencies"):
            assert "an agency" in decision.would_satisfy or action == "inbox"


@pytest.mark.parametrize("action", ["", "write", "admin", "Body", "bodies"])
@pytest.mark.parametrize("name", ACTORS)
def test_what_no_rule_names_is_refused_to_everybody(action, name):
    decision = decide(ACTORS[name], action, thing("trace", "the body", "public", permanent=True))
    assert not decision.allowed
    assert decision.would_satisfy == "nobody"


LIMITED = {
    "no limit": (("*",), (), True),
    "its type": (("order.payment",), (), True),
    "its stage": (("filing.*", "order.*"), (), True),
    "another type": (("order.placed",), (), False),
    "no type": ((), (), False),
    "its subjects": (("*",), ("urn:suyuan:order:",), True),
    "some of its subjects": (("*",), ("urn:suyuan:order:1",), False),
    "other subjects": (("*",), ("urn:suyuan:parcel:",), False),
}


@pytest.mark.parametrize("limit", LIMITED)
@pytest.mark.parametrize("name", ["the agency", "party", "agent", "grantee"])
def test_the_limits_of_a_key_are_limits_of_what_it_reads(limit, name):
    types, subjects, covered = LIMITED[limit]
    actor = Actor(ACTORS[name].uri, ACTORS[name].roles, types, subjects)
    named = ("urn:suyuan:order:1", "urn:suyuan:order:2")
    for action, asked in (
        ("body", thing("case", "the body", subjects=named)),
        ("disclosure", thing("case", "the field", "parties", subjects=named)),
    ):
        decision = decide(actor, action, asked)
        assert decision.allowed == covered
        assert covered or decision.rule == "key scope"
    assert decide(actor, "body", thing("trace", subjects=named)).allowed  # what is public is public
    if name == "the agency":
        for action in ("walk", "batches", "entries", "inbox"):
            asked = Thing(parties=frozenset({PARTY}), agency=AGENCY)
            assert decide(actor, action, asked).allowed == (limit == "no limit")


def test_a_key_limited_to_subjects_reads_no_event_that_names_none():
    actor = Actor(AGENCY, frozenset(), ("*",), ("urn:suyuan:order:",))
    assert not decide(actor, "body", thing("case")).allowed


def test_no_empty_name_is_anybodys():
    """Anybody has no name: a fact with an empty name in it opens nothing."""
    bent = Thing(
        type="order.payment", kinds=frozenset({"case"}), parties=frozenset({"", None}), agents=frozenset({"", None}),
        granted={"": frozenset({"body"}), None: frozenset({"body", "/a"})}, audience="parties", pointer="/a",
    )  # fmt: skip
    for action in ("body", "disclosure", "attachment", "walk", "batches", "entries", "inbox"):
        assert not decide(ANYBODY, action, bent).allowed
