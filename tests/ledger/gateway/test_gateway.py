"""What is handed over stands in the ledger once, whatever happens on the way."""

from __future__ import annotations

from fixtures.messages import import_messages
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
