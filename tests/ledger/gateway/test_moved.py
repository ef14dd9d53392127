"""The condition that the gateway's threads wait on."""

from __future__ import annotations

from threading import Thread

from ledger.gateway.moved import Moved

LONG = 20.0


def waiting(moved, seen):
    thread = Thread(target=moved.wait_since, args=(seen, None), daemon=True)
    thread.start()
    return thread


def notify(moved):
    with moved:
        moved.notify_all()


def test_what_moved_before_anybody_waited_is_not_missed():
    moved = Moved()
    seen = moved.times
    notify(moved)
    thread = waiting(moved, seen)
    thread.join(LONG)
    assert not thread.is_alive()


def test_who_has_seen_it_waits_for_the_next():
    moved = Moved()
    notify(moved)
    thread = waiting(moved, moved.times)
    thread.join(0.05)
    assert thread.is_alive()
    notify(moved)
    thread.join(LONG)
    assert not thread.is_alive()
