"""A lane of reading ahead: a thread fetches what will be asked for, in order, while what it fetched is judged.

What cannot be fetched ahead is nobody's fault: the lane ends, and whoever wants it asks for it by itself, and is told.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

WINDOW = 8 << 20  # bytes held that nobody has asked for yet; what is fetched at once may come on top

Fetched: TypeAlias = tuple[Sequence[tuple[int, bytes]], int]  # numbers with their bytes, and the number to go on from


class Lane:
    """Numbered things, fetched in ascending order by a thread of its own, at most a window ahead of who takes them.

    A number is taken once; whoever takes one gives up all below it.
    """

    def __init__(self, fetch: Callable[[int], Fetched], first: int, end: int, *, window: int = WINDOW) -> None:
        """Begin to fetch.

        Args:
            fetch: returns what stands from a number on; what it raises ends the lane.
            first: the number to begin with.
            end: the number behind the last.
            window: bytes that may wait to be taken.
        """
        self._fetch = fetch
        self._window = window
        self._changed = threading.Condition()
        self._ready: deque[tuple[int, bytes]] = deque()
        self._held = 0
        self._next, self._end = first, end  # fetched, or skipped, is what lies below `_next`
        self._closed = False
        threading.Thread(target=self._run, name="read-ahead", daemon=True).start()

    @property
    def ended(self) -> bool:
        """Return whether nothing more will be fetched."""
        return self._closed or self._next >= self._end

    def take(self, number: int) -> bytes | None:
        """Return what stands under a number, once it is there; None where the lane does not have it."""
        with self._changed:
            while True:
                self._drop_below(number)
                if self._ready:
                    return self._pop() if self._ready[0][0] == number else None
                if number < self._next or self.ended:
                    return None
                self._changed.wait()

    def close(self) -> None:
        """Fetch no more; what is under way is forgotten when it comes."""
        with self._changed:
            self._closed = True
            self._ready.clear()
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._held >= self._window and not self._closed:
                    self._changed.wait()
                if self.ended:
                    return
                first = self._next
            try:
                fetched, upto = self._fetch(first)
            except Exception:  # noqa: BLE001 - nobody may wait for ever; whoever asks by itself is told what it is
                self._end_at(first)
                return
            with self._changed:
                self._ready.extend(() if self._closed else fetched)
                self._held += sum(len(data) for _, data in fetched)
                self._next = upto
                self._changed.notify_all()

    def _end_at(self, number: int) -> None:
        with self._changed:
            self._end = min(self._end, number)
            self._changed.notify_all()

    def _drop_below(self, number: int) -> None:
        while self._ready and self._ready[0][0] < number:
            self._pop()

    def _pop(self) -> bytes:
        data = self._ready.popleft()[1]
        self._held -= len(data)
        self._changed.notify_all()
        return data
