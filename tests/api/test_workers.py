"""Threads, and turns before them: bounded, in time, and nobody's turn is lost."""

from __future__ import annotations

import asyncio
import threading

import pytest

from api.workers import Workers
from ledger.errors import OverloadError

FLOOD, QUIET = ("here", "flood"), ("here", "quiet")


class Held:
    """A call that runs until it is let go."""

    def __init__(self):
        self.gate = threading.Event()

    def __call__(self):
        return self.gate.wait(30)


async def until(condition):
    while not condition():  # noqa: ASYNC110 - what is waited for sets no event
        await asyncio.sleep(0.001)


async def held(workers, **more):
    """Fill the one thread; return what holds it and its task."""
    call = Held()
    task = asyncio.ensure_future(workers.run(call, FLOOD, **more))
    await until(lambda: workers.running == 1)
    return call, task


def run(story):
    asyncio.run(asyncio.wait_for(story(), 60))


def test_a_quiet_sender_s_call_is_made_before_what_a_flood_has_waiting():
    async def story():
        workers, made = Workers(1, waiting=1_000, patience=60, what="here"), []
        call, first = await held(workers)
        flood = [asyncio.ensure_future(workers.run(lambda: made.append("flood"), FLOOD)) for _ in range(100)]
        await until(lambda: workers.waiting == 100)
        quiet = asyncio.ensure_future(workers.run(lambda: made.append("quiet"), QUIET))
        await until(lambda: workers.waiting == 101)
        call.gate.set()
        await asyncio.gather(first, quiet, *flood)
        assert made.index("quiet") <= 2
        assert (workers.running, workers.waiting) == (0, 0)

    run(story)


def test_past_the_bound_whoever_floods_is_refused_and_another_is_not():
    async def story():
        workers = Workers(1, waiting=9, patience=60, what="here")
        call, first = await held(workers)
        tasks = [asyncio.ensure_future(workers.run(lambda: None, FLOOD)) for _ in range(10)]
        await until(lambda: any(each.done() for each in tasks))
        assert workers.held[0] < workers.held[1] == 9
        tasks.append(asyncio.ensure_future(workers.run(lambda: "heard", QUIET)))
        await asyncio.sleep(0)
        call.gate.set()
        *flood, quiet = await asyncio.gather(*tasks, return_exceptions=True)
        assert any(isinstance(each, OverloadError) for each in flood)
        assert quiet == "heard"
        await first

    run(story)


def test_what_waits_too_long_is_refused_and_never_made():
    async def story():
        workers, made = Workers(1, waiting=100, patience=0.01, what="here"), []
        call, first = await held(workers)
        with pytest.raises(OverloadError, match="waiting"):
            await workers.run(lambda: made.append("late"), QUIET)
        call.gate.set()
        await first
        assert await workers.run(lambda: "later", QUIET) == "later"
        assert made == []
        assert (workers.running, workers.waiting) == (0, 0)

    run(story)


def test_whoever_hangs_up_while_waiting_leaves_the_turn_to_the_next():
    async def story():
        workers = Workers(1, waiting=100, patience=60, what="here")
        call, first = await held(workers)
        gone = asyncio.ensure_future(workers.run(lambda: None, QUIET))
        stays = asyncio.ensure_future(workers.run(lambda: "made", QUIET))
        await until(lambda: workers.waiting == 2)
        gone.cancel()
        call.gate.set()
        assert await stays == "made"
        await first
        assert (workers.running, workers.waiting) == (0, 0)

    run(story)


def test_a_turn_that_comes_in_the_moment_of_hanging_up_is_not_lost():
    async def story():
        workers = Workers(1, waiting=100, patience=60, what="here")
        call, first = await held(workers)
        gone = asyncio.ensure_future(workers.run(lambda: None, QUIET))
        await until(lambda: workers.waiting == 1)
        call.gate.set()
        await until(lambda: workers.waiting == 0)  # its turn was given
        gone.cancel()
        await asyncio.gather(first, gone, return_exceptions=True)
        assert await workers.run(lambda: "made", FLOOD) == "made"
        assert workers.running == 0

    run(story)


def test_a_call_that_fails_gives_its_thread_back():
    async def story():
        workers = Workers(1, waiting=1, patience=60, what="here")
        with pytest.raises(ZeroDivisionError):
            await workers.run(lambda: 1 // 0, FLOOD)
        assert workers.running == 0
        assert await workers.run(lambda: "made", FLOOD) == "made"

    run(story)
