"""What is handed over stands in the ledger once, whatever happens on the way."""

from __future__ import annotations

import re

import pytest

from fixtures.messages import export_messages, import_messages
from ledger.gateway.documents import Read
from ledger.gateway.intake import Arrival, read_ceb
from ledger.readers.ceb import Mode
from tests.ledger.gateway.zone import GOODS, messages_of, recorded_names
from verifier.ledgerformat.head import parse_head


def test_what_is_handed_over_is_recorded_in_the_order_that_it_rests_on(gated):
    before = len(recorded_names(gated.world))
    for who, message in reversed(messages_of(range(10))):  # a waybill before its order
        told = gated.take(who, message)
        assert not told.faults
    assert gated.wait() == {"recorded": 50}, gated.reasons()
    names = recorded_names(gated.world)
    assert len(names) - before == 50
    assert len(set(names)) == len(names)


def test_receipts_answer_the_documents_that_they_are_about_and_wait_for_them(gated):
    seller = gated.world.cast["seller"].uri
    sent = dict(messages_of([60], ["CEB311", "CEB621"]))
    receipts = import_messages(60, goods=GOODS)
    gated.take("seller", receipts["CEB622"])  # before its list
    gated.take("platform", receipts["CEB312"])
    assert gated.states() == {"waiting": 2}
    for who, message in sent.items():
        gated.take(who, message)
    assert gated.wait() == {"recorded": 4}, gated.reasons()
    with gated.gateway.store.reading() as connection:
        heads = [parse_head(head) for (head,) in connection.execute("SELECT head FROM event")]
        sql = "SELECT sender, name FROM item WHERE path IN ('Inventory[1]', 'Order[1]')"
        names = dict(connection.execute(sql).fetchall())
    answered = {head.issuer: head.about for head in heads if head.type == "clearance.status"}
    assert answered == {sender: (name,) for sender, name in names.items()}
    assert seller in answered


@pytest.mark.parametrize("error", [KeyError, IndexError, ValueError, RecursionError])
def test_a_document_over_which_the_program_stumbles_stops_nobody_elses(gated, error):
    """One program of this machine could stop the gateway for all others else."""

    def stumble(*_):
        raise error("13800000001")

    ((who, message),) = messages_of([62], ["CEB311"])
    poison = Arrival("drafts", b"1" * 32, (Read("events[0]", b"2" * 32, stumble),))
    told = gated.hand("seller", poison)
    assert [(each["path"], each["field"]) for each in told.faults] == [("events[0]", "events[0]")]
    assert "1380" not in str(told.faults), "what an error quotes may lead to a person"
    gated.take(who, message)
    assert gated.wait() == {"recorded": 1}


def test_a_document_that_waits_and_cannot_be_read_again_is_parked(gated):
    """Else it would stop the gateway whenever what it waits for comes, after every start."""
    payment, order = messages_of([63], ["CEB411"])[0], messages_of([63], ["CEB311"])[0]
    gated.take(*payment)
    with gated.gateway.store.writing() as connection:
        connection.execute("UPDATE source SET data = ?", (b"{}\n<odd/>",))
    gated.take(*order)
    assert gated.wait() == {"parked": 1, "recorded": 1}


def test_an_export_order_without_its_platform_is_that_orders_fault(gated):
    message = export_messages(1)["CEB303"]
    without = re.sub(rb"<(\w+:)?ebpCode>[^<]*</(\w+:)?ebpCode>", b"", message)
    told = gated.hand("platform", read_ceb(without, mode=Mode.LENIENT))
    assert [each["field"] for each in told.faults] == ["Order[1]/OrderHead/ebpCode"]
    assert gated.gateway.fault is None


def test_the_same_document_in_another_message_is_the_same_event(gated):
    ((who, message),) = messages_of([61], ["CEB311"])
    first = gated.take(who, message)
    guid = message.index(b'guid="') + 6
    digit = b"1" if message[guid : guid + 1] == b"0" else b"0"
    other = message[:guid] + digit + message[guid + 1 :]
    again = gated.take(who, other)
    assert [each["item"] for each in again.items] == [each["item"] for each in first.items]
    assert again.items[0]["again"]
    assert gated.wait() == {"recorded": 1}


def test_whoever_goes_away_before_the_answer_stops_nothing(gated):
    (_, order), (_, other) = messages_of([8_701, 8_702], ["CEB311"])
    with gated.gateway.store.reading():  # it cannot be kept yet
        answer = gated.gateway.take(gated.read(order), gated.world.cast["platform"].uri)
        answer.cancel()
    gated.take("platform", other)
    assert gated.wait() == {"recorded": 2}
