"""A plain bar on standard error: on a terminal only, so that logs and pipes stay clean."""

from __future__ import annotations

import sys
import time

_EVERY = 0.1  # seconds between two drawings
_WIDTH = 30


class Bar:
    """One line that is drawn over again."""

    def __init__(self, *, quiet: bool) -> None:
        """Draw nothing where standard error is no terminal, or if asked to be quiet."""
        self._shown = not quiet and sys.stderr.isatty()
        self._drawn = 0.0
        self._length = 0

    def draw(self, done: int, whole: int, words: str) -> None:
        """Draw the bar, ten times a second at most; the last time always."""
        if not self._shown or (time.monotonic() - self._drawn < _EVERY and done < whole):
            return
        filled = _WIDTH * done // max(1, whole)
        line = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {words}"
        print(f"\r{line:<{self._length}}", end="", file=sys.stderr, flush=True)
        self._drawn, self._length = time.monotonic(), len(line)

    def clear(self) -> None:
        """Take the line away."""
        if self._length:
            print(f"\r{'':<{self._length}}\r", end="", file=sys.stderr, flush=True)
            self._length = 0
