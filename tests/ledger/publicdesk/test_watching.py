"""Alarms, and what a stranger reads of activations and alarms in an item's trace."""

from __future__ import annotations

from hashlib import sha256

from ledger.activation.drawing import draw_codes
from ledger.activation.reading import read_item
from ledger.activation.scans import DAY
from ledger.compose.event import Draft
from ledger.publicdesk.alarms import ACTIVATIONS, SCANS, Alarms
from ledger.trade.speaker import Said
from tests.ledger.publicdesk.counter import claim
from tests.world import ITEM, PRODUCT, now
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.submission import format_submission
from verifier.primitives.base64strict import format_base64url
from verifier.proof.verify import examine_trace

COPIED = "risk.copied-label"


def notices(counter, item):
    proof = counter.world.ledger.prover.trace(item).data
    return [each.key for each in examine_trace(proof, counter.world.standpoint(), subject=item).notices]


def reveal(desk, drawn, secret):
    return desk.activating.activate(drawn.item, drawn.hidden.text, claim=claim(secret), region="")


def test_each_alarm_is_raised_once(counter, tmp_path):
    desk, drawn = counter.desk(tmp_path / "desk", alarms=Alarms(scans=3, activations=2)), counter.item()
    try:
        for number in range(6):
            assert desk.watching.see(drawn.item, address=f"192.0.2.{number}", region="CN-ZJ" if number % 2 else "")
        for secret in (b"mine", b"2", b"3", b"4"):
            reveal(desk, drawn, secret)
        desk.send_waiting()
        raised = counter.recorded(COPIED, drawn.item)
        assert [(each["ground"], each["count"], each["regions"]) for each in raised] == [
            (SCANS, 3, 1),
            (ACTIVATIONS, 2, 0),
        ]
        assert desk.activating.standing(drawn.item).too_often
    finally:
        desk.close()
    again = counter.desk(tmp_path / "desk", alarms=Alarms(scans=1, activations=1))
    try:
        again.watching.see(drawn.item, address="192.0.2.99", region="")
        again.send_waiting()
        assert len(counter.recorded(COPIED, drawn.item)) == 2
    finally:
        again.close()


def test_an_alarm_reaches_the_enterprise_and_the_product_and_every_reader_of_the_trace(counter, tmp_path):
    desk, drawn = counter.desk(tmp_path / "desk", alarms=Alarms(scans=1)), counter.item()
    try:
        assert "notice.seen-too-often" not in notices(counter, drawn.item)
        desk.watching.see(drawn.item, address="192.0.2.1", region="CN-ZJ")
        desk.send_waiting()
    finally:
        desk.close()
    assert "notice.seen-too-often" in notices(counter, drawn.item)
    with counter.world.ledger.store.read() as reader:
        heads = [
            parse_head(row.head)
            for row in reader.events_from(0, counter.world.ledger.head.edge.size)
            if row.head[0] != 0xD2
        ]
    (head,) = [each for each in heads if each.type == COPIED][-1:]
    assert sorted(kind for kind, _ in head.joins) == ["member", "member", "trace"]


def test_a_label_that_leads_to_nothing_recorded_raises_no_alarm(counter, tmp_path):
    desk = counter.desk(tmp_path / "desk", alarms=Alarms(scans=1))
    try:
        assert desk.watching.see(f"{ITEM}6", address="192.0.2.1", region="")
        assert not desk.outbox.waiting()
    finally:
        desk.close()


def test_counts_of_a_desk_are_gone_after_90_days(counter, desk):
    drawn = counter.item()
    desk.watching.see(drawn.item, address="192.0.2.1", region="DE")
    assert desk.watching.counted(drawn.item).seen == 1
    counter.time = 90 * DAY
    desk.watching.forget()
    counter.time = 0
    assert desk.watching.counted(drawn.item).seen == 0


def test_an_activation_that_does_not_reveal_the_code_counts_for_nothing(counter, desk):
    drawn = counter.item()
    (other,) = draw_codes([f"{PRODUCT}/21/X1"], bytes)
    committed = read_item(desk.activating._setting.story_of(drawn.item), drawn.item).committed
    data = {"reveal": other.hidden.text, "claim": format_base64url(sha256(b"x").digest())}
    lie = Draft("aftersales.activation", now(), data=data, about=(committed.event.name,))
    speaker = desk.activating._setting.speaker
    counter.world.ledger.submit(format_submission(speaker.sign([Said(lie, (committed.event.head,))]))).result()
    assert read_item(desk.activating._setting.story_of(drawn.item), drawn.item).activated is None
    assert "notice.false-activation" in notices(counter, drawn.item)
    assert desk.activating.standing(drawn.item).outcome == "recorded"


def test_a_true_activation_is_a_notice(counter, desk):
    drawn = counter.item()
    reveal(desk, drawn, b"mine")
    assert notices(counter, drawn.item).count("notice.activated") == 1
