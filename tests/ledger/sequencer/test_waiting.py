"""The queue in front of the writer: bounded, emptied before the end, and nobody waits for ever."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest

from ledger.errors import BusyError, OverloadError
from ledger.sequencer import queue


def admitted(small, number):
    """Return a candidate as intake hands it to the writer, not queued yet."""
    writer, seen = small.ledger.writer, []
    submit, writer.submit = writer.submit, lambda candidate: seen.append(candidate) or Future()
    small.ledger.submit(small.moved(number))
    writer.submit = submit
    return seen[0]


def test_queue_that_is_full_asks_to_come_again_and_loses_nothing(closed, monkeypatch):
    monkeypatch.setattr(
        queue, "MAX_WAITING", 12
    )  # of which one issuer may hold what is as much as is free then: 3 of 2
    closed.open()
    before = closed.size
    extra = closed.moved(9)
    with closed.held():
        answers = [closed.ledger.submit(closed.moved(each)) for each in range(3)]
        assert closed.ledger.writer.waiting == 3
        with pytest.raises(BusyError, match="queue") as refused:
            closed.ledger.submit(extra)
        assert refused.value.retry_after > 0
        assert refused.value.todo
    assert [each.result(timeout=30) for each in answers] == [before, before + 1, before + 2]
    assert closed.ledger.submit(extra).result(timeout=30) == before + 4


def test_closing_finishes_what_waits_and_publishes_it(small):
    before = small.size
    with small.held():
        answers = [small.ledger.submit(small.moved(each)) for each in range(5)]
        late = small.moved(9)
        closing = threading.Thread(target=small.close)
        ledger = small.ledger
        closing.start()
        while not ledger.writer._closing:
            pass
        with pytest.raises(BusyError, match="shutting down"):
            ledger.submit(late)
    closing.join(30)
    assert not closing.is_alive()
    assert [each.result(timeout=0) for each in answers] == list(range(before, before + 5))
    assert small.published().size == before + 6
    small.open()
    assert small.size == before + 6
    assert small.ledger.submit(late).result(timeout=30) == before + 6


def test_submission_that_meets_the_closing_is_answered(small):
    """It was let in a moment before the end was queued: the writer must not leave it behind."""
    writer = small.ledger.writer
    queued, closing = writer._queue, threading.Thread(target=writer.close)

    class Late:
        def __getattr__(self, name):
            return getattr(queued, name)

        def put(self, item):
            closing.start()
            closing.join(0.3)  # where closing must wait for this put, it is still there afterwards
            queued.put(item)

    writer._queue = Late()
    answer = small.ledger.submit(small.moved(1))
    closing.join(30)
    assert answer.exception(timeout=5) is None or isinstance(answer.exception(), BusyError)


def test_calls_wait_their_turn_and_their_faults_are_the_caller_s(small):
    order: list[str] = []
    with small.held():
        moved = small.ledger.submit(small.moved(1))
        moved.add_done_callback(lambda _: order.append("block"))
        called = small.ledger.writer.call(lambda: order.append("call"))
        failing = small.ledger.writer.call(lambda: 1 // 0)
    called.result(timeout=30)
    with pytest.raises(ZeroDivisionError):
        failing.result(timeout=30)
    assert order == ["block", "call"], "a call sees what was submitted before it"
    assert small.ledger.writer.stopped is None


def test_submission_whose_answer_nobody_waits_for_any_more_is_recorded_all_the_same(small):
    """Whoever hangs up has handed in a signed statement; asking again gives what was recorded."""
    before = small.size
    given_up, kept = small.moved(1), small.moved(2)
    with small.held():
        answers = [small.ledger.submit(each) for each in (given_up, kept)]
        assert answers[0].cancel()
    assert answers[1].result(timeout=30) == before + 1
    assert small.ledger.submit(given_up).result(timeout=30) == before
    assert small.move(3)


def test_submission_withdrawn_from_the_queue_is_not_recorded_and_hurts_nobody(small):
    writer, before = small.ledger.writer, small.size
    candidates = [admitted(small, each) for each in (1, 2, 3)]
    with small.held():
        waiting = [writer.submit(each) for each in candidates]
        assert waiting[0].cancel()
        assert waiting[2].cancel()
        called = writer.call(lambda: "called")
        withdrawn = writer.call(lambda: pytest.fail("it was withdrawn"))
        assert withdrawn.cancel()
    assert waiting[1].result(timeout=30) == before
    assert called.result(timeout=30) == "called"
    assert small.size == before + 2
    assert all(each.cancelled() for each in (waiting[0], waiting[2], withdrawn))
    assert writer.submit(candidates[0]).result(timeout=30) == before + 2


def test_submission_that_the_writer_has_taken_up_can_no_longer_be_withdrawn(small):
    writer, sequencer = small.ledger.writer, small.ledger.writer.sequencer
    candidate = admitted(small, 1)
    commit, taken, release = sequencer.commit, threading.Event(), threading.Event()
    sequencer.commit = lambda candidates: (taken.set(), release.wait(30), commit(candidates))[2]
    waiting = writer.submit(candidate)
    assert taken.wait(30)
    assert not waiting.cancel()
    release.set()
    assert waiting.result(timeout=30) == small.size - 2


def test_nothing_is_written_where_everything_in_the_queue_was_withdrawn(small):
    writer, before = small.ledger.writer, small.size
    candidate = admitted(small, 1)
    with small.held():
        assert writer.submit(candidate).cancel()
    small.settle()
    assert small.size == before


@pytest.fixture
def blocks(small):
    """The number of candidates of each block from here on."""
    sizes, sequencer = [], small.ledger.writer.sequencer
    commit = sequencer.commit
    sequencer.commit = lambda candidates: (sizes.append(len(candidates)), commit(candidates))[1]
    return sizes


def test_under_load_a_block_waits_for_what_is_about_to_come(small, blocks, monkeypatch):
    monkeypatch.setattr(queue, "LULL", 30)
    monkeypatch.setattr(queue, "MAX_BLOCK_EVENTS", 2)
    with small.held():
        first = small.ledger.submit(small.moved(1))
    second = small.ledger.submit(small.moved(2))
    assert first.result(timeout=20) + 1 == second.result(timeout=20)
    assert blocks == [2]


def test_under_load_a_block_waits_no_longer_than_its_patience(small, blocks, monkeypatch):
    monkeypatch.setattr(queue, "LULL", 30)
    monkeypatch.setattr(queue, "GROUP_WAIT", -1)
    with small.held():
        first = small.ledger.submit(small.moved(1))
    assert first.result(timeout=20)
    assert blocks == [1]


def test_where_nothing_else_came_while_the_last_block_was_written_a_block_waits_for_nothing(small, blocks, monkeypatch):
    monkeypatch.setattr(queue, "LULL", 30)
    assert [small.ledger.submit(small.moved(each)).result(timeout=20) for each in (1, 2)]
    assert blocks == [1, 1]


def test_a_block_waits_for_what_is_being_checked(small, blocks, monkeypatch):
    monkeypatch.setattr(queue, "GROUP_WAIT", 30)
    monkeypatch.setattr(queue, "MAX_BLOCK_EVENTS", 2)
    with small.ledger.writer.awaiting(1):
        first = small.ledger.submit(small.moved(1))
        second = small.ledger.submit(small.moved(2))
        assert first.result(timeout=20) + 1 == second.result(timeout=20)
    assert blocks == [2]


def test_a_block_waits_no_longer_where_what_was_checked_is_refused(small, blocks, monkeypatch):
    monkeypatch.setattr(queue, "GROUP_WAIT", 3_000)
    with small.ledger.writer.awaiting(1):
        first = small.ledger.submit(small.moved(1))
    assert first.result(timeout=20)
    assert blocks == [1]


def test_a_block_waits_for_what_is_being_checked_no_longer_than_its_patience(small, blocks, monkeypatch):
    monkeypatch.setattr(queue, "GROUP_WAIT", -1)
    with small.ledger.writer.awaiting(1):
        assert small.ledger.submit(small.moved(1)).result(timeout=20)
    assert blocks == [1]


def test_a_block_that_is_full_enough_waits_for_nothing_that_is_being_checked(small, blocks, monkeypatch):
    monkeypatch.setattr(queue, "GROUP_WAIT", 3_000)
    monkeypatch.setattr(queue, "FULL", 1)
    with small.ledger.writer.awaiting(1):
        assert small.ledger.submit(small.moved(1)).result(timeout=20)
    assert blocks == [1]


def test_nothing_is_awaited_once_a_submission_was_refused(small):
    small.ledger.submit_together([b"none"])
    assert small.ledger.writer._coming == 0


def test_what_has_waited_longer_than_whoever_sent_it_waits_is_refused_and_not_recorded(small):
    writer, before = small.ledger.writer, small.size
    writer.patience = 5.0
    late = small.moved(1)
    with small.held():
        answer = small.ledger.submit(late)
        small.clocks.seconds += 6
        assert writer.oldest == 6
    with pytest.raises(OverloadError, match="waiting") as refused:
        answer.result(timeout=30)
    assert refused.value.retry_after >= 1
    assert small.size == before
    assert small.ledger.submit(late).result(timeout=30) == before


def test_within_a_block_everything_stands_in_the_order_in_which_it_came(small):
    numbers = [7, 3, 5, 1]
    leaves = [each.result(timeout=30) for each in small.together(*map(small.moved, numbers))]
    assert leaves == sorted(leaves)


def test_an_issuer_of_whom_too_much_waits_is_refused_before_anything_is_done_for_it(closed, monkeypatch):
    monkeypatch.setattr(queue, "MAX_WAITING", 12)
    closed.open()
    writer, candidate = closed.ledger.writer, admitted(closed, 9)
    issuer = candidate.statement.header.issuer
    with closed.held():
        answers = [closed.ledger.submit(closed.moved(each)) for each in range(3)]
        with pytest.raises(OverloadError, match="by you"):
            writer.require_room(issuer)
        writer.require_room("urn:suyuan:enterprise:another")
        assert writer.issuers == 1
        assert writer.held == (6, 12)
        assert writer.oldest >= 0
    for each in answers:
        each.result(timeout=30)
    writer.require_room(issuer)
    assert (writer.waiting, writer.oldest) == (0, 0.0)
