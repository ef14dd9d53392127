"""Waiting for what comes about in another thread or process."""

from __future__ import annotations

import threading
from collections.abc import Callable


def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds; fail where it does not, by 60,000 looks."""
    ticking = threading.Event()
    for _ in range(60_000):
        if condition():
            return
        ticking.wait(0.001)
    raise AssertionError("it did not come about")
