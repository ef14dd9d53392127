"""Choosing what is signed together: by sender, in the order of arrival, nothing before what it rests on."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from ledger.gateway.items import Ready
from verifier.ledgerformat.statement import MAX_BATCH
from verifier.ledgerformat.submission import MAX_SUBMISSION

PERIOD = 0.2  # seconds that an event waits for company at most
_ROOM = 1 << 20  # bytes of a submission that are not its events'


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a batch may be.

    Attributes:
        count: events, 1 to 4,096.
        size: bytes of its events.
        period: seconds that an event waits for company.
    """

    count: int = MAX_BATCH
    size: int = MAX_SUBMISSION - _ROOM
    period: float = PERIOD


class Schedule:
    """What is ready to be signed. One thread at a time."""

    def __init__(self, limits: Limits) -> None:
        """Choose batches within limits."""
        self._limits = limits
        self._lanes: dict[str, dict[int, tuple[Ready, float]]] = {}
        self._open: set[int] = set()  # ready, or signed and not answered yet
        self._forced: list[list[int]] = []

    def __len__(self) -> int:
        """Return how many events are open."""
        return len(self._open)

    def add(self, ready: Iterable[Ready], at: float) -> None:
        """Add events; `at` in seconds of a monotonic clock."""
        for each in ready:
            self._lanes.setdefault(each.sender, {})[each.seq] = (each, at)
            self._open.add(each.seq)

    def restore(self, ready: Iterable[Ready], at: float) -> None:
        """Put events of one sender back in front: their batch was not taken."""
        listed = list(ready)
        for sender in {each.sender for each in listed}:
            front = {each.seq: (each, at) for each in listed if each.sender == sender}
            self._lanes[sender] = {**front, **self._lanes.get(sender, {})}
        self._open.update(each.seq for each in listed)

    def reopen(self, seqs: Iterable[int]) -> None:
        """Note events that are signed already, and not answered."""
        self._open.update(seqs)

    def close(self, seqs: Iterable[int]) -> None:
        """Forget events that are recorded or parked; what rests on them may go."""
        self._open.difference_update(seqs)

    def split(self, halves: Iterable[list[int]]) -> None:
        """Let these be batches of their own: together they were too much."""
        self._forced += [each for each in halves if each]

    def resting_on(self, seqs: Iterable[int]) -> list[int]:
        """Return the events that rest on others, directly or not, and take them out."""
        gone, found = set(seqs), []
        for lane in self._lanes.values():  # an event's number is above those that it rests on
            for seq, (each, _) in sorted(lane.items()):
                if not gone.isdisjoint(each.after):
                    gone.add(seq)
                    found.append(seq)
        found = sorted(found)
        for seq in found:
            self._take(seq)
        self._open.difference_update(found)
        return found

    def due(self, now: float, held: Container[str]) -> float | None:
        """Return in how many seconds a batch is due; 0 if one is, None if nothing waits."""
        soonest = None
        for sender, lane in self._lanes.items():
            if sender in held or not lane:
                continue
            oldest = next((at for each, at in lane.values() if self._may_go(each, ())), None)
            if oldest is None:
                continue
            left = 0.0 if len(lane) >= self._limits.count else max(0.0, oldest + self._limits.period - now)
            soonest = left if soonest is None else min(soonest, left)
        return soonest

    def choose(self, held: Container[str]) -> tuple[str, list[int]] | None:
        """Return sender and events of the next batch, and take them out; None where nothing may go."""
        for place, forced in enumerate(self._forced):
            sender = next((name for name, lane in self._lanes.items() if forced[0] in lane), None)
            if sender is not None and sender not in held:
                del self._forced[place]
                return sender, [seq for seq in forced if self._take(seq)]
        fronts = {name: self._front(lane) for name, lane in self._lanes.items() if name not in held}
        ready = {name: seq for name, seq in fronts.items() if seq is not None}
        if not ready:
            return None
        sender = min(ready, key=lambda name: ready[name])
        return sender, self._fill(self._lanes[sender])

    def _front(self, lane: dict[int, tuple[Ready, float]]) -> int | None:
        return next((seq for seq, (each, _) in lane.items() if self._may_go(each, ())), None)

    def _fill(self, lane: dict[int, tuple[Ready, float]]) -> list[int]:
        chosen: dict[int, None] = {}
        size = 0
        for seq, (each, _) in lane.items():
            if not self._may_go(each, chosen):
                continue
            size += each.size
            if len(chosen) == self._limits.count or (chosen and size > self._limits.size):
                break
            chosen[seq] = None
        for seq in chosen:
            del lane[seq]
        return list(chosen)

    def _may_go(self, ready: Ready, chosen: Container[int]) -> bool:
        return all(seq in chosen or seq not in self._open for seq in ready.after)

    def _take(self, seq: int) -> bool:
        return any(lane.pop(seq, None) is not None for lane in self._lanes.values())
