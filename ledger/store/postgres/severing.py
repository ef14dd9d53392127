"""Cutting a connection whose server says nothing any more.

A timeout that the server keeps does not come where the server itself stands still (a frozen machine, a disk that hangs)
while its kernel goes on acknowledging packets: TCP finds nothing wrong either. So one thread here looks at what waits,
and shuts the socket of whatever has waited too long; whoever waits there is told that the connection is gone.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg import Connection

_LOOK = 0.25  # seconds between two looks at what waits


def sever(connection: Connection[Any]) -> None:
    """Shut a connection's socket, from any thread; a statement under way fails, and whether it took effect is open."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as shared:
        shared.shutdown(socket.SHUT_RDWR)


class _Watch:
    """Knows what waits for a server, and until when it may."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[object, tuple[float, Connection[Any]]] = {}
        self._thread: threading.Thread | None = None

    def add(self, connection: Connection[Any], until: float) -> object:
        mark = object()
        with self._lock:
            self._waiting[mark] = (until, connection)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="suyuan-severing", daemon=True)
                self._thread.start()
        return mark

    def remove(self, mark: object) -> None:
        with self._lock:  # so that nothing is cut once it was taken off: its number may be another file's by then
            self._waiting.pop(mark, None)

    def _run(self) -> None:
        while True:
            sleep(_LOOK)
            now = monotonic()
            with self._lock:
                for mark in [mark for mark, (until, _) in self._waiting.items() if until < now]:
                    sever(self._waiting.pop(mark)[1])


_watch = _Watch()


@contextmanager
def within(connection: Connection[Any], seconds: float) -> Iterator[None]:
    """Let what is asked of a server here take so many seconds; after that its connection is cut.

    Args:
        connection: closed by nobody else meanwhile.
        seconds: more than the server's own timeouts, which tell better what was wrong.
    """
    mark = _watch.add(connection, monotonic() + seconds)
    try:
        yield
    finally:
        _watch.remove(mark)
