"""Each rule of the flow that refuses has one event that breaks it, on the ledger on which the examples stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fixtures.examples import read_example
from tests.ledger.vocabulary.telling import altered, refusal
from tests.world import handle
from verifier.errors import SuyuanError
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.vocabulary import parse_type
from verifier.vocabulary import type_files

STAGES = ("filing", "order", "transport", "delivery", "clearance", "book", "market")
# What these ask for stands wherever the histories that the event joins or follows have begun: without it they have not,
# and the event is refused for that. They say so for those who read the type, and for a verifier.
HELD_BY_LINKS = {
    "product-filed-before-enterprise",
    "shipped-before-ordered",
    "packed-before-commissioned",
    "coded-before-commissioned",
    "declared-before-filed",
}


def subjects(name, **changes):
    """Return an example's subjects with others in some roles."""
    return {**read_example(name).event["subjects"], **changes}


# Said again, after everything that it needs and itself: rule, example.
TWICE = [
    ("warehouse-filed-twice", "filing.overseas-warehouse"),
    ("brand-authorised-twice", "filing.brand-authorisation"),
    ("enterprise-filed-twice", "filing.enterprise"),
    ("product-filed-twice", "filing.product"),
    ("line-stated-twice", "order.line"),
    ("lot-produced-twice", "transport.production"),
    ("commissioned-twice", "transport.commissioning"),
    ("coded-twice", "transport.hidden-code"),
    ("contained-elsewhere", "transport.aggregation"),
    ("associated-elsewhere", "transport.association"),
    ("unpacked-twice", "transport.unpacking"),
    ("dissociated-twice", "transport.dissociation"),
    ("departed-before-arrived", "transport.departed"),
    ("arrived-before-departed", "transport.arrived"),
    ("held-twice", "clearance.hold"),
    ("cancelled-twice", "clearance.list-cancelled"),
    ("lifted-without-hold", "clearance.hold-lifted"),
    ("seized-without-hold", "clearance.seizure"),
    ("released-twice", "clearance.release"),
    ("released-twice", "clearance.joint-release"),
    ("withdrawn-without-release", "clearance.release-withdrawn"),
    ("already-in-transit", "clearance.transit-opened"),
    ("transit-not-open", "clearance.transit-closed"),
    ("book-opened-twice", "book.opened"),
    ("consolidated-elsewhere", "market.consolidated"),
    ("sealed-twice", "transport.sealed"),
    ("unsealed-without-seal", "transport.unsealed"),
    ("inspected-twice", "clearance.inspection"),
    ("batch-filed-twice", "filing.batch"),
    ("permit-issued-twice", "filing.quarantine-permit"),
    ("service-ordered-twice", "order.service"),
    ("service-answered-twice", "order.service-accepted"),
    ("service-answered-twice", "order.service-declined"),
    ("completed-without-acceptance", "order.service-completed"),
    ("contract-offered-twice", "order.contract"),
    ("contract-signed-twice", "order.contract-signed"),
    ("ended-without-signature", "order.contract-ended"),
]


@pytest.mark.parametrize(("code", "name"), TWICE, ids=[name for _, name in TWICE])
def test_it_is_refused_where_it_was_said_before(teller, code, name):
    teller.tell(name)
    assert code in refusal(teller, read_example(name))


CANCELLED = {"about": ["clearance.list.cancelled"]}  # which was released before, and the release taken back
# Another way: rule, example, what is told before, and what is said otherwise.
OTHERWISE = [
    ("released-before-inspected", "clearance.release", [], {"about": ["clearance.list.seized"]}),
    ("released-before-inspected", "clearance.joint-release", [], {"about": ["clearance.list.seized"]}),
    ("released-while-held", "clearance.release", ["clearance.hold"], {"about": ["clearance.list.held"]}),
    ("released-while-held", "clearance.joint-release", ["clearance.hold"], {"about": ["clearance.list.held"]}),
    ("released-twice", "clearance.joint-release", ["clearance.release"], {"about": ["clearance.list"]}),
    ("released-before-inspected-again", "clearance.release", ["clearance.release-withdrawn"], CANCELLED),
    ("released-before-inspected-again", "clearance.joint-release", ["clearance.release-withdrawn"], CANCELLED),
    ("inspected-after-cancelled", "clearance.inspection", ["clearance.release-withdrawn"], CANCELLED),
    (
        "withdrawn-before-cancelled",
        "clearance.release-withdrawn",
        ["clearance.release"],
        {"about": ["clearance.release"]},
    ),
    ("declared-while-released", "clearance.list", ["clearance.release"], {}),
    ("seized-without-hold", "clearance.seizure", [], {"about": ["clearance.list.joint"]}),
    ("reinspected-before-inspected", "clearance.reinspection-ordered", [], {"about": ["clearance.list.seized"]}),
    ("checked-without-seal", "transport.seal-checked", ["transport.unsealed"], {"about": ["transport.sealed.removed"]}),
    ("completed-without-acceptance", "order.service-completed", [], {"about": ["order.service.declined"]}),
    (
        "already-in-transit",
        "clearance.transit-opened",
        ["clearance.transit-opened"],
        {"subjects": subjects("clearance.transit-opened", transit=handle("transit", "another"))},
    ),
    ("contained-elsewhere", "transport.packing", ["transport.packing"], {"by": "seller"}),
    (
        "contained-elsewhere",
        "transport.aggregation.case",
        ["transport.packing"],
        {
            "by": "seller",
            "subjects": subjects("transport.aggregation.case", child=subjects("transport.packing")["item"]),
        },
    ),
    (
        "arrived-before-departed",
        "transport.arrived",
        ["transport.waybill"],
        {"subjects": {"goods": [subjects("transport.waybill")["unit"]]}},
    ),
]


@pytest.mark.parametrize(("code", "name", "before", "changes"), OTHERWISE)
def test_it_is_refused_where_the_story_cannot_go_on_so(teller, code, name, before, changes):
    for each in before:
        teller.tell(each)
    assert code in refusal(teller, altered(name, **changes))


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("summary-covers-nothing-new", "clearance.summary"),
        ("reconciled-without-progress", "book.reconciled"),
    ],
)
def test_what_was_stated_before_is_not_stated_again(teller, code, name):
    stated = parse_head(teller.tell(name).head).state
    again = replace(teller.draft(read_example(name)), state=stated)
    with pytest.raises(SuyuanError, match=code):
        teller.zone.say(teller.cast[read_example(name).by], [again])


def test_what_was_taken_out_once_is_not_taken_out_by_that_again_so_that_nothing_is_in_two_places(teller):
    """An item goes out of one case and into the next: the first packing's end does not end the second's."""
    teller.tell("transport.unpacking")
    item = "https://id.gs1.org/01/09520000000110/21/TWO-PLACES"
    made = subjects("transport.commissioning.cased", item=item)
    teller.say(altered("transport.commissioning.cased", subjects=made))
    packed = altered("transport.aggregation.case", subjects=subjects("transport.aggregation.case", child=item))
    first = teller.say(packed)
    out = teller.draft(read_example("transport.unpacking"))
    teller.zone.say(teller.cast["warehouse"], [replace(out, about=(first.name,))])
    second = teller.say(packed)
    with pytest.raises(SuyuanError, match="unpacked-twice"):
        teller.zone.say(teller.cast["warehouse"], [replace(out, about=(first.name,))])
    assert "contained-elsewhere" in refusal(teller, packed)
    teller.zone.say(teller.cast["warehouse"], [replace(out, about=(second.name,))])


UNKNOWN = "https://id.gs1.org/01/09520000000127"


@pytest.mark.parametrize(
    ("name", "role", "subject"),
    [
        ("transport.waybill", "order", handle("order", "never placed")),
        ("transport.packing", "item", f"{UNKNOWN}/21/NEVER"),
        ("clearance.list", "products", [UNKNOWN]),
        ("clearance.export-list", "products", [UNKNOWN]),
        ("transport.production", "lot", f"{UNKNOWN}/10/NEVER"),
        ("clearance.tax", "declaration", handle("declaration", "never declared")),
        ("clearance.quota-use", "declaration", handle("declaration", "never declared")),
        ("order.payment", "order", handle("order", "never placed")),
    ],
)
def test_what_never_began_is_neither_joined_nor_followed(teller, name, role, subject):
    changed = subjects(name, **{role: subject})
    if name == "transport.production":
        changed["product"] = UNKNOWN
    assert "whose trace began" in refusal(teller, altered(name, subjects=changed))


def test_a_transit_is_closed_by_the_district_that_it_was_opened_for(teller):
    teller.tell("clearance.transit-opened")
    why = refusal(teller, altered("clearance.transit-closed", about=["clearance.transit-opened"], by="customs"))
    assert "the recipient" in why


def test_only_customs_restores_what_customs_counted(teller):
    assert "head.about" in refusal(teller, altered("clearance.quota-restored", by="neighbour"))


@pytest.mark.parametrize("name", ["book.credited", "book.debited", "book.adjusted"])
def test_nobody_else_moves_a_book(teller, name):
    """The line's book is followed, and following a book asks for authority over it."""
    teller.tell("book.opened")
    assert "who opened it" in refusal(teller, altered(name, by="other warehouse"))


def test_a_line_belongs_to_its_book(teller):
    changed = subjects("book.debited", line="urn:suyuan:book-line:T9999W000002:1")
    assert "the book of line" in refusal(teller, altered("book.debited", subjects=changed))


def test_every_rule_that_refuses_is_broken_here():
    types = [parse_type(file, name) for name, file in type_files().items()]
    rules = {rule.code for each in types if each.stage in STAGES for rule in each.order if rule.refuse}
    broken = {code for code, _ in TWICE} | {code for code, *_ in OTHERWISE}
    broken |= {"summary-covers-nothing-new", "reconciled-without-progress"}
    assert rules == broken | HELD_BY_LINKS
