"""Random bytes in small pieces, asked of the operating system in large ones.

An event asks for six or seven salts. Each question of its own lets go of the interpreter, and whoever composes then
waits for its turn again; a pool asks once for hundreds of them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from weakref import WeakSet

_FETCHED = 8_192  # bytes


class RandomPool:
    """Gives random bytes; no byte is given twice, in whatever thread, nor in a process that this one forks."""

    def __init__(self, fetch: Callable[[int], bytes] = os.urandom) -> None:
        """Take from a source of random bytes, the operating system's."""
        self._fetch = fetch
        self._turn = threading.Lock()
        self._bytes, self._at = b"", 0
        _POOLS.add(self)

    def __call__(self, count: int) -> bytes:
        """Return `count` random bytes."""
        if count > _FETCHED:
            return self._fetch(count)
        with self._turn:
            if self._at + count > len(self._bytes):
                self._bytes, self._at = self._fetch(_FETCHED), 0
            begin, self._at = self._at, self._at + count
            return self._bytes[begin : self._at]

    def forget(self) -> None:
        """Let go of what was fetched: a process that was forked has the same bytes, and perhaps a held lock."""
        self._turn = threading.Lock()
        self._bytes, self._at = b"", 0


_POOLS: WeakSet[RandomPool] = WeakSet()


def _forget_all() -> None:
    for each in _POOLS:
        each.forget()


os.register_at_fork(after_in_child=_forget_all)
