"""Sequence numbers of the gateway's keys: under load, more are taken at once than are needed at once.

Taking numbers durably costs as much as signing with them many times over. What was taken and is never used, because the
gateway ends, is a gap, which is allowed (formats, section 6).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ledger.client.sequence import next_number, take_numbers

_MANY = 16  # numbers for one batch, from which on some are taken for those to come:
_AHEAD = 8  # as many times more


@dataclass(slots=True)
class Numbers:
    """Gives the numbers of keys; one thread uses it. No number is given twice, not by another program either."""

    _taken: dict[bytes, range] = field(default_factory=dict)  # by kid: durably taken, not given yet

    def take(self, key: Path, kid: bytes, count: int) -> int:
        """Return the first of `count` numbers of a key; arguments and errors as of `take_numbers`."""
        taken = self._taken.pop(kid, range(0))
        if len(taken) < count:
            more = _AHEAD * count if count >= _MANY else 0
            first = take_numbers(key, kid, count + more)
            taken = range(first, first + count + more)
        self._taken[kid] = taken[count:]
        return taken.start

    def skip(self, key: Path, kid: bytes, *, least: int, gap: int) -> None:
        """Go on at `least`, or where this key's file goes on, and behind a gap."""
        self._taken.pop(kid, None)
        take_numbers(key, kid, 0, first=max(least, next_number(key, kid)) + gap)
