"""Known departures are accepted, and named; everything else stays a fault."""

import pytest

from fixtures.messages import export_messages, import_messages
from ledger.readers.ceb import Mode, read_message
from tests.ledger.readers.ceb.edit import CODES, before, behind, drop, messages, part, put, replace

EXPORTS, IMPORTS = export_messages(1), import_messages(1)
RETURNED, CUSTOMS_LIST, RESULT = EXPORTS["CEB214"], EXPORTS["CEB603"], EXPORTS["CEB792"]
ORDER, WAYBILL = messages()["CEB311"], messages()["CEB511"]
STATUS, LIST = messages()["CEB513"], messages()["CEB621"]

ACCEPTED = [
    ("further-transfer", behind(ORDER, "BaseTransfer", part(ORDER, "BaseTransfer")), "BaseTransfer", "2 of them"),
    (
        "elements-out-of-order",
        before(drop(ORDER, "orderNo"), "appType", part(ORDER, "orderNo")),
        "Order[1]/OrderHead/appType",
        "behind orderNo",
    ),
    (
        "envelope-out-of-order",
        before(drop(LIST, "Signature"), "Inventory", part(LIST, "Signature")),
        "Inventory",
        "behind Signature",
    ),
    ("short-root", replace(ORDER, "CEB311Message", "CEB311", 2), "root element", "CEB311"),
    ("code-outside-list", put(STATUS, "logisticsStatus", "R"), "LogisticsStatus[1]/logisticsStatus", "R"),
    ("several-packages", put(WAYBILL, "packNo", "6000"), "Logistics[1]/LogisticsHead/packNo", "6000"),
    ("other-currency", put(ORDER, "currency", "840"), "Order[1]/OrderHead/currency", "840"),
    ("lower-case-guid", put(ORDER, "guid", "a" * 36), "Order[1]/OrderHead/guid", "a" * 36),
    ("no-signature", drop(LIST, "Signature"), "Signature", "nothing"),
    (
        "empty-optional",
        put(ORDER, "consigneeDistrict", ""),
        "Order[1]/OrderHead/consigneeDistrict",
        "an empty element",
    ),
    ("short-root-of-a-receipt", replace(RETURNED, "CEB214Message", "CEB214", 2), "root element", "CEB214"),
    (
        "element-of-an-older-version",
        behind(RETURNED, "agentCode", "<ceb:appSenderId>1</ceb:appSenderId>"),
        "RefundReturn[1]/appSenderId",
        "1 of them",
    ),
    (
        "no-gseqno",
        drop(RESULT, "gseqno"),
        "SummaryResult[1]/SummaryResultList[1]/gseqno",
        "nothing",
    ),
    ("list-status", put(IMPORTS["CEB624"], "returnStatus", "23"), "InvtCancelReturn[1]/returnStatus", "23"),
    ("tally-status", put(IMPORTS["CEB712"], "returnStatus", "18"), "DeliveryReturn[1]/returnStatus", "18"),
    ("flow-in-lower-case", put(CUSTOMS_LIST, "ieFlag", "a"), "Inventory[1]/InventoryHead/ieFlag", "a"),
    ("mode-of-general-trade", put(CUSTOMS_LIST, "tradeMode", "0101"), "Inventory[1]/InventoryHead/tradeMode", "0101"),
    ("unit-in-lower-case", put(CUSTOMS_LIST, "unit", "aaa"), "Inventory[1]/InventoryList[1]/unit", "aaa"),
    ("gap-in-lines", put(ORDER, "gnum", "3", 1), "Order[1]/OrderList[2]/gnum", "3"),
]


@pytest.mark.parametrize(("data", "field", "came"), [each[1:] for each in ACCEPTED], ids=[each[0] for each in ACCEPTED])
def test_a_known_departure_is_accepted_and_named(data, field, came):
    lenient = read_message(data, Mode.LENIENT)
    assert lenient.all_faults == ()
    assert len(lenient.usable) == 1
    (departure,) = lenient.all_departures
    assert (departure.field, departure.came) == (field, came)
    assert departure.expected in str(departure)
    (fault,) = read_message(data, Mode.STRICT).all_faults
    assert fault.field == field


@pytest.mark.parametrize("code", CODES)
def test_a_message_without_departure_reads_the_same_in_both_modes(code):
    strict, lenient = (read_message(messages()[code], mode) for mode in (Mode.STRICT, Mode.LENIENT))
    assert lenient.all_departures == ()
    assert lenient.usable == strict.usable


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (drop(ORDER, "orderNo"), "Order[1]/OrderHead/orderNo"),
        (drop(ORDER, "BaseTransfer"), "BaseTransfer"),
        (behind(ORDER, "orderNo", part(ORDER, "orderNo")), "Order[1]/OrderHead/orderNo"),
        (behind(ORDER, "orderNo", "<ceb:extra/>"), "Order[1]/OrderHead"),
        (put(ORDER, "acturalPaid", "much"), "Order[1]/OrderHead/acturalPaid"),
        (put(ORDER, "appTime", "20261332000000"), "Order[1]/OrderHead/appTime"),
        (put(ORDER, "orderNo", "8" * 61), "Order[1]/OrderHead/orderNo"),
        (put(ORDER, "gnum", "1", 1), "Order[1]/OrderList[2]/gnum"),
    ],
)
def test_what_leaves_doubt_is_a_fault_in_lenient_mode_too(data, field):
    reading = read_message(data, Mode.LENIENT)
    assert [fault.field for fault in reading.all_faults] == [field]
    assert reading.usable == ()


def test_of_several_transfers_the_first_counts():
    second = part(ORDER, "BaseTransfer").replace("<ceb:copCode>", "<ceb:copCode>too long to be a code at all")
    assert not read_message(behind(ORDER, "BaseTransfer", second), Mode.LENIENT).all_faults


def test_a_departure_stays_short():
    padded = put(WAYBILL, "packNo", "2" + 500 * " ")
    (departure,) = read_message(padded, Mode.LENIENT).all_departures
    assert len(departure.came) < 130


def test_a_line_without_gseqno_keeps_its_gnum():
    (document,) = read_message(drop(RESULT, "gseqno"), Mode.LENIENT).usable
    assert document.lines[0]["gnum"] == "1"
    assert "gseqno" not in document.lines[0]
    assert document.lines[1]["gseqno"] == "2"


def test_an_element_of_an_older_version_is_left_out():
    data = behind(RETURNED, "agentCode", "<ceb:appSenderId>1</ceb:appSenderId>")
    assert read_message(data, Mode.LENIENT).usable[0].head == read_message(RETURNED).usable[0].head


@pytest.mark.parametrize("code", ["-1", "-621005"])
def test_a_negative_status_is_a_receipt_of_a_failure_and_no_departure(code):
    for data in (IMPORTS["CEB622"], EXPORTS["CEB604"], IMPORTS["CEB900"]):
        assert read_message(put(data, "returnStatus", code)).usable[0].head["returnStatus"] == code


def test_elsewhere_a_missing_element_stays_a_fault():
    for name in ("gnum", "invtNo", "gcode"):
        (fault,) = read_message(drop(RESULT, name), Mode.LENIENT).all_faults
        assert fault.field == f"SummaryResult[1]/SummaryResultList[1]/{name}"
