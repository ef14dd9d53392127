"""One thread computes at a time; the writer goes first, and lets others in while it waits for the disk."""

from __future__ import annotations

import threading

import pytest

from ledger.sequencer.turn import Turn


class Player:
    """A thread that takes a turn when told, keeps it until told, and says how far it is."""

    def __init__(self, turn):
        self.asked, self.inside, self.leave = threading.Event(), threading.Event(), threading.Event()
        self._turn = turn
        self.thread = threading.Thread(target=self._play, daemon=True)
        self.thread.start()

    def _play(self):
        self.asked.set()
        with self._turn():
            self.inside.set()
            assert self.leave.wait(30)

    def finish(self):
        self.leave.set()
        self.thread.join(30)
        assert not self.thread.is_alive()


def test_writer_that_waits_goes_before_intake_that_came_earlier():
    turn, order = Turn(), []
    holder = Player(turn.intake)
    assert holder.inside.wait(30)

    def play(name, take):
        with take():
            order.append(name)

    writer = threading.Thread(target=play, args=("writer", turn.writer))
    writer.start()
    while not turn._writer_waits:
        pass
    others = [threading.Thread(target=play, args=("intake", turn.intake)) for _ in range(4)]
    for each in others:
        each.start()
    assert order == []
    holder.finish()
    for each in (writer, *others):
        each.join(30)
    assert order == ["writer", *["intake"] * 4]


@pytest.mark.parametrize("first", ["intake", "writer"])
@pytest.mark.parametrize("second", ["intake", "writer"])
def test_second_comes_in_when_the_first_has_left_and_not_before(first, second):
    turn = Turn()
    one = Player(getattr(turn, first))
    assert one.inside.wait(30)
    other = Player(getattr(turn, second))
    assert other.asked.wait(30)
    assert not other.inside.wait(0.02)
    one.finish()
    assert other.inside.wait(30)
    other.finish()


def test_intake_comes_in_while_the_writer_pauses_and_the_writer_takes_its_turn_back():
    turn = Turn()
    with turn.writer():
        with turn.pause():
            one = Player(turn.intake)
            assert one.inside.wait(30)
            one.finish()
        other = Player(turn.intake)
        assert other.asked.wait(30)
        assert not other.inside.wait(0.02)
    assert other.inside.wait(30)
    other.finish()


def test_writer_that_comes_back_from_its_pause_waits_for_whoever_is_in():
    turn, back = Turn(), threading.Event()
    paused, resume = threading.Event(), threading.Event()

    def write():
        with turn.writer():
            with turn.pause():
                paused.set()
                assert resume.wait(30)
            back.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert paused.wait(30)
    one = Player(turn.intake)
    assert one.inside.wait(30)
    resume.set()
    assert not back.wait(0.02)
    one.finish()
    assert back.wait(30)
    writer.join(30)


@pytest.mark.parametrize("take", ["intake", "writer"])
def test_turn_is_given_up_where_it_ends_in_a_fault(take):
    turn = Turn()
    with pytest.raises(ZeroDivisionError), getattr(turn, take)():
        _ = 1 // 0
    with turn.writer(), pytest.raises(ZeroDivisionError), turn.pause():
        _ = 1 // 0
    other = Player(turn.intake)
    assert other.inside.wait(30)
    other.finish()
