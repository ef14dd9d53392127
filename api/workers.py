"""Threads for work that takes the processor: a bound on what runs, on what waits to run, and on how long.

What waits is taken in turns of whoever sent it (`ledger.sequencer.fairness`). What has waited too long is refused
before anything is done for it: whoever sent it has given up, or is about to.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from anyio import CapacityLimiter, to_thread

from ledger.errors import OverloadError
from ledger.sequencer.fairness import Lanes, Path

_Result = TypeVar("_Result")


class _Waiting(NamedTuple):
    """A turn that somebody waits for, and since when."""

    turn: asyncio.Future[None]
    since: float


class Workers:
    """Runs calls in threads, so many at a time. Belongs to one event loop."""

    def __init__(
        self,
        threads: int,
        *,
        waiting: int,
        patience: float,
        what: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Run `threads` calls at a time; let others wait that cost `waiting` together, for `patience` seconds."""
        self.threads = threads
        self._patience = patience
        self._what = what
        self._monotonic = monotonic
        self._lanes: Lanes[_Waiting] = Lanes(what, waiting)
        self._running = 0
        self._limiter = CapacityLimiter(threads)

    @property
    def waiting(self) -> int:
        """Return how many calls wait."""
        return len(self._lanes)

    @property
    def running(self) -> int:
        """Return how many calls run."""
        return self._running

    @property
    def held(self) -> tuple[int, int]:
        """Return what the waiting calls cost together, and what they may."""
        return self._lanes.shares.held, self._lanes.shares.most

    async def run(self, call: Callable[[], _Result], path: Path, cost: int = 1) -> _Result:
        """Return what a call returns, made in a thread when it is the turn of whoever `path` names.

        Raises:
            OverloadError: too much waits already, or the turn did not come in time.
        """
        await self._take_turn(path, cost)
        try:
            return await to_thread.run_sync(call, limiter=self._limiter)
        finally:
            self._hand_on()

    async def _take_turn(self, path: Path, cost: int) -> None:
        if self._running < self.threads:
            self._running += 1
            return
        waiting = _Waiting(asyncio.get_running_loop().create_future(), self._monotonic())
        self._lanes.add(waiting, path, cost)
        try:
            async with asyncio.timeout(self._patience):
                await waiting.turn
        except (TimeoutError, asyncio.CancelledError) as error:
            if waiting.turn.done() and not waiting.turn.cancelled():
                self._hand_on()  # the turn had come in the same moment
            if isinstance(error, asyncio.CancelledError):
                raise
            came = f"{self._patience:g} s of waiting"
            raise OverloadError(self._what, came=came, expected="a turn before that", todo="Try again.") from None

    def _hand_on(self) -> None:
        """Give a turn to the next that still waits."""
        while len(self._lanes):
            turn = self._lanes.take().turn
            if not turn.done():
                turn.set_result(None)
                return
        self._running -= 1
