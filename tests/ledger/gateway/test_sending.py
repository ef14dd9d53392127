"""Absence, half answers, refusals: the ledger's own word counts, nothing else does."""

from __future__ import annotations

import json
import time
from threading import Barrier, Event

import pytest

from fixtures.messages import import_messages
from ledger.client.sequence import next_number
from ledger.gateway import sending
from ledger.gateway.intake import read_drafts
from ledger.readers.ceb import Facts
from tests.ledger.client.serving import Reply, problem
from tests.ledger.gateway.zone import GOODS, QUICK, Gated, messages_of, recorded_names, until
from tests.world import now
from verifier.errors import MalformedError, NotPermittedError
from verifier.primitives.strict_json import parse_json

GOOD = "https://id.gs1.org/01/09520000000110"


def orders(seeds):
    return [message for _, message in messages_of(seeds, ["CEB311"])]


def item_draft(serial, product=GOOD):
    subjects = {"item": f"{product}/21/{serial}", "product": product}
    return {"type": "transport.commissioning", "subjects": subjects, "data": {"action": "ADD"}}


def drafts(*given):
    return read_drafts(json.dumps(given).encode(), now())


def test_batches_of_several_senders_are_on_their_way_at_once(gated, service):
    both = Barrier(2, timeout=20)
    first = iter(range(2))

    def wait_for_the_other(_body):
        if next(first, None) is not None:
            both.wait()

    service.lies["/entries"] = wait_for_the_other
    gated.take("platform", *orders([991]))
    gated.hand("seller", drafts(item_draft("AT-ONCE")))
    assert gated.wait() == {"recorded": 2}
    assert not both.broken


def test_what_comes_meanwhile_waits_for_the_answers_to_those_on_their_way_and_goes_together(
    gated, service, monkeypatch
):
    monkeypatch.setattr(sending, "_ROUND", 30.0)
    came, answering = [], Event()

    def answer_late(_body):
        came.append(1)
        assert answering.wait(20)

    service.lies["/entries"] = answer_late
    gated.take("platform", *orders([992]))
    until(lambda: came)
    for serial in ("LATER-1", "LATER-2"):
        gated.hand("seller", drafts(item_draft(serial)))
        time.sleep(5 * QUICK.period)  # it is due, and more than due
    assert gated.states() == {"signed": 1, "ready": 2}
    answering.set()
    assert gated.wait() == {"recorded": 3}
    assert len(came) == 2


def test_an_answer_that_does_not_come_holds_nobody_else_for_long(gated, service, world, monkeypatch):
    monkeypatch.setattr(sending, "_ROUND", 0.05)
    platform, answering = world.cast["platform"].uri.encode(), Event()
    service.lies["/entries"] = lambda body: assert_set(answering) if platform in body else None
    gated.take("platform", *orders([993]))
    until(lambda: gated.states() == {"signed": 1})
    gated.hand("seller", drafts(item_draft("MEANWHILE")))
    until(lambda: gated.states() == {"signed": 1, "recorded": 1})
    answering.set()
    assert gated.wait() == {"recorded": 2}


def assert_set(event):
    assert event.wait(20)


@pytest.mark.parametrize(
    "lie",
    [
        Reply(b"", "text/plain", 503, {"Retry-After": "0"}),
        Reply(b"<html>404</html>", "text/html", 404),
        Reply(b"<html>sign in</html>", "text/html", 200),
        Reply(b"half", "application/cose", 201),
        Reply(b"no receipt", "application/cose", 201, {"location": "/entries/" + "0" * 64}),
        Reply(b"{}", "application/problem+json", 400),
        problem(MalformedError("x", came="a proxy's", expected="y"), 502),
    ],
    ids=lambda each: f"{each.status}-{each.kind}",
)
def test_what_is_no_answer_of_the_ledger_lets_the_same_bytes_be_sent_again(gated, service, lie):
    sent = []
    before = len(recorded_names(gated.world))

    def answer(body):
        sent.append(body)
        return lie if len(sent) < 3 else None

    service.lies["/entries"] = answer
    (order,) = orders([hash(lie.body + lie.kind.encode()) % 10**6 + lie.status])
    gated.take("platform", order)
    assert gated.wait() == {"recorded": 1}
    assert len(sent) >= 3
    assert len(set(sent)) == 1
    assert len(recorded_names(gated.world)) - before == 1


def test_an_answer_that_was_lost_is_the_same_receipt_the_second_time(gated, service):
    given = []

    def lose(body):
        given.append(service.submit(body))
        return Reply(b"", "text/plain", 502) if len(given) == 1 else given[-1]

    service.lies["/entries"] = lose
    gated.take("platform", orders([9001])[0])
    assert gated.wait() == {"recorded": 1}
    assert given[0].body == given[1].body
    with gated.gateway.store.reading() as connection:
        assert connection.execute("SELECT promise FROM batch").fetchone()[0] == given[0].body


def test_refused_events_are_parked_with_the_reason_and_the_others_go(gated):
    good = [item_draft(f"P{place}") for place in range(6)]
    bad = [item_draft("Q1", "https://id.gs1.org/01/09520000000134".replace("134", "165"))]
    told = gated.hand("seller", drafts(*good[:3], *bad, *good[3:]))
    assert not told.faults
    assert gated.wait() == {"recorded": 6, "parked": 1}
    (reason,) = gated.reasons()
    assert parse_json(reason.encode(), "reason")["code"] == "not-permitted"


def test_a_document_that_rests_on_a_refused_one_is_parked_with_it(gated, service):
    refusal = problem(NotPermittedError("events[0].head.issuer", came="x", expected="y"), 403)
    service.lie("/entries", refusal)
    for who, message in messages_of([9101], ["CEB311", "CEB411"]):
        gated.take(who, message)
    until(lambda: gated.states().get("parked") == 2)
    assert any("refused" in each for each in gated.reasons())


def test_a_batch_that_is_refused_as_such_holds_its_sender_and_nobody_else(gated, service, world):
    platform = world.cast["platform"].uri.encode()

    def refuse(body):
        return problem(NotPermittedError("statement.kid", came="x", expected="y"), 403) if platform in body else None

    service.lies["/entries"] = refuse
    gated.take("platform", orders([9201])[0])
    gated.hand("seller", drafts(item_draft("R1")))
    until(lambda: gated.states() == {"recorded": 1, "signed": 1})
    assert list(gated.gateway.sending.troubles) == [world.cast["platform"].uri]


def test_numbers_that_another_program_took_are_skipped(gated, world):
    seller = world.cast["seller"]
    gated.hand("seller", drafts(item_draft("S1")))
    assert gated.wait() == {"recorded": 1}
    path, kid = world.folder / "seller.pem", seller.signer.public.kid
    taken = next_number(path, kid)
    gated.stop()
    path.with_name("seller.pem.sequence").unlink()
    gated.start()
    gated.hand("seller", drafts(item_draft("S2")))
    assert gated.wait() == {"recorded": 2}
    assert next_number(path, kid) > taken


def test_what_was_handed_over_while_the_ledger_was_away_is_sent_after_the_next_start(gated, service):
    service.lie("/entries", Reply(b"", "text/plain", 503))
    for order in orders(range(9300, 9305)):
        gated.take("platform", order)
    until(lambda: gated.states().get("signed", 0) > 0)
    gated.stop()
    gated.start()
    del service.lies["/entries"]
    assert gated.wait() == {"recorded": 5}


def test_a_gateway_starts_and_takes_things_in_without_any_ledger(world, tmp_path):
    alone = Gated(world, "http://127.0.0.1:9", tmp_path / "alone")
    alone.start()
    told = alone.take("platform", orders([9400])[0])
    assert not told.faults
    until(lambda: bool(alone.gateway.sending.troubles))
    (trouble,) = alone.gateway.sending.troubles.values()
    assert trouble.error.code == "unreachable"
    alone.stop()


def test_what_names_a_list_by_the_number_that_customs_gave_it_is_not_sent_before_the_list(gated, service):
    """Only a receipt ties that number to the list, which itself has to wait for its order."""
    papers = dict(
        zip(("CEB311", "CEB621"), [each for _, each in messages_of([9500], ["CEB311", "CEB621"])], strict=True)
    )
    told = import_messages(9500, goods=GOODS)
    service.lie("/entries", Reply(b"", "text/plain", 503))
    gated.take("platform", papers["CEB311"])
    gated.take("seller", papers["CEB621"], Facts(enterprise=gated.world.cast["seller"].uri))
    gated.take("seller", told["CEB622"])
    gated.take("seller", told["CEB816"])
    until(lambda: gated.states().get("signed", 0) > 0)
    del service.lies["/entries"]
    assert gated.wait() == {"recorded": 4}, gated.reasons()
