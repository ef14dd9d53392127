"""Stories of clearance and money: what comes too early or twice is refused, and that it is not there is proved."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import pytest

from api.views.declarations import declarations_told
from ledger.compose.event import Draft
from ledger.trade.histories import read_history
from tests.ledger.matching.office import Office, close_office, open_office
from tests.world import DAY, FIRM, PRODUCT, handle, now
from verifier.errors import SuyuanError
from verifier.ledgerformat.body import parse_body
from verifier.primitives.checkpoint import parse_signed_checkpoint

TEXT = {"zh": "示例依据", "en": "Example basis"}
DECIDED = {"treatment": "refund", "inFull": True, "basis": TEXT}


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Iterator[Office]:
    made = open_office(tmp_path_factory.mktemp("stories"))
    joint = {"k": 2, "of": [{"role": "customs"}, {"role": "inspection-quarantine"}]}
    made.world.zone.adopt_policy("joint", ["clearance.joint-release"], joint, "关检联合放行", "Joint release")
    yield made
    close_office(made)


@pytest.fixture
def say(office):
    def said(who, type_, subjects=None, data=None, about=(), **more):
        draft = Draft(type_, now(), subjects or {}, data or {}, about=tuple(each.name for each in about), **more)
        (event,) = office.world.say(who, draft)
        return event

    return said


def claim(label, number):
    return f"urn:suyuan:claim:{label}:{sha256(number.encode()).hexdigest()}"


def refused(code):
    return pytest.raises(SuyuanError, match=code)


def published(office):
    """Return once what was said is published, so that proofs cover it."""
    client = office.client("tax")
    while parse_signed_checkpoint(client.checkpoint())[0].size < office.world.ledger.head.edge.size:
        office.world.ledger.writer.call(office.world.ledger.writer.sequencer.publish).result()
    return client


def declare_export(office, say, seed):
    """Return the list of an export that was inspected and released, and its declaration and parcel."""
    listed, declaration, parcel = list_export(office, say, seed)
    release(say, listed, parcel)
    return listed, declaration, parcel


def release(say, listed, parcel):
    say("customs", "clearance.inspection", data={"result": "conformant"}, about=[listed])
    return say("customs", "clearance.release", {"parcel": parcel}, {"code": "800"}, [listed])


def list_export(office, say, seed):
    order, parcel = handle("order", f"export {seed}"), handle("parcel", f"export {seed}")
    declaration, seller = handle("declaration", f"export {seed}"), office.uri("seller")
    say("platform", "order.export", {"order": order}, {"kind": "E", "platform": FIRM, "seller": FIRM, "lineCount": 1},
        to=seller)  # fmt: skip
    say("carrier", "transport.export-waybill", {"parcel": parcel},
        {"carrier": FIRM, "weight": "0.5", "packages": 1, "seller": FIRM})  # fmt: skip
    month = f"urn:suyuan:set:export-lists:{seller.rpartition(':')[2]}:2026-11"
    listed = say(
        "seller", "clearance.export-list",
        {"declaration": declaration, "order": order, "parcel": parcel, "products": [PRODUCT], "enterprise": seller,
         "month": month},
        {"tradeMode": "9610", "statistics": "B", "customs": "2244", "port": "2244", "declaredOn": "20261101",
         "leavesOn": "20261102", "destination": "304", "seller": FIRM, "owner": FIRM, "platform": FIRM,
         "carrier": FIRM, "lineCount": 1},
    )  # fmt: skip
    return listed, declaration, parcel


def refund(say, declaration, *, list_, invoice):
    return say(
        "seller", "finance.refund-claimed",
        {"declarations": [declaration], "lists": [claim("tax", list_)], "invoices": [claim("tax", invoice)]},
        {"treatment": "refund", "period": "2026-11"},
    )  # fmt: skip


def test_departure_gates_the_refund_and_a_second_use_of_list_or_invoice_is_refused(office, say):
    _, declaration, parcel = declare_export(office, say, "refund")
    with refused("claimed-before-departure"):
        refund(say, declaration, list_="L1", invoice="I1")
    say("carrier", "transport.departure", {"parcel": parcel}, {"customs": "2244", "carrier": FIRM, "transport": "5"})
    first = refund(say, declaration, list_="L1", invoice="I1")
    for list_, invoice in (("L1", "I2"), ("L2", "I1"), ("L1", "I1")):
        with refused("claimed-twice"):
            refund(say, declaration, list_=list_, invoice=invoice)
    client, standpoint = published(office), office.world.standpoint()
    used = read_history(client, "claim", claim("tax", "I1"), standpoint)
    assert [each.event.name for each in used.events] == [first.name]
    free = read_history(client, "claim", claim("tax", "I2"), standpoint)
    assert (free.events, free.size) == ((), used.size), "what was refused left nothing; the proof shows that"
    lists = {"lists": [claim("tax", "L1")], "invoices": [claim("tax", "I1")]}
    say("tax", "finance.refund-returned", lists, {"reason": "incomplete"}, [first])
    refund(say, declaration, list_="L1", invoice="I1")


def test_settlement_waits_for_departure_too(office, say):
    _, declaration, parcel = declare_export(office, say, "settled")
    subjects = {"declarations": [declaration], "receipts": [claim("exchange", "R1")]}
    data = {"currency": "502", "method": "foreign-exchange"}
    with refused("settled-before-departure"):
        say("payer", "finance.fx-settled", subjects, data)
    say("carrier", "transport.departure", {"parcel": parcel}, {"customs": "2244", "carrier": FIRM, "transport": "5"})
    say("payer", "finance.fx-settled", subjects, data)
    with refused("settled-twice"):
        say("payer", "finance.fx-settled", subjects, data)


def test_a_declaration_is_claimed_once_under_whatever_name_of_its_list_until_the_claim_is_returned(office, say):
    """Only the tax office can tell which number the name of a claim stands for; the declaration tells by itself."""
    _, declaration, parcel = declare_export(office, say, "claimed under two names")
    say("carrier", "transport.departure", {"parcel": parcel}, {"customs": "2244", "carrier": FIRM, "transport": "5"})
    first = refund(say, declaration, list_="L21", invoice="I21")
    with refused("declaration-claimed-twice"):
        refund(say, declaration, list_="no list at all", invoice="I22")
    lists = {"lists": [claim("tax", "L21")], "invoices": [claim("tax", "I21")]}
    say("tax", "finance.refund-returned", lists, {"reason": "incomplete"}, [first])
    second = refund(say, declaration, list_="another name", invoice="I23")
    with refused("declaration-claimed-twice"):
        refund(say, declaration, list_="L21", invoice="I21")
    say("tax", "finance.refund-decided", data=DECIDED, about=[second])
    with refused("declaration-claimed-twice"):
        refund(say, declaration, list_="yet another", invoice="I24")


def test_what_left_does_not_let_through_what_did_not(office, say):
    """One claim or settlement names several declarations: each of them has to have left."""
    _, left, parcel = declare_export(office, say, "one that leaves")
    _, stays, _ = declare_export(office, say, "one that stays")
    say("carrier", "transport.departure", {"parcel": parcel}, {"customs": "2244", "carrier": FIRM, "transport": "5"})
    for declarations in ([left, stays], [stays, left]):
        with refused("claimed-before-departure"):
            say(
                "seller", "finance.refund-claimed",
                {"declarations": declarations, "lists": [claim("tax", "L8"), claim("tax", "L9")]},
                {"treatment": "refund", "period": "2026-11"},
            )  # fmt: skip
        with refused("settled-before-departure"):
            say(
                "payer", "finance.fx-settled", {"declarations": declarations, "receipts": [claim("exchange", "R9")]},
                {"currency": "502", "method": "foreign-exchange"},
            )  # fmt: skip


def test_a_warehouse_receipt_is_pledged_once_until_it_is_released(office, say):
    receipt, data = {"receipt": claim("exchange", "W1")}, {"lender": "示例银行", "warehouse": "示例仓"}
    client, standpoint = published(office), office.world.standpoint()
    assert read_history(client, "claim", receipt["receipt"], standpoint).events == ()
    pledged = say("warehouse", "finance.pledged", receipt, data, until=now() + DAY)
    with refused("pledged-twice"):
        say("warehouse", "finance.pledged", receipt, data, until=now() + DAY)
    say("warehouse", "finance.pledge-released", receipt, {"reason": "repaid"}, [pledged])
    again = say("warehouse", "finance.pledged", receipt, data, until=now() + DAY)
    told = read_history(published(office), "claim", receipt["receipt"], standpoint).events
    assert [told[0].event.name, told[-1].event.name, len(told)] == [pledged.name, again.name, 3]


def declare_import(office):
    purchase = office.purchase().say("order", "waybill", "list")
    return purchase, purchase.said["list"]


def standing(office, purchase):
    published(office)
    story = office.world.ledger.prover.trace(purchase.parcel, walk="parties").verdict.story
    (found,) = declarations_told(story)
    return found.standing


def declare_again(say, listed):
    """Cancel a list, as customs does, and return another one of the same order."""
    subjects, data = listed_again(listed)
    cancel(say, listed)
    return say("seller", "clearance.list", subjects, data)


def cancel(say, listed):
    month = {"month": parse_body(listed.body).subjects["month"]}
    say("customs", "clearance.list-cancelled", month, {"customs": "2244"}, [listed])


def listed_again(listed):
    body = parse_body(listed.body)
    return {**body.subjects, "declaration": handle("declaration", f"again {listed.name.hex()}")}, body.data


def test_what_was_cancelled_after_its_inspection_is_declared_inspected_and_released_again(office, say):
    """Both lists are of one order, whose trace has what was done with either."""
    _, listed = declare_import(office)
    say("customs", "clearance.inspection", data={"result": "non-conformant"}, about=[listed])
    again = declare_again(say, listed)
    say("customs", "clearance.inspection", data={"result": "conformant"}, about=[again])
    with refused("inspected-twice"):
        say("customs", "clearance.inspection", data={"result": "conformant"}, about=[again])
    say("customs", "clearance.release", data={"code": "800"}, about=[again])
    with refused("released-twice"):
        say("customs", "clearance.release", data={"code": "800"}, about=[again])


def test_what_was_released_and_then_cancelled_is_withdrawn_declared_inspected_and_released_again(office, say):
    _, listed = declare_import(office)
    say("customs", "clearance.inspection", data={"result": "conformant"}, about=[listed])
    released = say("customs", "clearance.release", data={"code": "800"}, about=[listed])
    with refused("withdrawn-before-cancelled"):
        say("customs", "clearance.release-withdrawn", data={"basis": TEXT}, about=[released])
    cancel(say, listed)
    with refused("declared-while-released"):
        say("seller", "clearance.list", *listed_again(listed))
    say("customs", "clearance.release-withdrawn", data={"basis": TEXT}, about=[released])
    with refused("withdrawn-without-release"):
        say("customs", "clearance.release-withdrawn", data={"basis": TEXT}, about=[released])
    with refused("inspected-after-cancelled"):
        say("customs", "clearance.inspection", data={"result": "conformant"}, about=[listed])
    again = say("seller", "clearance.list", *listed_again(listed))
    with refused("released-before-inspected-again"):
        say("customs", "clearance.release", data={"code": "800"}, about=[again])
    say("customs", "clearance.inspection", data={"result": "conformant"}, about=[again])
    for type_ in ("release", "joint-release"):
        with refused("released-before-inspected-again"):
            say("customs", f"clearance.{type_}", data={"code": "800"}, about=[listed])
    say("customs", "clearance.release", data={"code": "800"}, about=[again])
    for type_ in ("release", "joint-release"):
        with refused("released-twice"):
            say("customs", f"clearance.{type_}", data={"code": "800"}, about=[again])


@pytest.mark.parametrize("code", ["delivered-while-withdrawn", "withdrawn-after-delivered"])
def test_goods_that_are_handed_over_and_a_release_that_is_taken_back_contradict(office, say, code):
    purchase, listed = declare_import(office)
    released = release(say, listed, purchase.parcel)
    signed = ("carrier", "delivery.signed", {"parcel": purchase.parcel}, {"carrier": FIRM})
    if code == "withdrawn-after-delivered":
        say(*signed)
    cancel(say, listed)
    say("customs", "clearance.release-withdrawn", data={"basis": TEXT}, about=[released])
    if code == "delivered-while-withdrawn":
        say(*signed)
    published(office)
    verdict = office.world.ledger.prover.trace(purchase.parcel, walk="parties").verdict
    assert verdict.outcome == "contradictory"
    assert code in str(verdict.error)


def test_an_export_that_was_cancelled_after_its_release_is_released_again_with_its_parcel(office, say):
    """The parcel's own trace has both releases, and no list; a taking back stands there between them."""
    listed, _, parcel = list_export(office, say, "cancelled late")
    released = release(say, listed, parcel)
    cancel(say, listed)
    again = say("seller", "clearance.export-list", *listed_again(listed))
    with refused("released-twice"):
        release(say, again, parcel)
    say("customs", "clearance.release-withdrawn", data={"basis": TEXT}, about=[released])
    with refused("released-before-inspected-again"):
        say("customs", "clearance.release", {"parcel": parcel}, {"code": "800"}, [listed])
    say("customs", "clearance.release", {"parcel": parcel}, {"code": "800"}, [again])
    with refused("released-twice"):
        say("customs", "clearance.release", {"parcel": parcel}, {"code": "800"}, [again])


def test_each_list_of_an_order_is_cancelled_once(office, say):
    _, listed = declare_import(office)
    again = declare_again(say, listed)
    with refused("cancelled-twice"):
        cancel(say, listed)
    cancel(say, again)
    with refused("cancelled-twice"):
        cancel(say, again)


def test_a_hold_stops_a_release_until_it_is_lifted_and_a_seizure_for_good(office, say):
    purchase, listed = declare_import(office)
    say("customs", "clearance.inspection", data={"result": "conformant"}, about=[listed])
    hold = say("customs", "clearance.hold", data={"category": "quarantine", "basis": TEXT}, about=[listed])
    assert standing(office, purchase) == "held"
    with refused("released-while-held"):
        say("customs", "clearance.release", data={"code": "800"}, about=[listed])
    say("customs", "clearance.hold-lifted", data={"basis": TEXT}, about=[hold])
    assert standing(office, purchase) == "open"
    say("customs", "clearance.release", data={"code": "800"}, about=[listed])
    assert standing(office, purchase) == "released"
    with refused("released-twice"):
        say("customs", "clearance.joint-release", data={"code": "800"}, about=[listed])

    seized, other = declare_import(office)
    with refused("seized-without-hold"):
        say("customs", "clearance.seizure", data={"category": "quarantine", "basis": TEXT}, about=[other])
    say("customs", "clearance.inspection", data={"result": "non-conformant"}, about=[other])
    say("customs", "clearance.hold", data={"category": "quarantine", "basis": TEXT}, about=[other])
    say("customs", "clearance.seizure", data={"category": "quarantine", "basis": TEXT}, about=[other])
    assert standing(office, seized) == "seized"
    with refused("released-while-held"):
        say("customs", "clearance.release", data={"code": "800"}, about=[other])


def test_a_joint_release_counts_once_customs_and_inspection_stand_behind_it(office, say):
    purchase, listed = declare_import(office)
    with refused("released-before-inspected"):
        say("customs", "clearance.joint-release", data={"code": "800"}, about=[listed])
    say("inspection", "clearance.inspection", data={"result": "conformant"}, about=[listed])
    released = say("customs", "clearance.joint-release", data={"code": "800"}, about=[listed])
    assert outcome(office, purchase, released) == "not yet recognised"
    office.world.endorse("inspection", released)
    assert outcome(office, purchase, released) == "recognised"
    assert standing(office, purchase) == "released"


def outcome(office, purchase, event):
    published(office)
    story = office.world.ledger.prover.trace(purchase.parcel, walk="parties").verdict.story
    return next(each.recognition.outcome for each in story.timeline if each.event.name == event.name)


def test_a_transit_is_open_until_the_district_that_it_goes_to_closes_it(office, say):
    purchase, _ = declare_import(office)
    subjects = {"transit": handle("transit", "1"), "goods": [purchase.parcel]}
    data = {"from": "2244", "to": "2900", "transport": "4"}
    opened = say("customs", "clearance.transit-opened", subjects, data, to=office.uri("customs"))
    with refused("already-in-transit"):
        say("customs", "clearance.transit-opened", {**subjects, "transit": handle("transit", "2")}, data,
            to=office.uri("customs"))  # fmt: skip
    say("customs", "clearance.transit-closed", data={"outcome": "complete"}, about=[opened])
    with refused("transit-not-open"):
        say("customs", "clearance.transit-closed", data={"outcome": "complete"}, about=[opened])
    again = {**subjects, "transit": handle("transit", "3")}
    say("customs", "clearance.transit-opened", again, data, to=office.uri("customs"))


def test_an_exhibit_goes_out_once_and_comes_back(office, say):
    item = f"{PRODUCT}/21/SHOWN"
    say("seller", "transport.commissioning", {"item": item, "product": PRODUCT},
        {"action": "ADD", "bizStep": "commissioning"})  # fmt: skip
    out = {"place": "Example shop", "purpose": "shop"}
    first = say("seller", "aftersales.exhibit-out", {"goods": [item]}, out, until=now() + DAY)
    with refused("exhibited-twice"):
        say("seller", "aftersales.exhibit-out", {"goods": [item]}, out, until=now() + DAY)
    say("seller", "aftersales.exhibit-returned", data={"condition": "complete"}, about=[first])
    with refused("returned-without-exhibit"):
        say("seller", "aftersales.exhibit-returned", data={"condition": "complete"}, about=[first])
