"""Mapping v1: docs/formats.md, section 5: from a type, a body and what is answered to the links of a head."""

import json
from typing import Any

from tests.vectors.recipe import Book
from tests.vectors.recipes.bodies import BODY, spelt
from tests.vectors.recipes.heads import PLAIN, pair
from tests.vectors.recipes.spell import AGENCY, ENTERPRISE, GTIN, H, cbor
from tests.vectors.recipes.type_files import TYPE

book = Book("mapping", "MismatchError")
OTHER_GTIN = "https://id.gs1.org/01/16901234567899"
PARCEL, UNIT = "urn:suyuan:parcel:" + "0123456789abcdef" * 2, "https://id.gs1.org/00/369012345678901239"
ITEMS = [f"{GTIN}/21/2", f"{GTIN}/21/1", f"{OTHER_GTIN}/21/1"]
Subjects = dict[str, str | list[str]]
Pairs = list[list[Any]]


def kind(subjects: dict[str, Any], **more: Any) -> str:
    return json.dumps(TYPE | {"subjects": subjects} | more, ensure_ascii=False)


def links(*pairs: list[Any]) -> Pairs:
    """Sorted by kind, then name, none twice."""
    return sorted({(each, name): [each, name] for each, name in pairs}.values())


def head(joins: Pairs, follows: Pairs | None = None, **more: Any) -> dict[int, Any]:
    labels = {"about": 8, "to": 9, "until": 10, "state": 11, "type": 1}
    optional = ({7: follows} if follows else {}) | {labels[name]: value for name, value in more.items()}
    return PLAIN | {1: TYPE["type"], 6: joins} | optional


def given(type_: str, subjects: Subjects, head_: dict[int, Any], targets: list[bytes]) -> dict[str, Any]:
    text = spelt(BODY | {"subjects": subjects, "_sd": {}})
    return {"type": type_, "body": text, "targets": targets, "head": cbor(head_ | {12: H(b"\x05", text.encode())})}


def add(name: str, desc: str, type_: str, subjects: Subjects, head_: dict[int, Any], *targets: bytes) -> None:
    facts = {"joins": head_[6], "follows": head_.get(7, [])}
    book.valid(name, desc, facts, **given(type_, subjects, head_, [*targets]))


ROLES = {
    "parcel": {"form": ["handle:parcel", "unit"], "joins": ["trace", "case"], "follows": ["case"]},
    "items": {"form": "item", "many": True, "optional": True, "follows": ["trace"]},
}
MANY = kind(ROLES)
PARCEL_JOINS = links(pair("trace", PARCEL), pair("case", PARCEL))
FOLLOWS = links(pair("case", PARCEL), *(pair("trace", each) for each in ITEMS))
SIMPLE = kind({"parcel": {"form": "handle:parcel", "joins": ["trace"]}})
ONE = {"parcel": PARCEL}
TRACE = links(pair("trace", PARCEL))
DERIVED = kind(
    {
        "items": {"form": "item", "many": True, "joins": ["trace"]},
        "products": {"form": "product", "many": True, "of": "items", "follows": ["trace"]},
    }
)
ITEM_JOINS = links(*(pair("trace", each) for each in ITEMS))
PRODUCTS = {"items": ITEMS, "products": [GTIN, OTHER_GTIN]}
PRODUCT_FOLLOWS = links(pair("trace", GTIN), pair("trace", OTHER_GTIN))
ANSWER = kind({}, answers={"types": ["order.*"], "most": 2, "by": ["agency"]})
TARGETS = [
    cbor(PLAIN | {1: "order.placed", 6: links(pair("trace", PARCEL), pair("recall", GTIN), pair("member", GTIN))}),
    cbor(PLAIN | {1: "order.payment", 6: links(pair("case", UNIT), pair("registry", AGENCY), pair("trace", PARCEL))}),
]
NAMES = sorted(H(b"\x00", each) for each in TARGETS)
ANSWERED = links(pair("trace", PARCEL), pair("case", UNIT), pair("registry", AGENCY))

add(
    "joins-and-follows",
    "each kind of a role, each of its subjects",
    MANY,
    ONE | {"items": ITEMS},
    head(PARCEL_JOINS, FOLLOWS),
)
add("optional-role-left-out", "its links are not there", MANY, ONE, head(PARCEL_JOINS, links(pair("case", PARCEL))))
add("another-form-of-the-role", "a list of forms", MANY, {"parcel": UNIT}, head(
    links(pair("trace", UNIT), pair("case", UNIT)), links(pair("case", UNIT))
))  # fmt: skip
add("products-of-items", "in order of first appearance", DERIVED, PRODUCTS, head(ITEM_JOINS, PRODUCT_FOLLOWS))
add("answer-of-two", "trace, case and registry of every target", ANSWER, {}, head(ANSWERED, about=NAMES), *TARGETS)
add("answer-of-one", "recall and member are not inherited", ANSWER, {}, head(
    links(pair("trace", PARCEL)), about=[H(b"\x00", TARGETS[0])]
), TARGETS[0])  # fmt: skip
MEMBER_ONLY = cbor(PLAIN | {1: "order.rated", 6: links(pair("member", ENTERPRISE), pair("recall", GTIN))})
add("answer-to-a-member", "where it joins nothing else that is inherited", ANSWER, {}, head(
    links(pair("member", ENTERPRISE)), about=[H(b"\x00", MEMBER_ONLY)]
), MEMBER_ONLY)  # fmt: skip
OWNED = kind({
    "month": {"form": "set", "joins": ["member"]},
    "firm": {"form": "enterprise", "follows": ["trace"], "of": "month"},
})  # fmt: skip
MONTH = f"urn:suyuan:set:lists:{ENTERPRISE.rpartition(':')[2]}:2026-11"
OWN = head(links(pair("member", MONTH)), links(pair("trace", ENTERPRISE)))
add("enterprise-of-a-set", "whose code the set names", OWNED, {"month": MONTH, "firm": ENTERPRISE}, OWN)
HANDING = kind({"parcel": {"form": "handle:parcel", "joins": ["trace"]}}, head={"to": "required", "until": "optional"})
add("to-required-until-left-out", "as head says", HANDING, ONE, head(TRACE, to=ENTERPRISE))
add("to-required-until-there", "as head says", HANDING, ONE, head(TRACE, to=ENTERPRISE, until=1))


def refused(
    name: str, desc: str, type_: str, subjects: Subjects, head_: dict[int, Any], *targets: bytes, **how: str
) -> None:
    book.refused(name, desc, **given(type_, subjects, head_, [*targets]), **{"field": "head.joins"} | how)


MORE = links(*TRACE, pair("trace", GTIN))
refused("join-missing", "exactly these", MANY, ONE, head(TRACE, links(pair("case", PARCEL))))
refused("join-too-many", "exactly these", SIMPLE, ONE, head(MORE))
refused("join-of-another-subject", "exactly these", SIMPLE, ONE, head(links(pair("trace", GTIN))))
refused(
    "join-of-a-kind-that-no-role-gives", "seen from the head alone", SIMPLE, ONE, head(links(pair("member", PARCEL)))
)
refused(
    "follow-missing",
    "exactly these",
    MANY,
    ONE | {"items": ITEMS},
    head(PARCEL_JOINS, FOLLOWS[:-1]),
    field="head.follows",
)
refused("follow-too-many", "exactly these", MANY, ONE, head(PARCEL_JOINS, FOLLOWS), field="head.follows")
refused("follow-of-a-kind-that-no-role-gives", "exactly these", SIMPLE, ONE, head(TRACE, TRACE), field="head.follows")
for name, subjects, desc, field in (
    ("role-missing", {}, "roles are required", "body.subjects.parcel"),
    ("role-unknown", ONE | {"lot": f"{GTIN}/10/A"}, "exactly the type's roles", "body.subjects"),
    ("role-of-another-form", {"parcel": GTIN}, "a form that the role allows", "body.subjects.parcel"),
    ("role-of-another-class", {"parcel": PARCEL.replace("parcel", "order")}, "a handle:parcel", "body.subjects.parcel"),
    ("role-array-where-one", {"parcel": [PARCEL]}, "an array exactly where many", "body.subjects.parcel"),
):
    refused(name, desc, SIMPLE, subjects, head(TRACE), field=field)
refused(
    "role-one-where-many",
    "an array exactly where many",
    DERIVED,
    {"items": ITEMS[0], "products": [GTIN]},
    head(ITEM_JOINS[:1]),
    field="body.subjects.items",
)
for name, products, desc in (
    ("products-in-another-order", [OTHER_GTIN, GTIN], "in order of first appearance"),
    ("products-missing-one", [GTIN], "of all items"),
    ("products-of-no-item", [GTIN, OTHER_GTIN, "https://id.gs1.org/01/26901234567896"], "of the items only"),
):
    refused(
        name,
        desc,
        DERIVED,
        PRODUCTS | {"products": products},
        head(ITEM_JOINS, PRODUCT_FOLLOWS),
        field="body.subjects.products",
    )
both = kind({"items": {"form": "item", "many": True, "joins": ["trace", "case"]}})
thirty_three = [f"{GTIN}/21/{each}" for each in range(33)]
refused("links-of-66", "64 at most", both, {"items": thirty_three}, head(links(pair("trace", GTIN))), field="links")
refused(
    "answer-without-a-target-s-joins",
    "or a refusal could be hidden",
    ANSWER,
    {},
    head(links(pair("trace", PARCEL)), about=NAMES),
    *TARGETS,
)
refused("answer-with-a-target-s-recall", "recall is not inherited", ANSWER, {}, head(
    links(*ANSWERED, pair("recall", GTIN)), about=NAMES
), *TARGETS)  # fmt: skip
refused("answer-without-a-target-s-member", "which is all that it joins", ANSWER, {}, head(
    links(pair("trace", PARCEL)), about=[H(b"\x00", MEMBER_ONLY)]
), MEMBER_ONLY)  # fmt: skip
ANOTHER_S = {"month": MONTH.replace("2026-11", "2026-12").replace(":lists:9", ":lists:1"), "firm": ENTERPRISE}
refused("enterprise-of-another-s-set", "a month is its own enterprise's", OWNED, ANOTHER_S, head(
    links(pair("member", ANOTHER_S["month"])), links(pair("trace", ENTERPRISE))
), field="firm")  # fmt: skip
PERMIT = {"error": "NotPermittedError", "field": "head.about"}
other = cbor(PLAIN | {1: "orders.placed", 6: TRACE})
refused(
    "answer-to-a-type-that-it-does-not-answer",
    "order.* has a dot",
    ANSWER,
    {},
    head(TRACE, about=[H(b"\x00", other)]),
    other,
    **PERMIT,
)
refused("answer-to-nothing", "one target at least", ANSWER, {}, head(TRACE), **PERMIT)
refused(
    "answer-to-three",
    "most is two",
    ANSWER,
    {},
    head(ANSWERED, about=sorted([*NAMES, H(b"third")])),
    *TARGETS,
    **PERMIT,
)
refused(
    "about-of-a-type-that-answers-nothing",
    "about is empty",
    SIMPLE,
    ONE,
    head(TRACE, about=NAMES[:1]),
    TARGETS[0],
    **PERMIT,
)
for name, type_, more, field in (
    ("to-missing", HANDING, {}, "head.to"),
    ("to-where-none-may-be", SIMPLE, {"to": ENTERPRISE}, "head.to"),
    ("until-where-none-may-be", SIMPLE, {"until": 1}, "head.until"),
    ("state-where-none-may-be", SIMPLE, {"state": ["trace", H(b"s"), 1, H(b"r")]}, "head.state"),
):
    refused(name, "as head says", type_, ONE, head(TRACE, **more), field=field)
