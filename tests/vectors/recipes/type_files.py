"""Type files: docs/formats.md, section 5."""

import json
from typing import Any

from tests.vectors.recipe import Book

book = Book("type-file", field="type")
PARCEL = {"form": "handle:parcel", "joins": ["trace"]}
ITEMS = {"form": "item", "many": True, "joins": ["trace"]}
ANSWERS = {"types": ["order.*"], "most": 3, "by": ["agency", "principal"]}
ONCE = {"code": "once-only", "once": True, "in": "history", "refuse": True}
AFTER = {
    "code": "after-payment",
    "after": ["order.payment", "order.paid.*"],
    "in": "reach",
    "by": "time",
    "refuse": False,
}
LAST = {"code": "held", "last": ["a.held", "a.lifted"], "is": ["a.lifted"], "in": "history", "refuse": True}
NEEDS = {"code": "not-departed", "last": ["a.departed", "a.arrived"], "needs": ["a.departed"], "in": "trace",
         "refuse": True}  # fmt: skip
ADVANCES = {"code": "not-later", "advances": True, "in": "member", "refuse": True}
SET = {"form": "set", "joins": ["member"]}
COUNT = {"code": "overdrawn", "role": "parcel", "amount": "/quantity", "sign": "subtract", "least": "0"}
TYPE = {
    "type": "transport.packing",
    "version": 1,
    "mapping": 1,
    "stage": "transport",
    "title": {"zh": "\u88c5\u7bb1", "en": "Packing"},
    "roles": ["carrier"],
    "subjects": {"parcel": PARCEL},
    "head": {},
    "schema": {},
    "disclosures": {},
}


def role(**changes: Any) -> dict[str, Any]:
    return {"subjects": {"parcel": PARCEL | changes}}


def rule(base: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"order": [base | changes]}


def add(name: str, desc: str, joined: list[str], followed: list[str] | None = None, **changes: Any) -> None:
    kinds = {"joined_kinds": joined, "followed_kinds": followed or []}
    facts = {"type": TYPE["type"], "version": 1, "permanent": "permanent" in changes} | kinds
    book.valid(name, desc, facts, text=json.dumps(TYPE | changes, ensure_ascii=False))


add("plain", "the members that every type has", ["trace"])
add("any-participant", "* is any participant", ["trace"], roles=["*"])
add(
    "answers",
    "an answer joins what its targets join",
    ["case", "member", "registry", "trace"],
    answers=ANSWERS,
    closes="follows",
)
add(
    "head-members",
    "required and optional",
    ["trace"],
    head={"to": "required", "until": "optional", "state": "optional"},
)
add("disclosures", "three audiences and an attachment", ["trace"], disclosures={
    "/a": {"audience": "public"}, "/b/c": {"audience": "parties"}, "/d": {"audience": "agencies", "attachment": True}
})  # fmt: skip
add("order", "both kinds of rules", ["trace"], order=[ONCE, AFTER], late=604_800_000, ends="custody")
add("order-each", "each history that it follows by itself", ["trace"], order=[AFTER | {"in": "each"}])
add("order-last", "what the latest must be, or that there is none", ["trace"], order=[LAST, LAST | {"is": []}])
add("order-needs", "what must be there as the latest", ["trace"], order=[NEEDS])
add("order-in-a-kind", "the histories of one kind", ["claim"], order=[ONCE | {"in": "claim"}],
    subjects={"invoice": {"form": "claim", "joins": ["claim"]}})  # fmt: skip
add("order-advances", "states that advance", ["member"], order=[ADVANCES], head={"state": "required"},
    subjects={"month": SET})  # fmt: skip
add("window-inside", "while it is inside", ["trace"], ["trace"], **role(follows=["trace"], window="inside"))
add("window-before", "what stands before", ["trace"], ["trace"], **role(follows=["trace"], window="before"))
add("counts", "counters in clear and in a disclosure", ["trace"],
    counts=[COUNT, COUNT | {"amount": "/a", "sign": "add"}],
    disclosures={"/a": {"audience": "agencies"}})  # fmt: skip
add("counts-either", "an amount whose own sign says which way", ["trace"], counts=[COUNT | {"sign": "either"}])
add("counts-equals", "what the counter is", ["trace"], counts=[
    {name: value for name, value in COUNT.items() if name not in ("least", "most")} | {"sign": "equals"}
])  # fmt: skip
add("own", "codes of which one is the speaker's", ["trace"], own=["/carrier/code", "/seller/code"])
add(
    "of-a-set",
    "the enterprise whose set it is",
    ["member"],
    ["trace"],
    subjects={"month": SET, "firm": {"form": "enterprise", "of": "month", "follows": ["trace"]}},
)
add(
    "opens-a-product",
    "a prefix decides: permanent",
    ["trace"],
    permanent=True,
    subjects={"it": {"form": "product", "joins": ["trace"], "opens": ["product"]}},
)
add(
    "of",
    "the products of items",
    ["trace"],
    ["trace"],
    subjects={"items": ITEMS, "products": {"form": "product", "many": True, "of": "items", "follows": ["trace"]}},
)

for member in sorted(TYPE):
    less = {name: value for name, value in TYPE.items() if name != member}
    book.refused(f"{member}-missing", "all members are required", text=json.dumps(less, ensure_ascii=False))
for name, changes, desc, field in (
    ("member-unknown", {"more": 0}, "unknown members are refused", "type"),
    ("type-of-one-word", {"type": "packing"}, "a name has a dot", "type.type"),
    ("type-of-65", {"type": "a." + "b" * 63}, "64 characters at most", "type.type"),
    ("version-0", {"version": 0}, "a positive integer", "type.version"),
    ("version-true", {"version": True}, "a positive integer", "type.version"),
    ("own-empty", {"own": []}, "one pointer at least", "type.own"),
    ("own-a-text", {"own": "/carrier/code"}, "a list", "type.own"),
    ("own-of-a-number", {"own": [1]}, "pointers", "type.own"),
    ("own-without-slash", {"own": ["carrier"]}, "JSON pointers", "type.own"),
    ("own-twice", {"own": ["/a", "/a"]}, "distinct pointers", "type.own"),
    ("own-disclosed", {"own": ["/a"], "disclosures": {"/a": {"audience": "public"}}}, "clear data", "type.own"),
    (
        "own-within-a-disclosure",
        {"own": ["/a/b"], "disclosures": {"/a": {"audience": "public"}}},
        "clear data",
        "type.own",
    ),
    (
        "own-around-a-disclosure",
        {"own": ["/a"], "disclosures": {"/a/b": {"audience": "public"}}},
        "clear data",
        "type.own",
    ),
    ("stage-in-capitals", {"stage": "Transport"}, "a word", "type.stage"),
    ("title-in-one-language", {"title": {"zh": "\u88c5\u7bb1"}}, "zh and en", "type.title"),
    ("title-empty", {"title": {"zh": "", "en": "Packing"}}, "a text", "type.title"),
    ("roles-text", {"roles": "carrier"}, "a list of words", "type.roles"),
    ("roles-star-and-word", {"roles": ["*", "carrier"]}, "* stands alone", "type.roles"),
    ("subjects-none", {"subjects": {}}, "an event joins something", "type.subjects"),
    (
        "subjects-without-joins",
        {"subjects": {"parcel": {"form": "handle:parcel"}}},
        "an event joins something",
        "type.subjects",
    ),
    ("role-name-in-capitals", {"subjects": {"Parcel": PARCEL}}, "a role name", "type.subjects.Parcel"),
    ("role-member-unknown", role(more=0), "unknown members are refused", "type.subjects.parcel"),
    ("role-without-form", {"subjects": {"parcel": {"joins": ["trace"]}}}, "a form", "type.subjects.parcel"),
    ("role-form-unknown", role(form="pallet"), "a form of section 3", "type.subjects.parcel.form"),
    ("role-form-empty-list", role(form=[]), "at least one form", "type.subjects.parcel"),
    (
        "role-form-handle-of-a-taken-word",
        role(form="handle:enterprise"),
        "enterprise is no class",
        "type.subjects.parcel.form",
    ),
    ("role-many-false", role(many=False), "true, or nothing", "type.subjects.parcel.many"),
    ("role-many-null", role(many=None), "true, or nothing", "type.subjects.parcel.many"),
    ("role-optional-1", role(optional=1), "true, or nothing", "type.subjects.parcel.optional"),
    ("role-joins-text", role(joins="trace"), "a list of kinds", "type.subjects.parcel.joins"),
    ("role-joins-a-kind-in-capitals", role(joins=["Trace"]), "a kind", "type.subjects.parcel.joins"),
    ("role-follows-recall", role(follows=["recall"]), "trace and case only", "type.subjects.parcel"),
    ("role-opens-another-form", role(opens=["item"]), "a form of its own", "type.subjects.parcel"),
    (
        "role-opens-without-trace",
        role(joins=["case"], opens=["handle:parcel"]),
        "it needs joins with trace",
        "type.subjects.parcel",
    ),
    ("role-of-null", role(of=None), "a role name, or nothing", "type.subjects.parcel.of"),
    (
        "role-of-an-unknown-role",
        {"subjects": {"parcel": PARCEL, "product": {"form": "product", "of": "item"}}},
        "another role",
        "type.subjects.product.of",
    ),
    (
        "role-of-a-parcel",
        {"subjects": {"parcel": PARCEL, "product": {"form": "product", "of": "parcel"}}},
        "items or lots",
        "type.subjects.product.of",
    ),
    (
        "opens-a-product-not-permanent",
        {"subjects": {"it": {"form": "product", "joins": ["trace"], "opens": ["product"]}}},
        "a prefix decides: permanent",
        "type.permanent",
    ),
    ("permanent-false", {"permanent": False}, "true, or nothing", "type.permanent"),
    ("permanent-null", {"permanent": None}, "true, or nothing", "type.permanent"),
    ("answers-without-types", {"answers": ANSWERS | {"types": []}}, "at least one", "type.answers.types"),
    (
        "answers-with-half-a-word",
        {"answers": ANSWERS | {"types": ["order.pl*"]}},
        "a name, prefix.* or *",
        "type.answers.types",
    ),
    ("answers-most-0", {"answers": ANSWERS | {"most": 0}}, "1 to 64", "type.answers"),
    ("answers-most-65", {"answers": ANSWERS | {"most": 65}}, "1 to 64", "type.answers"),
    ("answers-by-nobody", {"answers": ANSWERS | {"by": []}}, "agency, principal or both", "type.answers"),
    ("answers-by-owner", {"answers": ANSWERS | {"by": ["owner"]}}, "agency, principal or both", "type.answers"),
    ("answers-null", {"answers": None}, "an object, or nothing", "type.answers"),
    ("closes-without-answers", {"closes": "follows"}, "it closes what it answers", "type.closes"),
    ("closes-joins", {"answers": ANSWERS, "closes": "joins"}, "follows, or nothing", "type.closes"),
    ("ends-null", {"ends": None}, "custody, or nothing", "type.ends"),
    ("head-member-unknown", {"head": {"body": "required"}}, "to, until, state", "type.head"),
    ("head-forbidden", {"head": {"to": "forbidden"}}, "required or optional", "type.head"),
    ("head-list", {"head": {"to": ["required"]}}, "required or optional", "type.head"),
    ("schema-array", {"schema": []}, "an object", "type.schema"),
    ("disclosure-without-slash", {"disclosures": {"a": {"audience": "public"}}}, "a pointer", "type.disclosures"),
    (
        "disclosure-inside-another",
        {"disclosures": {"/a": {"audience": "public"}, "/a/b": {"audience": "public"}}},
        "none is a prefix of another",
        "type.disclosures",
    ),
    (
        "disclosure-for-everybody",
        {"disclosures": {"/a": {"audience": "everybody"}}},
        "public, parties or agencies",
        "type.disclosures",
    ),
    ("disclosure-without-audience", {"disclosures": {"/a": {}}}, "public, parties or agencies", "type.disclosures"),
    (
        "disclosure-attachment-null",
        {"disclosures": {"/a": {"audience": "public", "attachment": None}}},
        "true, or nothing",
        "attachment",
    ),
    ("order-of-both-kinds", rule(ONCE, after=["*"], by="time"), "after or once", "type.order[0]"),
    ("order-once-false", rule(ONCE, once=False), "true", "type.order[0].once"),
    ("order-after-nothing", rule(AFTER, after=[]), "at least one", "type.order[0].after"),
    ("order-in-log", rule(AFTER, **{"in": "log"}), "history or reach", "type.order[0]"),
    ("order-by-leaf", rule(AFTER, by="leaf"), "position or time", "type.order[0]"),
    ("order-refuse-1", rule(AFTER, refuse=1), "true or false", "type.order[0]"),
    ("order-code-in-capitals", rule(AFTER, code="After"), "a word", "type.order[0].code"),
    ("order-in-a-kind-not-joined", rule(ONCE, **{"in": "claim"}), "a kind that it joins", "type.order[0].in"),
    (
        "order-in-notes",
        rule(LAST, **{"in": "note"}) | role(joins=["trace", "note"]),
        "hash envelopes have no type",
        "type.order[0].in",
    ),
    ("order-last-of-nothing", rule(LAST, last=[]), "at least one", "type.order[0].last"),
    ("order-last-by-time", rule(LAST, by="time"), "by position only", "type.order[0]"),
    ("order-last-and-needs", rule(LAST, needs=["a.held"]), "is or needs", "type.order[0]"),
    ("order-needs-nothing", rule(NEEDS, needs=[]), "at least one", "type.order[0].needs"),
    ("order-once-in-each", rule(ONCE, **{"in": "each"}), "each is of after alone", "type.order[0].in"),
    ("order-needs-in-reach", rule(NEEDS, **{"in": "reach"}), "history or a kind", "type.order[0].in"),
    (
        "order-advances-without-state",
        rule(ADVANCES) | {"subjects": {"month": SET}},
        "the head requires state",
        "type.order[0].advances",
    ),
    (
        "order-advances-in-history",
        rule(ADVANCES, **{"in": "history"}) | {"head": {"state": "required"}},
        "one kind",
        "type.order[0].in",
    ),
    ("order-advances-false", rule(ADVANCES, advances=False), "true", "type.order[0].advances"),
    ("window-without-follows", role(window="inside"), "of a role that follows", "type.subjects.parcel.window"),
    ("window-after", role(follows=["trace"], window="after"), "inside or before", "type.subjects.parcel.window"),
    ("window-null", role(follows=["trace"], window=None), "inside or before", "type.subjects.parcel.window"),
    ("counts-object", {"counts": {}}, "a list", "type.counts"),
    ("counts-of-no-role", {"counts": [COUNT | {"role": "book"}]}, "a role", "type.counts[0].role"),
    ("counts-sign", {"counts": [COUNT | {"sign": "-"}]}, "add or subtract", "type.counts[0].sign"),
    (
        "counts-of-a-role-that-joins-nothing",
        {"subjects": {"parcel": PARCEL, "book": {"form": "book", "follows": ["trace"]}}}
        | {"counts": [COUNT | {"role": "book"}]},
        "a role that joins something",
        "type.counts[0].role",
    ),
    ("counts-equals-and-least", {"counts": [COUNT | {"sign": "equals"}]}, "no bounds", "type.counts[0]"),
    (
        "role-of-a-set-that-is-a-product",
        {"subjects": {"month": SET, "product": {"form": "product", "of": "month", "follows": ["trace"]}}},
        "a set has an enterprise",
        "type.subjects.product.of",
    ),
    ("counts-number", {"counts": [COUNT | {"least": 0}]}, "a decimal is a text", "type.counts[0].least"),
    ("counts-six-decimals", {"counts": [COUNT | {"least": "0.000001"}]}, "5 at most", "type.counts[0].least"),
    ("counts-minus-zero", {"counts": [COUNT | {"least": "-0"}]}, "one zero", "type.counts[0].least"),
    ("counts-of-10e13", {"counts": [COUNT | {"least": "10000000000000"}]}, "below 10^13", "type.counts[0].least"),
    ("counts-least-above-most", {"counts": [COUNT | {"most": "-1"}]}, "least is not above most", "type.counts[0]"),
    (
        "counts-part-of-a-disclosure",
        {"counts": [COUNT | {"amount": "/a/b"}], "disclosures": {"/a": {"audience": "parties"}}},
        "a whole disclosure",
        "type.counts[0].amount",
    ),
    ("late-0", {"late": 0}, "a positive number", "type.late"),
):
    book.refused(name, desc, field=field, text=json.dumps(TYPE | changes, ensure_ascii=False))
for name, mapping in (("2", 2), ("true", True), ("text", "1")):
    book.refused(
        f"mapping-{name}",
        "mapping 1 only",
        error="UnsupportedError",
        field="type.mapping",
        text=json.dumps(TYPE | {"mapping": mapping}),
    )
book.refused("array", "an object", text="[]")
book.refused("name-twice", "each name once", text=json.dumps(TYPE)[:-1] + ', "late": 1, "late": 1}')
