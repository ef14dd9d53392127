"""Two gateways that meet the same number at once, in each mode: every proof has what either said, by one link."""

from __future__ import annotations

import pytest

from fixtures.messages import EXAMPLE_COMPANIES, Mode, export_messages, parcel_messages
from fixtures.trade.amending import amend_message
from ledger.readers.ceb import Facts
from tests.ledger.gateway.test_resolving import gateways, grant, keys, recorded_event
from tests.ledger.gateway.zone import GOODS, Gated
from verifier.proof.verify import verify_trace

__all__ = ["gateways", "keys"]
AGENT = EXAMPLE_COMPANIES.agent
BONDED = {"emsNo": "T9999W000001", "areaCode": AGENT.code, "areaName": AGENT.name}
IMPORTS, EXPORTS = ("9610", "1210", "1239"), ("9610", "1210", "1239", "9710", "9810")


def imported(seed, mode):
    """Return order and list of an import."""
    said = parcel_messages(seed, goods=GOODS)
    if mode != "9610":
        lines = {place: {"itemRecordNo": "1"} for place in range(len(GOODS))}
        said["CEB621"] = amend_message(
            "CEB621", said["CEB621"], {"tradeMode": mode, **BONDED}, sender=AGENT, lines=lines
        )
    return said["CEB311"], said["CEB621"], None


def exported(seed, mode):
    """Return order, list and waybill of an export."""
    said = export_messages(seed, goods=GOODS, mode=Mode(mode))
    if mode in ("1210", "1239"):
        lines = {place: {"itemRecordNo": "1"} for place in range(len(GOODS))}
        said["CEB603"] = amend_message("CEB603", said["CEB603"], sender=AGENT, lines=lines)
    return said["CEB303"], said["CEB603"], said["CEB505"]


@pytest.fixture
def second(world, service, keys, tmp_path):
    """A second gateway of the seller, in another place, under the same key."""
    policy = world.standpoint().policy
    made = Gated(world, service.url, tmp_path / "second", names=("seller",), request_key=keys["seller"], policy=policy)
    made.start()
    yield made
    made.stop()


def handles(gated, form):
    with gated.gateway.store.reading() as connection:
        sql = "SELECT DISTINCT handle FROM handle WHERE form = ? AND item IS NOT NULL"
        return [handle for (handle,) in connection.execute(sql, (form,))]


def meet(world, one, other, data, facts):
    """Let two gateways take the same document at once; then each asks for what it waits for, and for the other's."""
    for who, gated in (one, other):
        gated.take(who, data, facts)
    for _ in range(2):
        for _, gated in (one, other):
            gated.wait()
            world.cosign()
            with gated.gateway.store.writing() as connection:
                connection.execute("UPDATE handle SET look = 0")  # a minute later
            gated.resolver._asked.clear()
            gated.resolver.turn()
            gated.wait()
    world.cosign()


def told(world, handle, walk="public"):
    proof = world.ledger.prover.trace(handle, walk=walk).data
    story = verify_trace(proof, world.standpoint(), subject=handle, walk=walk)
    return [each.event.head.type for each in story.timeline]


@pytest.mark.parametrize(
    ("mode", "papers"),
    [*((mode, imported) for mode in IMPORTS), *((mode, exported) for mode in EXPORTS)],
    ids=[*(f"{mode} in" for mode in IMPORTS), *(f"{mode} out" for mode in EXPORTS)],
)
def test_an_order_and_a_list_that_two_open_at_once_end_in_one_story(world, gateways, second, mode, papers):
    seed = 700 + 2 * EXPORTS.index(mode) + (papers is exported)
    order, listed, waybill = papers(seed, mode)
    platform, seller, to = gateways["platform"], gateways["seller"], world.cast["seller"].uri
    meet(world, ("platform", platform), ("seller", seller), order, Facts(to=to))
    (first,), (twin,) = handles(platform, "order"), handles(seller, "order")
    assert first != twin
    opening = "order.placed" if papers is imported else "order.export"
    for each in (first, twin):
        types = told(world, each)
        assert (types.count(opening), types.count("record.same-subject")) == (2, 1)
    if waybill:
        gateways["carrier"].take("carrier", waybill)
        gateways["carrier"].wait()
        grant(world, recorded_event(gateways["carrier"], "transport.export-waybill"), "seller", giver="carrier")
        world.cosign()
    meet(world, ("seller", seller), ("seller", second), listed, Facts(enterprise=to))
    assert seller.reasons() == second.reasons() == []
    kind = "clearance.list" if papers is imported else "clearance.export-list"
    for gated in (seller, second):
        (declaration,) = handles(gated, "declaration")
        types = told(world, declaration)
        assert types.count(kind) == 2
        assert types.count(opening) == 2
        assert types.count("record.same-subject") == 2
