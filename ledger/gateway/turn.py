"""Whose turn it is at the gateway's file: in the order in which they came.

A lock of the standard library goes to whoever happens to run when it is free, which is most often whoever just let it
go: under load the thread that keeps would have it always, and the thread that sends would wait for seconds.
"""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class Turn:
    """A lock that a thread may take again while it has it, and that goes to whoever waits longest."""

    def __init__(self) -> None:
        """Begin as nobody's."""
        self._guard = threading.Lock()
        self._waiting: deque[tuple[int, threading.Lock]] = deque()
        self._owner, self._depth = 0, 0

    def __enter__(self) -> None:
        """Wait for one's turn."""
        own = threading.get_ident()
        with self._guard:
            if self._owner in (0, own):  # nobody waits where nobody has it
                self._owner = own
                self._depth += 1
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append((own, gate))
        try:
            gate.acquire()
        except BaseException:  # a signal: whoever waits next is not to wait for us
            with self._guard:
                if (own, gate) in self._waiting:
                    self._waiting.remove((own, gate))
                else:
                    self._hand_on()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Hand on to whoever waits longest."""
        with self._guard:
            self._depth -= 1
            if not self._depth:
                self._hand_on()

    def _hand_on(self) -> None:
        self._owner, self._depth = 0, 0
        if self._waiting:
            self._owner, gate = self._waiting.popleft()
            self._depth = 1
            gate.release()
