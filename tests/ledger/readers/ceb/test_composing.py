"""Whole sets: every generated message reads, composes, and shows nothing personal in head or body."""

import json
import secrets

from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.messages import EXAMPLE_COMPANIES, EXAMPLE_GOODS, parcel_messages
from fixtures.zone.actors import all_types
from ledger.admission.schema import check_data
from ledger.compose.event import compose_event
from ledger.readers.ceb import DrawnHandles, Facts, Mode, draft_event, read_message
from ledger.readers.ceb.tables import TABLES
from tests.ledger.readers.ceb.edit import CODES, ITEM, messages, put
from verifier.ledgerformat.disclosure import MAX_DISCLOSURE, parse_disclosure
from verifier.ledgerformat.head import parse_head

TYPES = all_types()
ISSUER = f"urn:suyuan:enterprise:{EXAMPLE_COMPANIES.carrier.code}"
# What a person bought, and for how much, is personal too.
COUNTED = {"orderNo", "logisticsNo", "payTransactionId", "copNo", "invtNo", "billNo", "acturalPaid", "amountPaid"}
COUNTED |= {
    "goodsValue",
    "taxTotal",
    "freight",
    "insuredFee",
    "price",
    "totalPrice",
    "gname",
    "itemName",
    "batchNumbers",
}
SHORTEST = 4  # bytes: anything shorter is found in any text


def composed(data, handles, mode=Mode.STRICT):
    """Return (document, draft, event) of each document."""
    for document in read_message(data, mode).usable:
        draft = draft_event(document, handles=handles, facts=Facts(item=ITEM))
        event = compose_event(draft, TYPES[draft.type], issuer=ISSUER, random=secrets.token_bytes)
        yield document, draft, event


def personal_values(document):
    table = TABLES[document.message]
    names = {field.name for field in (*table.fields, *table.line_fields) if field.personal} | COUNTED
    values = {value for part in (document.head, *document.lines) for name, value in part.items() if name in names}
    return {value for value in values if len(value.encode()) > SHORTEST}


@settings(max_examples=30)
@given(st.integers(0, 1 << 64), st.integers(1, len(EXAMPLE_GOODS)))
def test_every_generated_set_reads_strictly_and_composes(seed, many):
    handles = DrawnHandles(secrets.token_bytes)
    for code, data in parcel_messages(seed, goods=EXAMPLE_GOODS[:many]).items():
        reading = read_message(data)
        assert (reading.message, reading.all_faults) == (code, ())
        ((_, draft, event),) = composed(data, handles)
        head = parse_head(event.head)
        assert (head.type, head.time) == (draft.type, draft.time)
        check_data(TYPES[draft.type], json.loads(event.body)["data"])
        assert all(len(text) <= MAX_DISCLOSURE and parse_disclosure(text) for text in event.disclosures)


@settings(max_examples=30)
@given(st.integers(0, 1 << 64))
def test_no_personal_value_is_in_head_or_body(seed):
    handles = DrawnHandles(secrets.token_bytes)
    for data in parcel_messages(seed).values():
        ((document, _, event),) = composed(data, handles)
        shown = event.head + event.body
        values = personal_values(document)
        assert values
        assert [value for value in values if value.encode() in shown] == []


@settings(max_examples=60)
@given(st.sampled_from(CODES), st.data(), st.sampled_from(list(Mode)))
def test_no_personal_value_is_in_head_or_body_whatever_it_is(code, data, mode):
    """Any text that a personal field can hold; a marker in it must not come out in clear."""
    table = TABLES[code]
    names = [field for field in table.fields if field.personal and field.name != "note"]
    if not names:
        return
    field = data.draw(st.sampled_from(names))
    filler = data.draw(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=20))
    value = ("标记甲乙丙" + filler.replace("&", "").replace("<", "").replace("]]>", ""))[: field.longest]
    message = put(messages()[code], field.name, value)
    for _, _, event in composed(message, DrawnHandles(secrets.token_bytes), mode):
        assert "标记".encode() not in event.head + event.body


def test_every_disclosure_of_a_type_is_filled_by_its_message_or_named_here():
    never = {"order.payment": {"/remarks"}, "transport.waybill": {"/remarks"}, "clearance.list": {"/remarks"}}
    handles = DrawnHandles(secrets.token_bytes)
    for data in messages().values():
        ((_, draft, _),) = composed(data, handles)
        filled = draft.disclosed.keys() | draft.attachments.keys()
        assert TYPES[draft.type].disclosures.keys() - filled == never.get(draft.type, set())
