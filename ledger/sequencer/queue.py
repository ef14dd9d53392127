"""The queue in front of the one writer, and the thread that empties it.

Under load blocks grow; when nothing waits, a submission is committed at once. The queue is bounded, in all and for
each issuer: past it, submitters are told to come back. Where more waits than one block takes, issuers take turns
(`ledger.sequencer.fairness`); within a block everything stands in the order in which it came.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from math import ceil
from operator import attrgetter
from time import sleep
from typing import Any

from ledger.admission.candidate import Candidate
from ledger.errors import BusyError, OverloadError, StoppedError
from ledger.failpoints import reach
from ledger.sequencer.sequencer import Sequencer
from ledger.sequencer.waiting import Call, Waiting, WaitingLine
from verifier.errors import SuyuanError

MAX_WAITING = 40_000  # events, a statement counting as one more
MAX_BLOCK_EVENTS = 10_000
GROUP_WAIT = 0.2  # seconds for which a block under load waits for more
LULL = 0.001  # seconds without a submission after which it does not,
LULL_PER_EVENT = 0.00002  # and what is added for each event of the last one: large ones take longer to come
FULL = 1_000  # events of a block that does not wait for what is being checked: their parts are spread enough
IDLE_SEAL = 60.0  # seconds after which an idle ledger seals
GLANCE = 0.001  # seconds between looks at the queue while it waits for more
_LONGEST_ASKED = 60  # seconds after which whoever is refused is asked to come again, at most


class WriterThread:
    """Runs a sequencer in its own thread.

    Attributes:
        patience: seconds; what has waited longer is refused rather than written. A server sets it to what its
            askers wait for; without one everything is written.
    """

    def __init__(self, sequencer: Sequencer, *, monotonic: Callable[[], float]) -> None:
        """Prepare the thread; `start` starts it."""
        self.sequencer = sequencer
        self.patience: float | None = None
        self._loaded = False  # whether submissions came in while the last block was written
        self._coming = 0  # submissions that are being checked, and may be queued
        self._monotonic = monotonic
        self._queue = WaitingLine(MAX_WAITING)
        self._pace = 0.0001  # seconds that an event took lately
        self._thread = threading.Thread(target=self._run, name="suyuan-writer", daemon=True)
        self._stopped: SuyuanError | None = None
        self._closing = False
        self._door = threading.Lock()  # nothing is queued after the end is
        self._counting = threading.Lock()

    def start(self) -> None:
        """Start writing."""
        self._thread.start()

    @property
    def stopped(self) -> SuyuanError | None:
        """Return why the writer stopped, None while it writes."""
        return self._stopped

    @property
    def waiting(self) -> int:
        """Return how many items wait."""
        return len(self._queue.lanes)

    @property
    def held(self) -> tuple[int, int]:
        """Return what waits, in events with one more for each statement, and how much may."""
        return self._queue.lanes.shares.held, self._queue.lanes.shares.most

    @property
    def issuers(self) -> int:
        """Return of how many issuers something waits."""
        return self._queue.lanes.paths

    @property
    def oldest(self) -> float:
        """Return for how many seconds the oldest item has waited, 0 where none does."""
        since = self._queue.oldest()
        return max(0.0, self._monotonic() - since) if since is not None else 0.0

    def require_room(self, issuer: str) -> None:
        """Refuse an issuer of whom too much waits already, before any work is done for it.

        Raises:
            OverloadError: come again later.
        """
        with self._asking_to_wait():
            self._queue.require_room((issuer,))

    @contextmanager
    def awaiting(self, submissions: int) -> Iterator[None]:
        """Check submissions that may be queued: a block that begins meanwhile waits for them a little."""
        with self._counting:
            self._coming += submissions
        try:
            yield
        finally:
            with self._counting:
                self._coming -= submissions

    def submit(self, candidate: Candidate) -> Future[int]:
        """Queue a candidate; its future gives the leaf once it is durable, or raises why it was refused.

        Cancelling the future withdraws what still waits: it is not recorded. What the writer has taken up can no
        longer be cancelled. (`Ledger.submit` gives submitters a future of their own: they withdraw nothing.)

        Raises:
            OverloadError: the queue is full, or too much of it is this issuer's.
            StoppedError: the writer has stopped.
        """
        return self._put(candidate)

    def call(self, function: Call) -> Future[Any]:
        """Queue a call that only the writer's thread may make; cancelled in time, it is not made."""
        return self._put(function)

    def close(self) -> None:
        """Finish what is queued, publish, and end the thread."""
        with self._door:
            self._closing = True
        self._queue.close()
        self._thread.join()

    def require_running(self) -> None:
        """Raise why the writer has stopped, if it has; BusyError where it was closed and has finished."""
        if self._stopped:
            raise self._stopped
        if self._closing and not self._thread.is_alive():
            raise BusyError("ledger", came="closed", expected="a ledger that runs", todo="Try again.")

    def _put(self, item: Candidate | Call) -> Future[Any]:
        self.require_running()
        with self._door:
            if self._closing:
                raise BusyError("ledger", came="shutting down", expected="another moment", todo="Try again.")
            waiting = Waiting(item, self._monotonic())
            with self._asking_to_wait():
                self._queue.put(waiting)
        return waiting.future

    @contextmanager
    def _asking_to_wait(self) -> Iterator[None]:
        """Ask whoever is refused to come again when what waits now is written."""
        try:
            yield
        except OverloadError as error:
            error.retry_after = max(1, min(_LONGEST_ASKED, ceil(self._queue.lanes.shares.held * self._pace)))
            raise

    def _run(self) -> None:
        idle_since = self._monotonic()
        while True:
            group = self._take()
            if group is None:
                self._finish()
                return
            if group:
                self._work(group)
                self._loaded = self.waiting > 0
                idle_since = self._monotonic()
            elif self._monotonic() - idle_since >= IDLE_SEAL:
                self._guarded(self.sequencer.seal)
                idle_since = self._monotonic()
            self._guarded(self.sequencer.publish_if_due)
            self._guarded(self.sequencer.tidy)

    def _take(self) -> list[Waiting] | None:
        """Return what waits, up to a block's worth; an empty list when nothing came for a while, None at the end."""
        waiting = self._queue.get(timeout=min(1.0, self.sequencer.publish_due or 1.0))
        if waiting is None:
            return None if self._queue.ended else []
        group: list[Waiting] = []
        events = 0
        patience = self._monotonic() + GROUP_WAIT
        while waiting is not None:
            group.append(waiting)
            events += waiting.events
            if events >= MAX_BLOCK_EVENTS:
                break
            waiting = self._next(patience, LULL + LULL_PER_EVENT * waiting.events, full=events >= FULL)
        return sorted(group, key=attrgetter("number"))

    def _next(self, patience: float, lull: float, *, full: bool) -> Waiting | None:
        """Return the next that waits. Under load, wait a little for more: blocks grow, and cost less an event.

        So it does for what is being checked, unless the block is full enough. It looks now and then rather than being
        woken by each: a switch of threads costs as much as an event.
        """
        looks = ceil(lull / GLANCE) if self._loaded else 0
        while (looks > 0 or (self._coming and not full)) and not self.waiting and self._monotonic() < patience:
            sleep(GLANCE)
            looks -= 1
        return self._queue.get()

    def _work(self, waiting: list[Waiting]) -> None:
        group = [each for each in self._in_time(waiting) if each.future.set_running_or_notify_cancel()]
        submitted = [each for each in group if isinstance(each.item, Candidate)]
        if submitted:
            self._commit(submitted)
        for each in group:
            if not isinstance(each.item, Candidate):
                self._call(each, each.item)

    def _in_time(self, group: list[Waiting]) -> list[Waiting]:
        """Refuse what has waited longer than whoever sent it waits, before anything is done for it."""
        if self.patience is None:
            return group
        since = self._monotonic() - self.patience
        for each in group:
            if each.since < since and each.future.set_running_or_notify_cancel():
                came = f"{self.patience:g} s of waiting"
                error = OverloadError("queue", came=came, expected="a turn before that", todo="Try again.")
                each.future.set_exception(error)
        return [each for each in group if each.since >= since]

    def _commit(self, group: list[Waiting]) -> None:
        candidates = [each.item for each in group if isinstance(each.item, Candidate)]
        begun = self._monotonic()
        try:
            self.require_running()
            results = self.sequencer.commit(candidates)
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing more is written
            self._stop(error)
            for each in group:
                each.future.set_exception(self._stopped or error)
            return
        reach("before-answer")
        events = sum(each.events + 1 for each in group)
        self._pace += ((self._monotonic() - begun) / events - self._pace) / 8
        for each, result in zip(group, results, strict=True):
            if isinstance(result, SuyuanError):
                each.future.set_exception(result)
            else:
                each.future.set_result(result)

    def _call(self, waiting: Waiting, function: Call) -> None:
        try:
            waiting.future.set_result(function())
        except SuyuanError as error:
            if isinstance(error, StoppedError):
                self._stop(error)
            waiting.future.set_exception(error)
        except Exception as error:  # noqa: BLE001 - whoever called is told
            waiting.future.set_exception(error)

    def _guarded(self, step: Callable[[], None]) -> None:
        if self._stopped:
            return
        try:
            step()
        except Exception as error:  # noqa: BLE001 - as in _commit
            self._stop(error)

    def _stop(self, error: BaseException) -> None:
        if isinstance(error, SuyuanError):
            self._stopped = error
        else:
            came = f"{type(error).__name__}: {error}"
            self._stopped = StoppedError("writer", came=came, expected="no fault", todo="Restart, then `suyuan fsck`.")

    def _finish(self) -> None:
        self._guarded(self.sequencer.publish)
