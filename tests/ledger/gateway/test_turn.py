"""The gateway's file goes to whoever waits longest."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from ledger.gateway.turn import Turn
from tests.ledger.gateway.zone import until


def test_one_thread_at_a_time_and_none_forgotten():
    turn, inside, seen = Turn(), [], []

    def work(place: int) -> None:
        for _ in range(300):
            with turn, turn:
                inside.append(place)
                seen.append(len(inside))
                inside.pop()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(work, range(6)))
    assert seen == [1] * 1_800


def test_whoever_comes_again_stands_behind_those_who_wait():
    turn, order, waiting = Turn(), [], []

    def wait(place: int) -> None:
        waiting.append(place)
        with turn:
            order.append(place)

    threads = []
    with turn:
        for place in range(3):
            threads.append(threading.Thread(target=wait, args=(place,)))
            threads[-1].start()
            until(lambda: len(turn._waiting) == len(threads))
    with turn:
        order.append("again")
    for each in threads:
        each.join(10)
    assert order == [0, 1, 2, "again"]


def test_whoever_is_interrupted_while_waiting_holds_nobody_up():
    turn = Turn()

    class Interrupted:
        def acquire(self):
            if self.taken:
                raise KeyboardInterrupt
            self.taken = True

        taken = False
        release = None

    done = threading.Event()

    def interrupted() -> None:
        real, threading.Lock = threading.Lock, Interrupted
        try:
            with turn:
                raise AssertionError
        except KeyboardInterrupt:
            done.set()
        finally:
            threading.Lock = real

    with turn:
        thread = threading.Thread(target=interrupted)
        thread.start()
        assert done.wait(10)
    thread.join(10)
    with turn:
        assert not turn._waiting
