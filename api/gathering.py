"""Submissions go through the ledger's door in groups, and their promises come back in groups.

What has arrived while a group is looked at is the next group, in turns of whoever sent it (`ledger.sequencer.
fairness`): it shares a snapshot, a thread and a look at the clock. The writer wakes the event loop once for all that
one block answers, and one thread makes the promises of all of them. Nothing here waits in a thread for anything that
another thread does. Belongs to one event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context, copy_context
from functools import partial
from typing import Any

from ledger.errors import BusyError, OverloadError
from ledger.ledger import Ledger
from ledger.prove.prover import Recorded
from ledger.sequencer.fairness import Lanes, Path
from verifier.errors import SuyuanError

LEAST = 4_096  # bytes that a submission counts as at least while it waits
_GROUP = 64 * LEAST  # bytes of a group, at most, but for one larger submission
_WORTH = _GROUP  # bytes for which another thread is worth its switches: as much as one group takes
_ANSWER = 30.0  # seconds for the writer to finish what it has taken up


class Submission:
    """One submission on its way.

    Attributes:
        data: as it came.
        plain: whether it is a SCITT statement by itself.
        answer: its promise, or why there is none.
        arrived, taken, handed, settled: by the ledger's measures, when its turn was asked for, when it came, when it
            was queued for the writer, and when it was durable.
    """

    __slots__ = ("answer", "arrived", "context", "data", "handed", "plain", "settled", "taken", "timer")

    def __init__(self, data: bytes, *, plain: bool, answer: asyncio.Future[Recorded], arrived: float) -> None:
        """Begin."""
        self.data = data
        self.plain = plain
        self.answer = answer
        self.arrived = self.taken = self.handed = self.settled = arrived
        self.context: Context = copy_context()
        self.timer: asyncio.TimerHandle | None = None


class Gathering:
    """Hands submissions to a ledger."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        threads: int,
        waiting: int,
        patience: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look at `threads` groups at a time; let submissions of `waiting` bytes wait, for `patience` seconds."""
        self.threads = threads
        self._ledger = ledger
        self._now = ledger.measures.now
        self._patience = patience
        self._monotonic = monotonic
        self._lanes: Lanes[Submission] = Lanes("intake", waiting)
        self._running = 0
        self._looking = ThreadPoolExecutor(threads, "suyuan-intake")
        self._promising = ThreadPoolExecutor(1, "suyuan-promises")
        self._settled: deque[tuple[Submission, int | BaseException]] = deque()
        self._told = False  # whether the loop has been woken for what is settled
        self._recorded: list[tuple[Submission, int]] = []  # what waits for its promise
        self._busy = self._pumping = False

    @property
    def waiting(self) -> int:
        """Return how many submissions wait for their turn."""
        return len(self._lanes)

    @property
    def running(self) -> int:
        """Return how many groups are looked at."""
        return self._running

    @property
    def held(self) -> tuple[int, int]:
        """Return the bytes that wait, each submission counting as `LEAST` at least, and how many may."""
        return self._lanes.shares.held, self._lanes.shares.most

    def close(self) -> None:
        """End the threads, once what they do is done."""
        self._looking.shutdown()
        self._promising.shutdown()

    async def record(self, data: bytes, path: Path, *, plain: bool) -> Recorded:
        """Return the promise of a submission, once it is durable.

        Args:
            data: as it came.
            path: whose turn it waits for.
            plain: whether it is a SCITT statement by itself.

        Raises:
            OverloadError: too much waits already, or the turn did not come in time.
            BusyError: the writer hangs, on a disk or a database; what it has taken up may be recorded yet.
            SuyuanError: what is wrong with it; nothing was recorded.
        """
        loop = self._loop = asyncio.get_running_loop()
        one = Submission(data, plain=plain, answer=loop.create_future(), arrived=self._now())
        self._lanes.add(one, path, max(LEAST, len(data)))
        one.timer = loop.call_later(self._patience, _too_late, one, self._patience)
        if not self._pumping:  # what else has arrived in this round of the loop goes with it
            self._pumping = True
            loop.call_soon(self._pump)
        try:
            return await one.answer
        finally:
            one.timer.cancel()
            self._measure(one)

    def _measure(self, one: Submission) -> None:
        """Count what it waited for, in the context of whoever asked."""
        spent = self._ledger.measures.spent
        for stage, began, ended in (("wait", one.arrived, one.taken), ("write", one.handed, one.settled)):
            if ended > began:
                spent(stage, began, ended)
        if one.answer.done() and not one.answer.cancelled() and one.answer.exception() is None:
            spent("answer", one.settled, self._now())

    def _pump(self) -> None:
        """Give threads to what waits: another one only where that is worth it."""
        self._pumping = False
        while len(self._lanes) and self._running < self.threads:
            if self._running and self._lanes.shares.held < _WORTH:
                return
            if group := self._take():
                self._running += 1
                call = partial(group[0].context.run, self._hand_in, group)
                self._loop.run_in_executor(self._looking, call).add_done_callback(self._looked)

    def _take(self) -> list[Submission]:
        """Return the next group, in turns; whoever has given up is not in it."""
        group: list[Submission] = []
        size = 0
        while len(self._lanes) and size < _GROUP:
            one = self._lanes.take()
            if one.answer.done():
                continue
            if one.timer:
                one.timer.cancel()
            one.timer = self._loop.call_later(_ANSWER, _hung, one)
            size += max(LEAST, len(one.data))
            group.append(one)
        return group

    def _looked(self, done: asyncio.Future[None]) -> None:
        self._running -= 1
        done.result()
        self._pump()

    # In a thread.

    def _hand_in(self, group: Sequence[Submission]) -> None:
        """Hand a group in; each one's future tells the loop what came of it."""
        taken = self._now()
        for one in group:
            one.taken = taken
        try:
            self._hand_in_together(group)
        except Exception as error:  # noqa: BLE001 - a fault that nobody foresaw is only the fault of one
            if len(group) == 1:
                self._settle(group[0], error)
                return
            for one in group:
                self._hand_in([one])  # what was queued already is found recorded, or waits once more and then is

    def _hand_in_together(self, group: Sequence[Submission]) -> None:
        ledger, together = self._ledger, [one for one in group if not one.plain]
        found: list[Future[int] | SuyuanError] = []
        try:
            found = ledger.submit_together([one.data for one in together]) if together else []
        except SuyuanError as error:
            found = [error] * len(together)
        queued = list(zip(together, found, strict=True))
        for one in group:
            if one.plain:
                try:
                    queued.append((one, ledger.submit_envelope(one.data)))
                except SuyuanError as error:
                    queued.append((one, error))
        handed = self._now()
        for one, future in queued:
            one.handed = handed
            if isinstance(future, SuyuanError):
                self._settle(one, future)
            else:
                future.add_done_callback(partial(self._written, one))

    def _written(self, one: Submission, future: Future[int]) -> None:
        """Tell the loop what the writer made of one; mostly in the writer's thread."""
        error = future.exception()
        self._settle(one, future.result() if error is None else error)

    def _settle(self, one: Submission, result: int | BaseException) -> None:
        self._settled.append((one, result))
        if not self._told:  # the loop takes all that is there when it wakes
            self._told = True
            with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
                self._loop.call_soon_threadsafe(self._deliver)

    # In the loop again.

    def _deliver(self) -> None:
        """Answer what was refused; let promises be made of what was recorded."""
        self._told = False
        now = self._now()
        while self._settled:
            one, result = self._settled.popleft()
            if not isinstance(result, BaseException):
                one.settled = now
                self._recorded.append((one, result))
            elif not one.answer.done():
                one.answer.set_exception(result)
        self._promise()

    def _promise(self) -> None:
        if self._busy or not self._recorded:
            return
        group, self._recorded, self._busy = self._recorded, [], True
        call = partial(self._ledger.prover.promises, [leaf for _, leaf in group])
        self._loop.run_in_executor(self._promising, call).add_done_callback(partial(self._promised, group))

    def _promised(self, group: list[tuple[Submission, int]], done: asyncio.Future[list[Any]]) -> None:
        self._busy = False
        error = done.exception()
        found = [error] * len(group) if error else done.result()
        for (one, _), promise in zip(group, found, strict=True):
            if one.answer.done():
                continue
            if isinstance(promise, Recorded):
                one.answer.set_result(promise)
            else:
                one.answer.set_exception(promise)
        self._promise()


def _too_late(one: Submission, patience: float) -> None:
    if not one.answer.done():
        came = f"{patience:g} s of waiting"
        one.answer.set_exception(OverloadError("intake", came=came, expected="a turn before that", todo="Try again."))


def _hung(one: Submission) -> None:
    if not one.answer.done():
        todo = "Send the same bytes again: what is recorded by then gets its receipt."
        came = f"{_ANSWER:g} s without an answer"
        one.answer.set_exception(BusyError("writer", came=came, expected="an answer", todo=todo))
