"""From documents to drafts: what stands where, and what no event can say."""

from dataclasses import replace as changed
from decimal import Decimal

import pytest

from fixtures.messages import EXAMPLE_COMPANIES, Written, export_messages, write_message
from ledger.readers.ceb import DrawnHandles, Facts, Mode, draft_event, read_message
from ledger.readers.ceb.values import milliseconds
from tests.ledger.readers.ceb.edit import CODES, ITEM, drop, messages, part, put, replace
from verifier.errors import IncompleteError, MalformedError, SuyuanError, TooLargeError, UnsupportedError
from verifier.ledgerformat.vocabulary import parse_type
from verifier.vocabulary import type_files

MESSAGES = {**messages(), **export_messages(7)}
SELLER = EXAMPLE_COMPANIES.seller
FACTS = Facts(item=ITEM)


@pytest.fixture
def handles():
    drawn = iter(range(1, 200))
    return DrawnHandles(lambda size: bytes([next(drawn)]) * size)


def draft(data, handles, facts=FACTS, mode=Mode.STRICT):
    (document,) = read_message(data, mode).usable
    return draft_event(document, handles=handles, facts=facts)


def field(data, element):
    return part(data, element).split(">")[1].split("<")[0]


def test_an_order(handles):
    data = messages()["CEB311"]
    event = draft(data, handles, Facts(to=f"urn:suyuan:enterprise:{SELLER.code}"))
    assert event.type == "order.placed"
    assert event.time == milliseconds(field(data, "appTime"))
    assert event.subjects == dict.fromkeys(("order", "total"), f"urn:suyuan:order:{'01' * 16}")
    assert event.data == {
        "platform": {"code": EXAMPLE_COMPANIES.platform.code, "name": EXAMPLE_COMPANIES.platform.name},
        "seller": {"code": SELLER.code, "name": SELLER.name},
        "lineCount": 2,
        "document": {"message": "CEB311", "guid": field(data, "guid"), "appType": "1"},
        "sourceSignature": "not-checked",
    }
    assert event.disclosed["/number"] == field(data, "orderNo")
    assert event.disclosed["/buyer"]["idNumber"] == field(data, "buyerIdNumber")
    assert event.disclosed["/consignee"]["address"] == field(data, "consigneeAddress")
    assert event.disclosed["/payment"]["transaction"] == field(data, "payTransactionId")
    assert event.disclosed["/lines"]["items"][1]["barCode"] == "9520000000127"
    assert event.disclosed["/remarks"] == {"note": field(data, "note")}
    assert event.to == f"urn:suyuan:enterprise:{SELLER.code}"


@pytest.mark.parametrize("to", ["示例公司", ITEM, "urn:suyuan:enterprise:1105910159"])
def test_only_a_participant_takes_an_order_over(to, handles):
    with pytest.raises(MalformedError, match=r"facts\.to"):
        draft(messages()["CEB311"], handles, Facts(to=to))


def test_amounts_are_texts_without_needless_zeros(handles):
    data = put(put(messages()["CEB311"], "acturalPaid", "+0819.50"), "discount", "0.00")
    amounts = draft(data, handles).disclosed["/amounts"]
    assert (amounts["paid"], amounts["discount"], amounts["currency"]) == ("819.5", "0", "142")


def test_an_order_without_payment_discloses_none(handles):
    data = messages()["CEB311"]
    for element in ("payCode", "payName", "payTransactionId", "note", "batchNumbers"):
        data = drop(data, element)
    assert not {"/payment", "/remarks"} & draft(data, handles).disclosed.keys()
    assert "batches" not in draft(data, handles).disclosed["/lines"]


def test_a_payment(handles):
    data = messages()["CEB411"]
    event = draft(data, handles)
    assert (event.type, event.time) == ("order.payment", milliseconds(field(data, "payTime")))
    assert event.data["firm"] == {"code": EXAMPLE_COMPANIES.payment.code, "name": EXAMPLE_COMPANIES.payment.name}
    assert event.disclosed["/platform"]["code"] == field(data, "ebpCode")
    assert event.disclosed["/transaction"] == field(data, "payTransactionId")
    assert event.disclosed["/payer"]["name"] == field(data, "payerName")
    assert event.disclosed["/amount"]["currency"] == "142"


def test_a_waybill(handles):
    event = draft(messages()["CEB511"], handles, Facts(unit="https://id.gs1.org/00/195200000000000013"))
    assert event.type == "transport.waybill"
    assert event.subjects["unit"] == "https://id.gs1.org/00/195200000000000013"
    assert event.data["packages"] == 1
    assert event.disclosed["/consignee"].keys() == {"name", "telephone", "address"}
    assert event.disclosed["/goods"]["bill"] == field(messages()["CEB511"], "billNo")
    assert "unit" not in draft(messages()["CEB511"], handles).subjects


def test_an_import_list(handles):
    data = messages()["CEB621"]
    event = draft(data, handles)
    assert event.type == "clearance.list"
    assert event.subjects["products"] == [f"https://id.gs1.org/01/0952000000{n}" for n in ("0110", "0127")]
    assert event.subjects["enterprise"] == f"urn:suyuan:enterprise:{SELLER.code}"
    day = field(data, "declTime")
    assert event.subjects["month"] == f"urn:suyuan:set:lists:{SELLER.code}:{day[:4]}-{day[4:6]}"
    assert event.data["declaredOn"] == day
    assert (event.data["tradeMode"], event.data["origin"], event.data["transport"]) == ("9610", "609", "5")
    assert "book" not in event.data
    assert event.disclosed["/numbers"]["own"] == field(data, "copNo")
    assert event.disclosed["/lines"]["packages"] == "1"
    assert event.disclosed["/charges"]["guarantor"] == SELLER.code


def test_a_bonded_list_names_its_account_book(handles):
    bonded = replace(messages()["CEB621"], "<ceb:ieFlag>", "<ceb:emsNo>T9999W000001</ceb:emsNo><ceb:ieFlag>")
    assert draft(put(bonded, "tradeMode", "1210"), handles).data["book"] == "T9999W000001"


def test_a_delivery_happens_when_it_was_signed_for(handles):
    data = put(messages()["CEB513"], "logisticsTime", "20260102030405")
    event = draft(data, handles)
    assert (event.type, event.time) == ("delivery.signed", 1_767_294_245_000)
    assert event.disclosed == {"/number": field(data, "logisticsNo")}


def test_a_return(handles):
    event = draft(messages()["CEB625"], handles)
    assert (event.type, event.subjects["item"]) == ("aftersales.return", ITEM)
    assert event.data["lineCount"] == 1
    assert event.disclosed["/numbers"]["customs"] == field(messages()["CEB625"], "invtNo")
    assert event.disclosed["/reason"] == {"reason": field(messages()["CEB625"], "reason")}


LINE = "urn:suyuan:order-line:" + "0c" * 16


@pytest.mark.parametrize(("code", "role"), [("CEB311", "order"), ("CEB603", "declaration")])
def test_what_is_ordered_or_listed_for_export_says_how_much_may_come_back_and_a_change_does_not(code, role, handles):
    data = MESSAGES[code]
    event = draft(data, handles)
    assert event.subjects["total"] == event.subjects[role]
    made = sum(Decimal(each["quantity"]) for each in event.disclosed["/lines"]["items"])
    assert Decimal(event.disclosed["/quantity"]) == made
    changed = draft(put(data, "appType", "2"), handles)
    assert "total" not in changed.subjects
    assert "/quantity" not in changed.disclosed


def test_of_a_return_of_several_items_each_is_counted_for_itself(handles):
    assert draft(messages()["CEB625"], handles, Facts(item=ITEM, quantity="1.5")).data["quantity"] == "1.5"


def test_a_return_of_an_orders_line_says_in_clear_how_much_is_counted(handles):
    event = draft(messages()["CEB625"], handles, Facts(item=ITEM, line=LINE))
    assert event.subjects["line"] == LINE
    assert event.data["quantity"] == event.disclosed["/lines"]["items"][0]["quantity"]
    rules = parse_type(type_files()["aftersales.return"], "type").counts
    assert [(rule.role, rule.amount, rule.adds) for rule in rules] == [
        ("order", "/quantity", False),
        ("line", "/quantity", False),
    ]


def test_several_lines_are_not_counted_as_one(handles):
    (document,) = read_message(messages()["CEB625"]).usable
    second = {**document.lines[0], "gnum": "2"}
    data = write_message(
        "CEB625", [Written(document.head, [document.lines[0], second])], guid="A" * 36, sender=EXAMPLE_COMPANIES.agent
    )
    together = draft(data, handles).data
    assert (together["lineCount"], Decimal(together["quantity"])) == (2, 2 * Decimal(document.lines[0]["qty"]))
    with pytest.raises(MalformedError, match=r"facts\.line: came 2 lines"):
        draft(data, handles, Facts(item=ITEM, line=LINE))


def test_the_documents_of_a_parcel_meet_in_their_handles(handles):
    order, payment, waybill, status, entry, returned = (draft(messages()[code], handles).subjects for code in CODES)
    assert len({each["order"] for each in (order, payment, waybill, entry, returned)}) == 1
    assert waybill["parcel"] == status["parcel"]


@pytest.mark.parametrize("code", CODES)
def test_the_message_goes_along_as_it_came(code, handles):
    attachment = draft(messages()[code], handles).attachments["/source"]
    assert (attachment.media_type, attachment.content) == ("application/xml", messages()[code])


@pytest.mark.parametrize("code", CODES)
def test_a_document_number_that_is_no_guid_is_not_shown(code, handles):
    data = put(messages()[code], "guid", "ZHANGSAN-990000199001011234-12345678")
    assert "document" not in draft(data, handles).data


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(("element", "value"), [("appStatus", "1"), ("appType", "3")])
def test_drafts_at_the_port_and_deletions_become_no_event(code, element, value, handles):
    with pytest.raises(UnsupportedError) as refused:
        draft(put(messages()[code], element, value), handles)
    assert refused.value.field.endswith(f"/{element}")


def test_a_change_is_reported_as_one(handles):
    assert draft(put(messages()["CEB311"], "appType", "2"), handles).data["document"]["appType"] == "2"


@pytest.mark.parametrize(
    ("code", "element", "value", "refusal"),
    [
        ("CEB511", "packNo", "6000", MalformedError),
        ("CEB511", "weight", "-1", MalformedError),
        ("CEB511", "weight", "123456789012345", MalformedError),
        ("CEB513", "logisticsStatus", "R", MalformedError),
        ("CEB621", "tradeMode", "0110", MalformedError),
        ("CEB621", "ieFlag", "E", MalformedError),
        ("CEB621", "customsCode", "张三李四", MalformedError),
        ("CEB621", "portCode", "ABCD", MalformedError),
        ("CEB621", "country", "nzl", MalformedError),
        ("CEB311", "appType", "9", UnsupportedError),
    ],
)
def test_what_a_lenient_reader_accepts_may_be_more_than_an_event_can_say(code, element, value, refusal, handles):
    with pytest.raises(refusal) as refused:
        draft(put(messages()[code], element, value), handles, mode=Mode.LENIENT)
    assert refused.value.field.endswith(f"Head/{element}") or code == "CEB513"


def test_a_list_of_a_seller_with_a_customs_code_needs_its_enterprise(handles):
    data = put(messages()["CEB621"], "ebcCode", "1105910159")
    with pytest.raises(IncompleteError, match=r"facts\.enterprise"):
        draft(data, handles)
    given = Facts(enterprise=f"urn:suyuan:enterprise:{SELLER.code}")
    assert draft(data, handles, given).subjects["enterprise"] == given.enterprise


@pytest.mark.parametrize("bar_code", ["无", "2345123", "9520000000111", "2012345678900"])
def test_a_line_without_gtin_needs_its_product(bar_code, handles):
    data = put(messages()["CEB621"], "barCode", bar_code, 1)
    with pytest.raises(IncompleteError, match=r"facts\.products\[2\]"):
        draft(data, handles)
    given = Facts(products={2: "https://id.gs1.org/01/09520000000134"})
    assert draft(data, handles, given).subjects["products"][1] == "https://id.gs1.org/01/09520000000134"


@pytest.mark.parametrize(
    "products", [{3: "https://id.gs1.org/01/09520000000134"}, {1: ITEM}, {1: "https://id.gs1.org/01/09520000000111"}]
)
def test_products_that_fit_no_line_or_are_none_are_refused(products, handles):
    with pytest.raises(MalformedError, match=r"facts\.products"):
        draft(messages()["CEB621"], handles, Facts(products=products))


def test_lines_of_one_product_name_it_once(handles):
    data = put(messages()["CEB621"], "barCode", "9520000000110", 1)
    assert draft(data, handles).subjects["products"] == ["https://id.gs1.org/01/09520000000110"]


def test_more_products_than_an_event_can_name_are_refused(handles):
    (document,) = read_message(messages()["CEB621"]).usable
    lines = tuple({**document.lines[0], "gnum": str(n)} for n in range(1, 66))
    given = {n: f"https://id.gs1.org/01/{_gtin(n)}" for n in range(1, 66)}
    with pytest.raises(TooLargeError, match="65 products"):
        draft_event(changed(document, lines=lines), handles=handles, facts=Facts(products=given))


def _gtin(number):
    digits = f"0952{number:09}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def test_a_list_without_any_number_of_its_own_is_refused(handles):
    with pytest.raises(MalformedError, match="copNo, preNo or invtNo"):
        draft(drop(messages()["CEB621"], "copNo"), handles)


def test_a_return_needs_its_item(handles):
    with pytest.raises(IncompleteError, match=r"facts\.item"):
        draft(messages()["CEB625"], handles, Facts())


def test_lines_larger_than_a_disclosure_are_refused_before_anything_is_signed(handles):
    (document,) = read_message(messages()["CEB311"]).usable
    lines = [{**document.lines[0], "gnum": str(n), "gmodel": "规" * 510} for n in range(1, 100)]
    data = write_message("CEB311", [Written(document.head, lines)], guid="A" * 36, sender=EXAMPLE_COMPANIES.platform)
    with pytest.raises(TooLargeError, match="/lines"):
        draft(data, handles)


def test_notes_of_lines_are_remarks_and_nothing_else(handles):
    note = "<ceb:note>给张三的礼物</ceb:note></ceb:OrderList>"
    event = draft(replace(messages()["CEB311"], "</ceb:OrderList>", note), handles)
    assert event.disclosed["/remarks"]["lines"] == {"1": "给张三的礼物"}
    assert "给张三的礼物" not in str(event.disclosed["/lines"])


class _Unknowing:
    def order(self, key):
        raise IncompleteError("order", came=key.number, expected="a handle that its platform has told")


def test_a_handle_that_nobody_knows_is_missed():
    with pytest.raises(SuyuanError, match="handle that its platform"):
        draft(messages()["CEB411"], _Unknowing())
