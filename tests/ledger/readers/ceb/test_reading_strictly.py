"""The tables as they are: a fault for everything else, named by its element."""

import pytest

from ledger.readers.ceb import Mode, read_message
from ledger.readers.ceb.signature import State
from tests.ledger.readers.ceb.edit import CODES, before, behind, drop, joined, messages, part, put, replace
from verifier.errors import MalformedError

ORDER, PAYMENT, WAYBILL = messages()["CEB311"], messages()["CEB411"], messages()["CEB511"]
STATUS, LIST, RETURN = messages()["CEB513"], messages()["CEB621"], messages()["CEB625"]
SUBSCRIBE = (
    "<ceb:BaseSubscribe><ceb:status>ALL</ceb:status><ceb:dxpMode>DXP</ceb:dxpMode><ceb:dxpAddress/></ceb:BaseSubscribe>"
)
EXTEND = (
    "<ceb:ExtendMessage><ceb:name/><ceb:version>1</ceb:version><ceb:Message><x xmlns='urn:own'><y z='1'/></x>"
    "</ceb:Message></ceb:ExtendMessage>"
)


@pytest.mark.parametrize("code", CODES)
def test_a_message_that_keeps_its_table_has_one_document_and_no_fault(code):
    reading = read_message(messages()[code])
    assert (reading.message, reading.mode, reading.all_faults, reading.all_departures) == (code, Mode.STRICT, (), ())
    (document,) = reading.usable
    assert document.head["guid"] != reading.guid
    assert document.source == messages()[code]


def test_values_are_kept_by_element_name():
    (document,) = read_message(LIST).usable
    assert document.path == "Inventory[1]"
    assert document.head["tradeMode"] == "9610"
    assert "preNo" not in document.head
    assert [line["gnum"] for line in document.lines] == ["1", "2"]
    assert document.lines[0]["barCode"] == "9520000000110"


@pytest.mark.parametrize(
    ("data", "field", "expected"),
    [
        (put(ORDER, "guid", "SHORT"), "Order[1]/OrderHead/guid", "36 characters"),
        (put(ORDER, "guid", "abc" + "0" * 33), "Order[1]/OrderHead/guid", "capital letters only"),
        (put(ORDER, "appType", "4"), "Order[1]/OrderHead/appType", "one of 1, 2, 3"),
        (put(ORDER, "appStatus", "3"), "Order[1]/OrderHead/appStatus", "one of 1, 2"),
        (put(ORDER, "appTime", "20260230120000"), "Order[1]/OrderHead/appTime", "a time YYYYMMDDhhmmss, from 1970 on"),
        (put(ORDER, "orderType", "E"), "Order[1]/OrderHead/orderType", "I"),
        (put(ORDER, "orderNo", ""), "Order[1]/OrderHead/orderNo", "1 to 60 characters"),
        (put(ORDER, "orderNo", "8" * 61), "Order[1]/OrderHead/orderNo", "1 to 60 characters"),
        (put(ORDER, "ebpCode", "1" * 19), "Order[1]/OrderHead/ebpCode", "1 to 18 characters"),
        (put(ORDER, "currency", "840"), "Order[1]/OrderHead/currency", "142"),
        (put(ORDER, "consigneeDistrict", "12345"), "Order[1]/OrderHead/consigneeDistrict", "6 characters"),
        (put(ORDER, "batchNumbers", "8" * 101), "Order[1]/OrderHead/batchNumbers", "0 to 100 characters"),
        (put(ORDER, "unit", "0a7"), "Order[1]/OrderList[1]/unit", "digits and capital letters only"),
        (put(PAYMENT, "payTime", "2026-06-07 17:13:00"), "Payment[1]/PaymentHead/payTime", None),
        (put(WAYBILL, "packNo", "2"), "Logistics[1]/LogisticsHead/packNo", "1"),
        (put(WAYBILL, "packNo", "1.0"), "Logistics[1]/LogisticsHead/packNo", "a whole number of at most 9 digits"),
        (put(STATUS, "logisticsStatus", "R"), "LogisticsStatus[1]/logisticsStatus", "S"),
        (put(LIST, "tradeMode", "0110"), "Inventory[1]/InventoryHead/tradeMode", "one of 9610, 1210, 1239"),
        (put(LIST, "ieFlag", "E"), "Inventory[1]/InventoryHead/ieFlag", "I"),
        (put(LIST, "declTime", "20261301"), "Inventory[1]/InventoryHead/declTime", "a day YYYYMMDD, from 1970 on"),
        (put(LIST, "customsCode", "37X0"), "Inventory[1]/InventoryHead/customsCode", "digits only"),
        (put(LIST, "gcode", "85414010"), "Inventory[1]/InventoryList[1]/gcode", "10 characters"),
        (put(RETURN, "invtNo", "9" * 19), "InvtRefund[1]/InvtRefundHead/invtNo", "1 to 18 characters"),
        (put(ORDER, "dxpMode", "MQX"), "BaseTransfer/dxpMode", "DXP"),
        (behind(ORDER, "BaseTransfer", SUBSCRIBE.replace("ALL", "SOME")), "BaseSubscribe[1]/status", None),
    ],
)
def test_a_value_outside_its_type_or_code_list_is_named_by_its_path(data, field, expected):
    (fault,) = read_message(data).all_faults
    assert isinstance(fault, MalformedError)
    assert fault.field == field
    assert fault.expected == expected or expected is None


@pytest.mark.parametrize("text", ["", "1e3", "1,5", "0.123456", "12345678901234567890", "NaN", "--1", ".", "٣"])
def test_what_is_no_number_of_nineteen_digits_is_refused(text):
    (fault,) = read_message(put(ORDER, "acturalPaid", text)).all_faults
    assert fault.field == "Order[1]/OrderHead/acturalPaid"
    assert "19 digits" in fault.expected


@pytest.mark.parametrize(
    ("data", "field", "came"),
    [
        (drop(ORDER, "acturalPaid"), "Order[1]/OrderHead/acturalPaid", "nothing"),
        (drop(ORDER, "OrderHead"), "Order[1]/OrderHead", "nothing"),
        (drop(drop(ORDER, "OrderList"), "OrderList"), "Order[1]/OrderList", "nothing"),
        (drop(ORDER, "Order"), "Order", "nothing"),
        (drop(ORDER, "BaseTransfer"), "BaseTransfer", "nothing"),
        (drop(ORDER, "copCode"), "BaseTransfer/copCode", "nothing"),
        (drop(LIST, "Signature"), "Signature", "nothing"),
        (drop(RETURN, "Signature"), "Signature", "nothing"),
        (behind(ORDER, "orderNo", part(ORDER, "orderNo")), "Order[1]/OrderHead/orderNo", "2 of them"),
        (behind(ORDER, "OrderHead", part(ORDER, "OrderHead")), "Order[1]/OrderHead", "2 of them"),
        (behind(ORDER, "BaseTransfer", part(ORDER, "BaseTransfer")), "BaseTransfer", "2 of them"),
        (behind(ORDER, "BaseTransfer", 6 * SUBSCRIBE), "BaseSubscribe", "6 of them"),
        (behind(ORDER, "BaseTransfer", 2 * EXTEND), "ExtendMessage", "2 of them"),
        (before(ORDER, "BaseTransfer", 100 * part(ORDER, "Order")), "Order", "101 of them"),
        (behind(ORDER, "orderNo", "<ceb:extra/>"), "Order[1]/OrderHead", "extra"),
        (behind(ORDER, "OrderHead", "<ceb:OrderTail/>"), "Order[1]", "OrderTail"),
        (behind(ORDER, "Order", "<ceb:Payment/>"), "message", "Payment"),
        (behind(ORDER, "orderNo", "<x xmlns='urn:own'/>"), "Order[1]/OrderHead", "x in urn:own"),
        (put(ORDER, "orderNo", "<ceb:a/>"), "Order[1]/OrderHead/orderNo", "elements"),
        (replace(ORDER, "<ceb:orderNo>", '<ceb:orderNo kind="1">'), "Order[1]/OrderHead/orderNo", "attribute kind"),
        (replace(ORDER, "<ceb:Order>", '<ceb:Order kind="1">'), "Order[1]", "attribute kind"),
        (behind(ORDER, "orderNo", "words"), "Order[1]/OrderHead", "text between elements"),
        (replace(ORDER, ' version="1.0">', ">"), "@version", "nothing"),
        (replace(ORDER, ' version="1.0">', ' version="2.0">'), "@version", "2.0"),
        (replace(ORDER, ' version="1.0">', ' version="1.0" kind="1">'), "message", "attribute kind"),
        (replace(ORDER, "CEB311Message", "CEB311", 2), "root element", "CEB311"),
    ],
)
def test_structure_that_the_table_does_not_have_is_named(data, field, came):
    faults = [(fault.field, fault.came) for fault in read_message(data).all_faults]
    assert (field, came) in faults
    assert len(faults) == 1


def test_lines_are_at_most_99():
    many = ORDER.decode()
    line = part(ORDER, "OrderList")
    numbered = [line.replace("<ceb:gnum>1<", f"<ceb:gnum>{number}<") for number in range(3, 101)]
    reading = read_message(many.replace("</ceb:Order>", "".join(numbered) + "</ceb:Order>").encode())
    assert [str(fault) for fault in reading.all_faults] == ["Order[1]/OrderList: came 100 of them, expected at most 99"]
    assert not reading.usable


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (put(ORDER, "gnum", "1", 1), "a number from 1 on, each once"),
        (put(ORDER, "gnum", "0", 1), "a number from 1 on, each once"),
        (put(ORDER, "gnum", "-2", 1), "a number from 1 on, each once"),
        (put(ORDER, "gnum", "3", 1), "2, as lines count up from 1"),
    ],
)
def test_lines_count_up_from_1(data, expected):
    (fault,) = read_message(data).all_faults
    assert (fault.field, fault.expected) == ("Order[1]/OrderList[2]/gnum", expected)


def test_a_return_keeps_the_numbers_of_the_list():
    assert not read_message(put(RETURN, "gnum", "2")).all_faults


def test_elements_out_of_order_are_named_once():
    data = before(drop(ORDER, "orderNo"), "appType", part(ORDER, "orderNo"))
    (fault,) = read_message(data).all_faults
    assert (fault.field, fault.came) == ("Order[1]/OrderHead/appType", "behind orderNo")


def test_an_empty_optional_element_of_fixed_length_is_a_fault():
    (fault,) = read_message(put(ORDER, "consigneeDistrict", "")).all_faults
    assert (fault.field, fault.came) == ("Order[1]/OrderHead/consigneeDistrict", "an empty element")


def test_empty_elements_that_may_be_empty_are_left_out():
    (document,) = read_message(put(ORDER, "batchNumbers", "")).usable
    assert "batchNumbers" not in document.head


def test_one_bad_document_does_not_hide_the_others():
    orders = [messages(seed)["CEB311"] for seed in (1, 2, 3)]
    orders[1] = put(put(orders[1], "acturalPaid", "much"), "barCode", "9" * 51)
    reading = read_message(joined(*orders, node="Order"))
    assert [each.path for each in reading.usable] == ["Order[1]", "Order[3]"]
    assert [fault.field for fault in reading.all_faults] == [
        "Order[2]/OrderHead/acturalPaid",
        "Order[2]/OrderList[1]/barCode",
    ]
    assert reading.documents[1].document is None
    assert reading.faults == ()


def test_no_document_is_usable_behind_a_faulty_envelope():
    reading = read_message(drop(ORDER, "BaseTransfer"))
    assert reading.documents[0].document is not None
    assert reading.usable == ()


def test_a_flood_of_faults_is_cut_off():
    reading = read_message(replace(ORDER, "</ceb:OrderHead>", 5_000 * "<ceb:x/>" + "</ceb:OrderHead>"))
    assert len(reading.all_faults) == 201
    assert reading.all_faults[-1].came == "more faults"


def test_envelope_parts_that_may_be_there_are_read():
    data = behind(ORDER, "BaseTransfer", SUBSCRIBE + EXTEND + part(LIST, "Signature"))
    reading = read_message(data)
    assert not reading.all_faults
    assert reading.signature.state is State.NOT_CHECKED
    assert read_message(ORDER).signature.state is State.ABSENT


def test_a_schema_location_is_a_hint_that_nobody_follows():
    hint = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a http://localhost:9/none.xsd" '
    )
    assert not read_message(replace(ORDER, 'guid="', hint + 'guid="')).all_faults


def test_prefix_byte_order_mark_comments_and_character_data_do_not_matter():
    text = ORDER.decode().replace("ceb:", "").replace("xmlns:ceb", "xmlns").replace('xmlns:="', 'xmlns="')
    text = text.replace('<CEB311Message xmlns="', '<CEB311Message xmlns="', 1)
    text = text.replace("<orderNo>", "<!-- a number --><orderNo><![CDATA[").replace("</orderNo>", "]]></orderNo>")
    reading = read_message(b"\xef\xbb\xbf" + text.encode())
    assert not reading.all_faults
    assert reading.usable[0].head == read_message(ORDER).usable[0].head


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (replace(ORDER, "CEB311", "CEB999", 2), "root element"),
        (replace(ORDER, "CEB311Message", "Order311", 2), "root element"),
        (replace(ORDER, "http://www.chinaport.gov.cn/ceb", "http://www.chinaport.gov.cn/CEB"), "namespace"),
        (b"<CEB311Message/>", "namespace"),
        (b'<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp"/>', "namespace"),
    ],
)
def test_another_root_or_namespace_is_refused(data, field):
    with pytest.raises(MalformedError) as refused:
        read_message(data)
    assert refused.value.field == field


def test_a_transport_envelope_is_told_to_be_unpacked():
    with pytest.raises(MalformedError, match="Unpack a transport envelope"):
        read_message(b'<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp"/>')


def test_personal_values_are_in_no_error_message():
    data = put(put(put(ORDER, "buyerName", "张" * 61), "consigneeAddress", ""), "note", "某" * 1001)
    texts = [str(fault) for fault in read_message(data).all_faults]
    assert len(texts) == 3
    assert not any("张" in text or "某" in text for text in texts)
    assert "61 characters" in texts[0]
