"""Mapping v1 (docs/formats.md, section 5), rule by rule, each against a type made for it."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.ledgerformat.bodies import as_bytes
from tests.verifier.ledgerformat.heads import HASHES, pairs
from tests.verifier.ledgerformat.subjects import BY_FORM
from tests.world import uscc
from verifier.errors import MismatchError, NotPermittedError, SuyuanError
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.head import Head, State
from verifier.ledgerformat.mapping import check_body, check_head, check_links, check_targets, map_links
from verifier.ledgerformat.subject import product_of, subject_name
from verifier.ledgerformat.vocabulary import parse_type

GTIN = "https://id.gs1.org/01/06901234567892"
OTHER_GTIN = "https://id.gs1.org/01/16901234567899"
PARCEL = "urn:suyuan:parcel:" + "01" * 16
HEAD = Head("a.b", bytes(16), "urn:suyuan:agency:customs", 0, (("trace", bytes(32)),), bytes(32))
ANSWERS = {"types": ["order.*", "a.b"], "most": 2, "by": ["agency"]}


def kind_of(subjects=None, **more):
    members = {
        "type": "a.b",
        "version": 1,
        "mapping": 1,
        "stage": "order",
        "title": {"zh": "甲", "en": "A"},
        "roles": ["*"],
    }
    given = subjects or {"parcel": {"form": "handle:parcel", "joins": ["trace"]}}
    return parse_type(as_bytes(members | {"subjects": given, "head": {}, "schema": {}, "disclosures": {}} | more))


def head(**changes):
    return dataclasses.replace(HEAD, **changes)


def body(subjects, data=None, digests=None):
    return Body(subjects, data or {}, digests or {})


def pair(kind, subject):
    return kind, subject_name(subject)


class TestLinks:
    """2. `joins` = for each role, each kind in its `joins`, each of its subjects: [kind, subject name]; and, for an
    answer, every pair of kind `trace`, `case` or `registry` that any target joins; for a target that joins none of
    these, every pair of kind `member` that it joins. 3. `follows` likewise."""

    def test_follow_from_roles_and_subjects(self):
        kind = kind_of(
            {
                "parcel": {"form": "handle:parcel", "joins": ["trace", "case"], "follows": ["case"]},
                "items": {"form": "item", "many": True, "follows": ["trace"]},
            }
        )
        items = [f"{GTIN}/21/2", f"{GTIN}/21/1"]
        links = map_links(kind, {"parcel": PARCEL, "items": items})
        assert links.joins == (pair("case", PARCEL), pair("trace", PARCEL))
        assert links.follows == (pair("case", PARCEL), *sorted(pair("trace", item) for item in items))

    @given(st.lists(BY_FORM["item"], min_size=1, max_size=8, unique=True))
    def test_are_sorted_whatever_the_order_of_the_body(self, items):
        kind = kind_of({"items": {"form": "item", "many": True, "joins": ["trace", "case"], "follows": ["trace"]}})
        links = map_links(kind, {"items": items})
        assert links == map_links(kind, {"items": items[::-1]})
        assert list(links.joins) == sorted(pair(kind, item) for kind in ("trace", "case") for item in items)

    def test_of_one_subject_in_two_roles_stand_once(self):
        role = {"form": "handle:parcel", "joins": ["trace"]}
        assert map_links(kind_of({"one": role, "other": role}), {"one": PARCEL, "other": PARCEL}).joins == (
            pair("trace", PARCEL),
        )

    @given(pairs(1, 6), pairs(1, 6))
    def test_of_an_answer_are_the_traces_cases_and_registry_keys_of_its_targets(self, one, other):
        targets = [head(joins=one), head(joins=other)]
        links = map_links(kind_of(answers=ANSWERS), {"parcel": PARCEL}, targets)
        inherited = {each for each in (*one, *other) if each[0] in ("trace", "case", "registry")}
        for joins in (one, other):
            if not {kind for kind, _ in joins} & {"trace", "case", "registry"}:
                inherited |= {each for each in joins if each[0] == "member"}
        assert links.joins == tuple(sorted({pair("trace", PARCEL)} | inherited))
        assert links.follows == ()

    def test_are_at_most_64(self):
        kind = kind_of({"items": {"form": "item", "many": True, "joins": ["trace", "case"]}})
        items = [f"{GTIN}/21/{each}" for each in range(33)]
        assert len(map_links(kind, {"items": items[:32]}).joins) == 64
        with pytest.raises(MismatchError, match="at most 64"):
            map_links(kind, {"items": items})
        followed = kind_of({"items": {"form": "item", "many": True, "joins": ["trace"], "follows": ["trace", "case"]}})
        with pytest.raises(MismatchError, match="at most 64"):
            map_links(followed, {"items": items})

    def test_are_carried_exactly(self):
        """The head must carry exactly these."""
        kind = kind_of({"parcel": {"form": "handle:parcel", "joins": ["trace"], "follows": ["case"]}})
        right = {"joins": (pair("trace", PARCEL),), "follows": (pair("case", PARCEL),)}
        check_links(kind, head(**right), body({"parcel": PARCEL}))
        more = ("case", bytes(32))
        for name, links in right.items():
            for wrong in ((), (*links, more), (("trace", bytes(32)),)):
                with pytest.raises(MismatchError, match=rf"head\.{name}"):
                    check_links(kind, head(**right | {name: wrong}), body({"parcel": PARCEL}))


class TestRoles:
    """1. `subjects` has exactly the type's roles (optional ones may be missing), each URI has a form its role allows,
    an array exactly where `many`; an `of` role equals what is derived."""

    kind = kind_of(
        {
            "parcel": {"form": ["handle:parcel", "unit"], "joins": ["trace"]},
            "items": {"form": "item", "many": True, "optional": True},
        }
    )

    @pytest.mark.parametrize("subjects", [{"parcel": PARCEL}, {"parcel": PARCEL, "items": [f"{GTIN}/21/1"]}])
    def test_that_are_right_are_accepted(self, subjects):
        assert map_links(self.kind, subjects).joins == (pair("trace", PARCEL),)

    @pytest.mark.parametrize(
        ("subjects", "field"),
        [
            ({}, "body.subjects.parcel"),
            ({"items": [f"{GTIN}/21/1"]}, "body.subjects.parcel"),
            ({"parcel": PARCEL, "more": PARCEL}, "body.subjects"),
            ({"parcel": [PARCEL]}, "body.subjects.parcel"),
            ({"parcel": PARCEL, "items": f"{GTIN}/21/1"}, "body.subjects.items"),
            ({"parcel": GTIN}, "body.subjects.parcel"),
            ({"parcel": PARCEL, "items": [f"{GTIN}/21/1", f"{GTIN}/10/1"]}, "body.subjects.items"),
        ],
    )
    def test_that_are_wrong_are_refused(self, subjects, field):
        with pytest.raises(MismatchError) as refusal:
            map_links(self.kind, subjects)
        assert refusal.value.field == field

    def test_of_a_product_equal_that_of_its_item(self):
        kind = kind_of({"item": {"form": "item", "joins": ["trace"]}, "product": {"form": "product", "of": "item"}})
        map_links(kind, {"item": f"{GTIN}/21/1", "product": GTIN})
        with pytest.raises(MismatchError, match="the product of item"):
            map_links(kind, {"item": f"{GTIN}/21/1", "product": OTHER_GTIN})

    @pytest.mark.parametrize(
        ("form", "of", "made"),
        [
            ("product", "item", GTIN),
            ("book", "book-line", "urn:suyuan:book:T1"),
            ("enterprise", "set", f"urn:suyuan:enterprise:{uscc('91330100MA2TEXT01')}"),
        ],
        ids=["product", "book", "enterprise"],
    )
    @pytest.mark.parametrize("source", ["x", "", ":", GTIN, PARCEL, "urn:suyuan:set:lists", "\u0661:2:3:4:5:6"])
    def test_of_what_is_no_source_are_refused_whichever_role_comes_first(self, form, of, made, source):
        kind = kind_of({"made": {"form": form, "of": "source"}, "source": {"form": of, "joins": ["member"]}})
        with pytest.raises(SuyuanError, match="source"):
            map_links(kind, {"made": made, "source": source})

    def test_of_products_are_distinct_and_in_the_order_of_first_appearance(self):
        kind = kind_of(
            {
                "items": {"form": ["item", "lot"], "many": True, "joins": ["trace"]},
                "products": {"form": "product", "many": True, "of": "items"},
            }
        )
        items = [f"{OTHER_GTIN}/21/1", f"{GTIN}/10/1", f"{OTHER_GTIN}/21/2"]
        map_links(kind, {"items": items, "products": [OTHER_GTIN, GTIN]})
        for wrong in ([GTIN, OTHER_GTIN], [OTHER_GTIN], [OTHER_GTIN, GTIN, GTIN]):
            with pytest.raises(MismatchError, match="the product of items"):
                map_links(kind, {"items": items, "products": wrong})

    @given(BY_FORM["item"])
    def test_of_an_item_give_its_product_whatever_its_serial(self, item):
        kind = kind_of({"item": {"form": "item", "joins": ["trace"]}, "product": {"form": "product", "of": "item"}})
        map_links(kind, {"item": item, "product": product_of(item)})


class TestHeadAlone:
    """Whoever has only the head checks kinds: every join and follow has a kind that the type's roles (or the targets)
    can give. 4. `about` is empty unless the type has `answers`; then it has 1 to `most` targets. 5. `to`, `until`,
    `state`."""

    def test_has_kinds_that_its_roles_can_give(self):
        kind = kind_of({"parcel": {"form": "handle:parcel", "joins": ["trace"], "follows": ["case"]}})
        check_head(kind, head(follows=(("case", bytes(32)),)))
        with pytest.raises(MismatchError, match=r"head\.joins"):
            check_head(kind, head(joins=(("case", bytes(32)), ("trace", bytes(32)))))
        with pytest.raises(MismatchError, match=r"head\.follows"):
            check_head(kind, head(follows=(("trace", bytes(32)),)))

    @pytest.mark.parametrize("inherited", ["trace", "case", "registry", "member"])
    def test_of_an_answer_may_have_the_kinds_of_targets(self, inherited):
        check_head(kind_of(answers=ANSWERS), head(joins=((inherited, bytes(32)),), about=(bytes(32),)))
        with pytest.raises(MismatchError, match=r"head\.joins"):
            check_head(kind_of(answers=ANSWERS), head(joins=(("recall", bytes(32)),), about=(bytes(32),)))

    @pytest.mark.parametrize("count", [0, 1, 2, 3])
    def test_answers_as_many_as_its_type_allows(self, count):
        about = tuple(bytes([each]) * 32 for each in range(count))
        for kind, allowed in ((kind_of(), count == 0), (kind_of(answers=ANSWERS), 1 <= count <= 2)):
            if allowed:
                check_head(kind, head(about=about))
            else:
                with pytest.raises(NotPermittedError, match=r"head\.about"):
                    check_head(kind, head(about=about))

    @pytest.mark.parametrize("member", ["to", "until", "state"])
    @pytest.mark.parametrize("rule", ["required", "optional", None])
    def test_has_the_members_that_its_type_asks_for(self, member, rule):
        kind = kind_of(head={member: rule} if rule else {})
        values = {"to": HEAD.issuer, "until": 0, "state": State("trace", bytes(32), 0, bytes(32))}
        for value, allowed in ((values[member], rule is not None), (None, rule != "required")):
            if allowed:
                check_head(kind, head(**{member: value}))
            else:
                with pytest.raises(MismatchError, match=rf"head\.{member}"):
                    check_head(kind, head(**{member: value}))


class TestTargets:
    """each of a type matching `answers.types`"""

    def test_are_of_the_answered_types(self):
        kind = kind_of(answers=ANSWERS)
        check_targets(kind, [head(type="order.placed"), head(type="a.b")])
        for wrong in ("orders.placed", "a.bc", "clearance.release"):
            with pytest.raises(NotPermittedError, match=r"head\.about"):
                check_targets(kind, [head(type="order.placed"), head(type=wrong)])

    def test_of_a_type_that_answers_nothing_are_none(self):
        check_targets(kind_of(), [])
        with pytest.raises(NotPermittedError):
            check_targets(kind_of(), [head()])


class TestDisclosures:
    """The type fixes which pointers exist; `_sd` has all of them and no others; none points at a member that `data` has
    in clear."""

    kind = kind_of(disclosures={"/buyer/name": {"audience": "parties"}, "/price": {"audience": "public"}})

    @given(HASHES)
    def test_are_all_of_the_type_s(self, digest):
        both = {"/buyer/name": digest, "/price": digest}
        check_body(self.kind, body({}, {"buyer": {"city": "x"}}, both))
        for wrong in ({}, {"/price": digest}, both | {"/more": digest}):
            with pytest.raises(MismatchError, match=r"body\._sd"):
                check_body(self.kind, body({}, {}, wrong))

    @pytest.mark.parametrize(
        "data", [{"price": None}, {"price": "1"}, {"buyer": {"name": "x"}}, {"buyer": {"name": None}}]
    )
    def test_are_not_in_clear_as_well(self, data):
        with pytest.raises(MismatchError, match="only its disclosure"):
            check_body(self.kind, body({}, data, dict.fromkeys(self.kind.disclosures, bytes(32))))
