"""Each rule of the flow that refuses has one event that breaks it, on the ledger on which the examples stand."""

from __future__ import annotations

import pytest

from fixtures.examples import read_example
from tests.ledger.vocabulary.telling import altered, refusal
from tests.world import handle


def subjects(name, **changes):
    """Return an example's subjects with others in some roles."""
    return {**read_example(name).event["subjects"], **changes}


# Said again, after everything that it needs and itself: rule, example.
TWICE = [
    ("warehouse-filed-twice", "filing.overseas-warehouse"),
    ("brand-authorised-twice", "filing.brand-authorisation"),
    ("enterprise-filed-twice", "filing.enterprise"),
    ("product-filed-twice", "filing.product"),
    ("lot-produced-twice", "transport.production"),
    ("commissioned-twice", "transport.commissioning"),
    ("contained-elsewhere", "transport.aggregation"),
    ("associated-elsewhere", "transport.association"),
    ("departed-before-arrived", "transport.departed"),
    ("arrived-before-departed", "transport.arrived"),
    ("held-twice", "clearance.hold"),
    ("lifted-without-hold", "clearance.hold-lifted"),
    ("seized-without-hold", "clearance.seizure"),
    ("released-twice", "clearance.release"),
    ("released-twice", "clearance.joint-release"),
    ("already-in-transit", "clearance.transit-opened"),
    ("transit-not-open", "clearance.transit-closed"),
    ("book-opened-twice", "book.opened"),
    ("consolidated-elsewhere", "market.consolidated"),
]


@pytest.mark.parametrize(("code", "name"), TWICE, ids=[name for _, name in TWICE])
def test_it_is_refused_where_it_was_said_before(teller, code, name):
    teller.tell(name)
    assert code in refusal(teller, read_example(name))


# Another way: rule, example, what is told before, and what is said otherwise.
OTHERWISE = [
    ("released-before-inspected", "clearance.release", [], {"about": ["clearance.list.seized"]}),
    ("released-before-inspected", "clearance.joint-release", [], {"about": ["clearance.list.seized"]}),
    ("released-while-held", "clearance.release", ["clearance.hold"], {"about": ["clearance.list.held"]}),
    ("released-while-held", "clearance.joint-release", ["clearance.hold"], {"about": ["clearance.list.held"]}),
    ("released-twice", "clearance.joint-release", ["clearance.release"], {"about": ["clearance.list"]}),
    ("seized-without-hold", "clearance.seizure", [], {"about": ["clearance.list.joint"]}),
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
