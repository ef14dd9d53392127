"""What waits for the writer: statements and calls, in lanes of their issuers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from ledger.admission.candidate import Candidate
from ledger.sequencer.fairness import Lanes, Path

_CALLS: Path = ("",)  # whose turn the calls are: nobody's issuer
Call = Callable[[], Any]


@dataclass(slots=True)
class Waiting:
    """A candidate or a call that waits for the writer, who waits for it, and since when."""

    item: Candidate | Call
    since: float
    number: int = 0
    future: Future[Any] = field(default_factory=Future)

    @property
    def path(self) -> Path:
        """Return whose turn it waits for."""
        return (self.item.statement.header.issuer,) if isinstance(self.item, Candidate) else _CALLS

    @property
    def events(self) -> int:
        """Return how many events it adds to a block, 1 at least."""
        return max(1, len(self.item.events)) if isinstance(self.item, Candidate) else 1


class WaitingLine:
    """What waits for the writer: put by any thread, taken by one."""

    def __init__(self, most: int) -> None:
        """Let so much wait: events, and one more for each statement."""
        self.lanes: Lanes[Waiting] = Lanes("queue", most)
        self._changed = threading.Condition()
        self._closed = False
        self._numbers = 0

    def put(self, waiting: Waiting) -> None:
        """Let something wait; raise OverloadError where there is no room for it."""
        with self._changed:
            self._numbers += 1
            waiting.number = self._numbers
            self.lanes.add(waiting, waiting.path, waiting.events + 1)
            self._changed.notify()

    def close(self) -> None:
        """Let nobody wait for more than there is."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def get(self, timeout: float = 0.0) -> Waiting | None:
        """Return the next, None where nothing comes in time."""
        with self._changed:
            if not self.lanes and not self._closed and timeout > 0:
                self._changed.wait(timeout)
            return self.lanes.take() if self.lanes else None

    @property
    def ended(self) -> bool:
        """Return whether nothing waits and nothing will."""
        return self._closed and not self.lanes

    def oldest(self) -> float | None:
        """Return since when the oldest waits, None where nothing does."""
        with self._changed:
            return min((each.since for each in self.lanes.heads()), default=None)

    def require_room(self, path: Path) -> None:
        """Raise OverloadError where not even a small statement of this path would find room."""
        with self._changed:
            self.lanes.shares.require_room(path, 2)
