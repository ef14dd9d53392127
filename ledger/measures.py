"""What a ledger measures of itself: how long each stage takes, how large blocks are, how far apart seals.

Counted here, in the threads that do the work; shown by whoever serves (`api.measured`), or followed stage by stage
(`api.telemetry`). No stage knows who asks.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence

# In the order of a submission's way; `ledger.sequencer` has what each leaves behind.
STAGES = (
    "receive", "wait", "beside", "turn", "parse", "signature", "admit", "write",
    "judge", "commit", "guard", "tiles", "answer",
)  # fmt: skip
_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_EVENTS = (0, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
_INTERVALS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0, 120.0)
Listener = Callable[[str, float, float], None]  # a stage, and when it began and ended by the measures' clock


class Histogram:
    """How many values lay at or below each bound, and their sum. Any thread may add."""

    def __init__(self, bounds: Sequence[float]) -> None:
        """Begin at nothing; `bounds` go up."""
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self._sum = 0.0
        self._lock = threading.Lock()

    def add(self, value: float) -> None:
        """Count a value."""
        with self._lock:
            self._counts[bisect_left(self._bounds, value)] += 1
            self._sum += value

    def taken(self) -> tuple[list[tuple[float, int]], int, float]:
        """Return (bound, how many up to it) of each bound, how many in all, and their sum: of one moment."""
        with self._lock:
            counts, total = list(self._counts), self._sum
        reached, below = [], 0
        for bound, count in zip(self._bounds, counts, strict=False):
            below += count
            reached.append((bound, below))
        return reached, below + counts[-1], total


class Measures:
    """Counts of one ledger."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Begin at nothing, by a clock in seconds that never goes back."""
        self.now = clock
        self.stages = {each: Histogram(_SECONDS) for each in STAGES}
        self.block_events = Histogram(_EVENTS)
        self.seal_intervals = Histogram(_INTERVALS)
        self._listeners: tuple[Listener, ...] = ()

    def since(self, stage: str, began: float) -> float:
        """Count a stage that began then and ends now; return now, when the next one begins."""
        ended = self.now()
        self.spent(stage, began, ended)
        return ended

    def spent(self, stage: str, began: float, ended: float) -> None:
        """Count a stage that began and ended then."""
        self.stages[stage].add(ended - began)
        for listener in self._listeners:
            listener(stage, began, ended)

    def block(self, events: int, interval: int) -> None:
        """Count a committed block: its events, and the milliseconds between its seal and the one before, 0 for none."""
        self.block_events.add(events)
        if interval:
            self.seal_intervals.add(interval / 1000)

    def follow(self, listener: Listener) -> Callable[[], None]:
        """Tell of every stage, in the thread where it was, until the returned function is called."""
        self._listeners = (*self._listeners, listener)

        def stop() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not listener)

        return stop
