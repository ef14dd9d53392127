"""The queue in front of the writer: bounded, emptied before the end, and nobody waits for ever."""

from __future__ import annotations

import threading

import pytest

from ledger.errors import BusyError
from ledger.sequencer import queue


def test_queue_that_is_full_asks_to_come_again_and_loses_nothing(closed, monkeypatch):
    monkeypatch.setattr(queue, "MAX_WAITING", 3)
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
    put, closing = writer._queue.put_nowait, threading.Thread(target=writer.close)

    def put_late(item):
        closing.start()
        closing.join(0.3)  # where closing must wait for this put, it is still there afterwards
        put(item)

    writer._queue.put_nowait = put_late
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


def test_answer_that_nobody_waits_for_any_more_hurts_nobody(small):
    with small.held():
        given_up, kept = (small.ledger.submit(small.moved(each)) for each in (1, 2))
        assert given_up.cancel()
    assert kept.result(timeout=30)
    assert small.move(3)


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
