"""Threads for work that takes the processor: a bound on what runs, and on what waits to run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from ledger.errors import BusyError

_Result = TypeVar("_Result")


class Workers:
    """Runs calls in threads, so many at a time."""

    def __init__(self, threads: int, *, waiting: int) -> None:
        """Run `threads` calls at a time; refuse those past `waiting` running and waiting."""
        self._limiter = CapacityLimiter(threads)
        self._most = waiting
        self._taken = 0

    async def run(self, call: Callable[[], _Result]) -> _Result:
        """Return what a call returns, made in a thread.

        Raises:
            BusyError: too many wait already.
        """
        if self._taken >= self._most:
            raise BusyError("intake", came=f"{self._most} under way", expected="fewer", todo="Try again.")
        self._taken += 1
        try:
            return await self.finish(call)
        finally:
            self._taken -= 1

    async def finish(self, call: Callable[[], _Result]) -> _Result:
        """Return what a call returns, made in a thread; never refused: for what has begun already."""
        return await to_thread.run_sync(call, limiter=self._limiter)


async def settled(future: Future[_Result]) -> _Result:
    """Wait for a future of the writer's thread without holding a thread.

    The writer must be able to set it whatever happens here, so giving up waiting never cancels it.
    """
    return await asyncio.shield(asyncio.wrap_future(future))
