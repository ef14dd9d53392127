"""A journal that also knows when what was acknowledged was."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

from tests.crash.journal import Journal


class TimedJournal(Journal):
    """Remembers the time of each acknowledgement, by a clock that never goes back."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.times: list[float] = []

    def acknowledged(self, number: int, leaf: int, receipt: bytes) -> None:
        super().acknowledged(number, leaf, receipt)
        self.times.append(time.monotonic())

    @property
    def count(self) -> int:
        return len(self.times)

    def gap(self, since: float) -> float:
        """Return the longest time without an acknowledgement, from the last one before a moment on."""
        times = sorted(self.times)
        before = [each for each in times if each <= since][-1:]
        return longest_gap(before + [each for each in times if each > since])


def longest_gap(times: list[float]) -> float:
    """Return the longest time between two of them, in their order; 0 where there are no two."""
    return max((later - earlier for earlier, later in pairwise(times)), default=0.0)
