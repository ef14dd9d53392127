"""Every message of the specification makes drafts that compose, and what they show is nobody's."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.messages import export_messages, import_messages, parcel_messages
from fixtures.zone.actors import all_types
from ledger.admission.schema import check_data
from ledger.compose.event import compose_event
from ledger.readers.ceb import DrawnHandles, Facts, answered_by, draft_event, draft_events, read_message
from ledger.readers.ceb.drafts.receipt import ANSWERED
from ledger.readers.ceb.signature import Signature
from ledger.readers.ceb.signature.result import State
from ledger.readers.ceb.tables import TABLES
from tests.ledger.readers.ceb.edit import ITEM, part, put
from verifier.errors import IncompleteError, UnsupportedError
from verifier.ledgerformat.head import Head

TYPES = all_types()
ISSUER = "urn:suyuan:enterprise:91000000EXAMPLE02T"
EVENT = "ab" * 32
FACTS = Facts(item=ITEM, about=[EVENT], covers=(3, "cd" * 32), consignment="urn:suyuan:consignment:" + "ee" * 16)
MESSAGES = {**export_messages(7), **import_messages(7), **parcel_messages(7)}
BECOMES = {
    "CEB213": "aftersales.export-return", "CEB215": "transport.returned-tally", "CEB303": "order.export",
    "CEB311": "order.placed", "CEB403": "order.funds", "CEB411": "order.payment",
    "CEB505": "transport.export-waybill", "CEB507": "transport.arrival", "CEB509": "transport.departure",
    "CEB511": "transport.waybill", "CEB513": "delivery.signed", "CEB603": "clearance.export-list",
    "CEB605": "clearance.cancellation", "CEB607": "transport.manifest", "CEB621": "clearance.list",
    "CEB623": "clearance.cancellation", "CEB625": "aftersales.return", "CEB701": "clearance.summary",
    "CEB702": "clearance.summary-status", "CEB711": "transport.tally", "CEB792": "clearance.summary-result",
    "CEB816": "clearance.tax", "CEB818": "clearance.tax-status",
}  # fmt: skip
COUNTED = {
    "orderNo", "logisticsNo", "payTransactionId", "payNo", "copNo", "coElNo", "invtNo", "preNo", "billNo", "sumNo",
    "taxNo", "acturalPaid", "amountPaid", "charge", "goodsValue", "taxTotal", "gname", "itemName", "returnInfo",
    "customsTax", "valueAddedTax", "totalPackageNo", "domesticTrafNo", "entryId", "declSeqNo", "oriCopMsgId",
}  # fmt: skip


def document(data):
    (found,) = read_message(data).usable
    return found


def drafts(data, facts=FACTS, **also):
    return draft_events(document(data), handles=DrawnHandles(secrets.token_bytes), facts=facts, **also)


def target(kind):
    """Return a head that an answer of this type may answer, at one trace."""
    answers = kind.answers.types[0].replace("*", "placed")
    return Head(answers, bytes(16), ISSUER, 0, (("trace", bytes(32)),), bytes(32))


def composed(draft):
    kind = TYPES[draft.type]
    targets = [target(kind) for _ in draft.about]
    event = compose_event(draft, kind, issuer=ISSUER, targets=targets, random=secrets.token_bytes)
    check_data(kind, json.loads(event.body)["data"])
    return event


def test_the_table_of_the_documentation_is_what_happens():
    table = Path("docs/readers.md").read_text().partition("| | import |")[0]
    told = {}
    for row in re.findall(r"^\| (CEB[^|]*)\|[^|]*\|([^|]*)\|", table, flags=re.MULTILINE):
        told |= dict.fromkeys(re.findall("CEB[0-9]{3}", row[0]), re.search("`(.*?)`", row[1])[1])
    assert told == BECOMES


def test_all_messages_of_the_specification_are_here():
    assert MESSAGES.keys() == TABLES.keys()


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_the_message_makes_its_event(code):
    (draft,) = drafts(MESSAGES[code])
    assert draft.type == BECOMES.get(code, "clearance.status")
    assert draft.data["sourceSignature"] == "not-checked"
    composed(draft)


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_what_names_or_counts_a_purchase_is_not_in_clear(code):
    said = document(MESSAGES[code])
    table = TABLES[code]
    names = COUNTED | {field.name for field in (*table.fields, *table.line_fields) if field.personal}
    values = {value for part in (said.head, *said.lines) for name, value in part.items() if name in names}
    for draft in drafts(MESSAGES[code]):
        event = composed(draft)
        assert [each for each in values if len(each.encode()) > 4 and each.encode() in event.head + event.body] == []


@pytest.mark.parametrize("state", list(State))
def test_what_the_messages_own_signature_is_worth_is_said_in_clear(state):
    (draft,) = drafts(MESSAGES["CEB303"], signature=Signature(state))
    assert draft.data["sourceSignature"] == state.value.replace(" ", "-")
    composed(draft)


def two_lines(code):
    line = TABLES[code].line
    first = part(MESSAGES[code], line)
    number = document(MESSAGES[code]).lines[0]["logisticsNo"]
    second = first.replace(">1<", ">2<", 1).replace(number, "EXOTHER2")
    return MESSAGES[code].replace(first.encode(), (first + second).encode()), number


@pytest.mark.parametrize("code", ["CEB507", "CEB509", "CEB607", "CEB711"])
def test_a_document_about_many_parcels_makes_an_event_for_each_which_names_no_other(code):
    data, number = two_lines(code)
    one, two = drafts(data)
    assert one.subjects["parcel"] != two.subjects["parcel"]
    assert (one.disclosed["/number"], two.disclosed["/number"]) == (number, "EXOTHER2")
    for draft, own, other in ((one, number, "EXOTHER2"), (two, "EXOTHER2", number)):
        source = draft.attachments["/source"].content
        assert own.encode() in source
        assert other.encode() not in source
        assert read_message(source).message == code
        composed(draft)
    with pytest.raises(UnsupportedError, match="2 events"):
        draft_event(document(data), handles=DrawnHandles(secrets.token_bytes), facts=FACTS)


@pytest.mark.parametrize("code", ["CEB507"])
def test_a_document_about_no_parcel_makes_no_event(code):
    empty = replace(document(MESSAGES[code]), lines=())
    with pytest.raises(IncompleteError, match="no lines"):
        draft_events(empty, handles=DrawnHandles(secrets.token_bytes), facts=FACTS)


@pytest.mark.parametrize("code", [*sorted(ANSWERED), "CEB900"])
def test_a_receipt_needs_the_event_that_it_is_about(code):
    with pytest.raises(IncompleteError, match=r"facts\.about"):
        drafts(MESSAGES[code], Facts())


@pytest.mark.parametrize("code", sorted(ANSWERED))
def test_a_receipt_says_which_document_it_is_about(code):
    found = answered_by(document(MESSAGES[code]))
    said = document(MESSAGES[found.message]).head
    common = {name: said[name] for name in found.elements if name in said}
    assert common == {name: value for name, value in found.elements.items() if name in said}
    assert common


def test_no_other_document_is_about_one():
    assert answered_by(document(MESSAGES["CEB603"])) is None


def test_a_receipt_about_more_events_than_one_answer_may_have_makes_several():
    names = [f"{place:064x}" for place in range(65)]
    first, second = drafts(MESSAGES["CEB508"], Facts(about=names))
    assert (len(first.about), len(second.about)) == (64, 1)
    assert [each.hex() for each in (*first.about, *second.about)] == names


def test_a_summary_states_what_it_covers():
    (draft,) = drafts(MESSAGES["CEB701"])
    assert (draft.state.kind, draft.state.count, draft.state.root.hex()) == ("member", 3, "cd" * 32)
    assert ":export-lists:" in draft.subjects["period"]
    with pytest.raises(IncompleteError, match=r"facts\.covers"):
        drafts(MESSAGES["CEB701"], Facts())


def test_a_split_document_says_which_part_it_is():
    data = put(put(MESSAGES["CEB701"], "msgCount", "3"), "msgSeqNo", "2")
    (draft,) = drafts(data)
    assert draft.data["part"] == {"number": 2, "of": 3}


def test_an_empty_firm_of_an_export_message_is_a_fault_by_name():
    with pytest.raises(Exception, match="logisticsName"):
        drafts(put(MESSAGES["CEB505"], "logisticsName", ""))


def test_what_stands_beside_the_lines_is_in_every_excerpt_and_no_signature():
    data, _ = two_lines("CEB711")
    assert b"SignatureValue" in data
    for draft in drafts(data):
        source = draft.attachments["/source"].content
        assert b"BaseTransfer" in source
        assert b"SignatureValue" not in source
