"""What the gateway's threads wait on."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any


class Moved(threading.Condition):
    """A condition that counts its notifications, so that none is missed by who was busy when it came.

    Attributes:
        times: how often it was notified; read without holding it, as whoever waits compares it again.
    """

    def __init__(self) -> None:
        """Begin at none."""
        super().__init__()
        self.times = 0

    def notify_all(self) -> None:
        """Wake everybody, and whoever comes to wait for what happened since before."""
        self.times += 1
        super().notify_all()

    def wait_since(self, seen: int, timeout: float | None) -> None:
        """Wait until something moved after `times` was `seen`, or the time is over (seconds)."""
        with self:
            self.wait_for(lambda: self.times != seen, timeout)


def running_future() -> Future[Any]:
    """Return a future that whoever waits for it cannot cancel: what was handed over is done, whoever went away."""
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future
