"""Which checkpoint the witnesses are asked about: all of them about the same one, or no quorum would form.

A busy ledger publishes one a second. A witness that takes longer than that would otherwise cosign other
sizes than the others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from verifier.primitives.checkpoint import parse_signed_checkpoint

PATIENCE = 2.0  # seconds after which a round without a quorum gives way to a newer checkpoint


@dataclass(frozen=True, slots=True)
class Target:
    """A published checkpoint: its size, and its note with whatever lines it has."""

    size: int
    note: bytes


class Rounds:
    """The round under way. Any thread may ask."""

    def __init__(self, newest: Callable[[], bytes | None], monotonic: Callable[[], float]) -> None:
        """Begin with the first published checkpoint.

        Args:
            newest: the note that is published now, None before the first.
            monotonic: seconds, never going back.
        """
        self._newest, self._monotonic = newest, monotonic
        self._mutex = threading.Lock()
        self._target: Target | None = None
        self._begun = 0.0
        self._reached = True

    def current(self) -> Target | None:
        """Return what to ask about now; None while nothing is published."""
        with self._mutex:
            if self._reached or self._monotonic() - self._begun >= PATIENCE:
                self._begin()
            return self._target

    def reached(self, size: int) -> None:
        """Note that a size has its quorum: the next round may begin."""
        with self._mutex:
            self._reached |= self._target is not None and size >= self._target.size

    def _begin(self) -> None:
        note = self._newest()
        size = parse_signed_checkpoint(note)[0].size if note else 0
        if note and (self._target is None or size > self._target.size):
            self._target, self._begun, self._reached = Target(size, note), self._monotonic(), False
