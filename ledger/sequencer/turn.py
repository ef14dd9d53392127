"""Whose turn it is to compute: intake threads or the writer.

The interpreter runs one thread at a time. A database write of many rows gives it up and takes it back at
every row, and each time a busy thread may keep it for milliseconds; so while the writer computes or
writes rows, intake waits here. While the database makes a block durable, or a signature is checked (one
long call each, outside the interpreter), others go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turn:
    """One thread computes at a time; the writer goes first."""

    def __init__(self) -> None:
        """Start with nobody's turn."""
        self._changed = Condition()
        self._taken = False
        self._writer_waits = False

    @contextmanager
    def intake(self) -> Iterator[None]:
        """Compute on behalf of a submitter."""
        self._take_behind_writer()
        try:
            yield
        finally:
            self._give_up()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let others compute while intake, whose turn it is, waits for one long call."""
        self._give_up()
        try:
            yield
        finally:
            self._take_behind_writer()

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Compute as the one writer."""
        self._take()
        try:
            yield
        finally:
            self._give_up()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Let others compute while the writer, whose turn it is, waits for the disk."""
        self._give_up()
        try:
            yield
        finally:
            self._take()

    def _take_behind_writer(self) -> None:
        with self._changed:
            while self._taken or self._writer_waits:
                self._changed.wait()
            self._taken = True

    def _take(self) -> None:
        with self._changed:
            self._writer_waits = True
            while self._taken:
                self._changed.wait()
            self._taken, self._writer_waits = True, False

    def _give_up(self) -> None:
        with self._changed:
            self._taken = False
            self._changed.notify_all()
