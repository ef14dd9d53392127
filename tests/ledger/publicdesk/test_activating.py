"""Revealing hidden codes at a desk, over a real ledger on a real service."""

from __future__ import annotations

import threading
from hashlib import sha256

import pytest

from ledger.activation.drawing import draw_codes
from ledger.errors import BusyError, UnknownError
from ledger.publicdesk.activating import AGAIN, ELSEWHERE, FIRST, HERE, NEVER, TWICE
from tests.ledger.client.serving import Reply, problem
from tests.ledger.publicdesk.counter import claim
from tests.world import ITEM, now
from verifier.errors import MalformedError, MismatchError
from verifier.ledgerformat.hidden_code import check_activation
from verifier.primitives.base64strict import format_base64url
from verifier.proof.promise import parse_promise, verify_promise


def reveal(desk, drawn, *, secret=b"mine", region="CN-ZJ", text=None):
    return desk.activating.activate(drawn.item, text or drawn.hidden.readable, claim=claim(secret), region=region)


def test_the_first_who_reveals_is_first_and_the_second_is_told_when_and_roughly_where(counter, desk):
    drawn, before = counter.item(), now()
    first = reveal(desk, drawn)
    assert (first.outcome, first.again) == (FIRST, 0)
    second = reveal(desk, drawn, secret=b"other", region="CN-GD")
    assert (second.outcome, second.again, second.promise) == (AGAIN, 1, None)
    assert second.activation == first.activation
    assert before <= second.activation.time <= now()
    assert second.activation.region == "CN-ZJ"


def test_whoever_comes_again_with_the_same_secret_is_still_first(counter, desk):
    drawn = counter.item()
    first = reveal(desk, drawn)
    assert reveal(desk, drawn) == first
    assert len(counter.recorded("aftersales.activation", drawn.item)) >= 1


def test_the_buyer_holds_a_promise_that_says_when_and_verifies_without_the_ledger(counter, desk):
    drawn = counter.item()
    promise = parse_promise(reveal(desk, drawn).promise)
    found = verify_promise(promise, counter.world.standpoint())
    assert found.event.head.type == "aftersales.activation"
    assert found.event.body.data["claim"] == format_base64url(sha256(b"mine").digest())
    assert abs(found.receipt.time * 1000 - found.event.head.time) < 60_000
    committed = next(
        each.event.body for each in desk.activating._setting.story_of(drawn.item)
        if each.event.head.type == "transport.hidden-code"
    )  # fmt: skip
    assert check_activation(found.event.body, committed) == drawn.item


def test_codes_that_are_wrong_activate_nothing(counter, desk):
    drawn, other = counter.item(), counter.item()
    (invented,) = draw_codes([drawn.item], bytes)
    for text in (other.hidden.text, invented.hidden.text):
        with pytest.raises(MismatchError):
            reveal(desk, drawn, text=text)
    mistyped = ("0" if drawn.hidden.text[0] != "0" else "1") + drawn.hidden.text[1:]
    with pytest.raises(MalformedError, match="wrong sign"):
        reveal(desk, drawn, text=mistyped)
    assert desk.activating.standing(drawn.item).outcome == HERE
    assert reveal(desk, drawn).outcome == FIRST
    with pytest.raises(MismatchError):  # nor does a wrong one learn who was first
        reveal(desk, drawn, secret=b"other", text=other.hidden.text)


def test_what_has_no_code_or_is_not_recorded_is_told_so(counter, desk):
    uncoded = counter.item(coded=False)
    with pytest.raises(UnknownError, match="no hidden code"):
        reveal(desk, uncoded)
    (invented,) = draw_codes([f"{ITEM}9"], bytes)
    with pytest.raises(UnknownError, match="nothing recorded"):
        reveal(desk, invented)


def test_the_answer_has_four_outcomes(counter, desk):
    drawn, standing = counter.item(), desk.activating.standing
    assert standing(f"{ITEM}8").outcome == NEVER
    assert (standing(drawn.item).outcome, standing(drawn.item).has_code) == (HERE, True)
    reveal(desk, drawn)
    assert standing(drawn.item).outcome == ELSEWHERE
    assert (standing(drawn.item, claim=claim()).mine, standing(drawn.item, claim=claim(b"x")).mine) == (True, False)
    reveal(desk, drawn, secret=b"other")
    assert standing(drawn.item).outcome == TWICE


def test_of_many_at_one_moment_exactly_one_is_first(counter, desk):
    drawn, outcomes = counter.item(), []
    together = threading.Barrier(16)

    def rush(number):
        together.wait()
        outcomes.append(reveal(desk, drawn, secret=b"%d" % number).outcome)

    threads = [threading.Thread(target=rush, args=(number,)) for number in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == [AGAIN] * 15 + [FIRST]


def test_a_desk_that_lost_its_file_learns_from_the_ledger_who_was_first(counter, desk, tmp_path):
    drawn = counter.item()
    first = reveal(desk, drawn)
    assert first.promise
    fresh = counter.desk(tmp_path / "another")
    try:
        again = reveal(fresh, drawn, secret=b"other")
        assert (again.outcome, again.activation.event) == (AGAIN, first.activation.event)
        assert reveal(fresh, drawn).outcome == FIRST  # who has the secret is told so by any desk
    finally:
        fresh.close()


def test_what_the_ledger_could_not_take_is_sent_again_and_stands_meanwhile(counter, tmp_path):
    drawn, folder = counter.item(), tmp_path / "desk"
    desk = counter.desk(folder)
    counter.service.lies["/entries"] = _nothing
    try:
        first = reveal(desk, drawn)
        assert (first.outcome, first.promise) == (FIRST, None)
        assert reveal(desk, drawn, secret=b"other").outcome == AGAIN
    finally:
        del counter.service.lies["/entries"]
        desk.close()
    again = counter.desk(folder)  # as after a crash
    try:
        again.send_waiting()
        assert again.outbox.promise_of(first.activation.event)
        assert not again.outbox.waiting()
    finally:
        again.close()


def test_two_desks_that_know_nothing_of_each_other_end_with_one_first(counter, tmp_path):
    drawn = counter.item()
    one, two = counter.desk(tmp_path / "one"), counter.desk(tmp_path / "two")
    try:
        counter.service.lies["/entries"] = _nothing
        late = reveal(two, drawn, secret=b"late")
        del counter.service.lies["/entries"]
        first = reveal(one, drawn)
        assert (late.outcome, first.outcome) == (FIRST, FIRST)  # each for itself
        two.send_waiting()  # the ledger decides
        told = reveal(two, drawn, secret=b"late")
        assert (told.outcome, told.activation.event) == (AGAIN, first.activation.event)
    finally:
        one.close()
        two.close()


def test_nobody_is_told_anything_on_a_proof_that_does_not_verify(counter, desk):
    drawn = counter.item()
    true = desk.activating._setting.client.trace(drawn.item)
    counter.service.lies["/trace"] = lambda _body: _reply(true[:-40] + bytes(40))
    try:
        with pytest.raises(BusyError):
            reveal(desk, drawn)
    finally:
        del counter.service.lies["/trace"]


def _nothing(_body):
    return problem(BusyError("queue", came="full", expected="room"), 503)


def _reply(data):
    return Reply(data, "application/vnd.suyuan.trace+cbor")
