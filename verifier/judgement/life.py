"""The life of one subject of the registry: revoked, suspended, restored (docs/formats.md, section 12).

Limits are looked at where they are used: whether an event is reached is asked with its own leaf and ledger time,
so nobody needs the time of a leaf that an act merely names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

HOUR = 3_600_000  # milliseconds
DAY = 24 * HOUR
LONGEST_SUSPENSION = 72 * HOUR
PAUSE = 30 * DAY  # after a suspension's longest end, before two roots alone may suspend again
REACH = 7 * DAY  # how far back whoever is not the roots says that a key was compromised


@dataclass(frozen=True, slots=True)
class Revocation:
    """An end, from a leaf on.

    Attributes:
        event: name of the event.
        since: first leaf at which it holds.
        compromised: leaf from which what was signed before is suspect, None for none.
        not_before: ledger time before which nothing is suspect, whatever the leaf.
    """

    event: bytes
    since: int
    compromised: int | None = None
    not_before: int = 0


@dataclass(frozen=True, slots=True)
class Suspension:
    """A pause from a leaf on, until a ledger time.

    Attributes:
        event: name of the event.
        since: first leaf at which it holds.
        begun: ledger time of the leaf that completed it.
        until: ledger time from which it holds no longer, by itself.
        hasty: whether fewer approved it than the charter's threshold.
    """

    event: bytes
    since: int
    begun: int
    until: int
    hasty: bool = False

    @property
    def end(self) -> int:
        """Return the ledger time from which it holds no longer: its own, and 72 hours at most."""
        return min(self.until, self.begun + LONGEST_SUSPENSION)


@dataclass(frozen=True, slots=True)
class Restoration:
    """What ends a suspension and undoes a revocation, from a leaf on."""

    event: bytes
    since: int


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Events of a key that a revocation calls suspect.

    Attributes:
        event: name of the revocation.
        since_leaf: first leaf that is reached.
        not_before_time: ledger time of the first that is reached.
        until_leaf: first leaf that is not: there the key had ended.
    """

    event: bytes
    since_leaf: int
    not_before_time: int
    until_leaf: int

    def reaches(self, leaf: int, time: int) -> bool:
        """Return whether an event at a leaf of this ledger time is suspect."""
        return self.since_leaf <= leaf < self.until_leaf and time >= self.not_before_time


_Turn: TypeAlias = Revocation | Suspension | Restoration


@dataclass(frozen=True, slots=True)
class Life:
    """What happened to a subject, in the order in which it took effect."""

    turns: tuple[_Turn, ...] = ()

    def then(self, turn: _Turn) -> Life:
        """Return the life after one more turn."""
        return Life((*self.turns, turn))

    def revocation_at(self, leaf: int) -> Revocation | None:
        """Return the revocation in force at a leaf: the first one since the newest restoration."""
        found: Revocation | None = None
        for turn in self._until(leaf):
            if isinstance(turn, Restoration):
                found = None
            elif isinstance(turn, Revocation):
                found = found or turn
        return found

    def suspension_at(self, leaf: int, time: int, *, key: Life | None = None) -> Suspension | None:
        """Return a suspension in force at a leaf of this ledger time.

        Args:
            leaf: log position.
            time: its ledger time.
            key: the life of a key, where this is its holder's: then a suspension that holds for that key. A hasty one
                does not where the key itself was suspended shortly before.
        """
        found: Suspension | None = None
        for turn in self._until(leaf):
            if isinstance(turn, Restoration):
                found = None
            elif isinstance(turn, Suspension) and time < turn.end and not (key and key.is_spared(turn)):
                found = turn
        return found

    def is_chained(self, leaf: int, time: int) -> bool:
        """Return whether a suspension completed at a leaf of this ledger time would follow another one too closely."""
        suspensions = (turn for turn in self._until(leaf) if isinstance(turn, Suspension))
        return any(time < each.begun + LONGEST_SUSPENSION + PAUSE for each in suspensions)

    def is_spared(self, suspension: Suspension) -> bool:
        """Return whether a key with this life keeps its rights while its holder is suspended."""
        return suspension.hasty and self.is_chained(suspension.since - 1, suspension.begun)

    @property
    def is_compromised(self) -> bool:
        """Return whether a revocation called something suspect: then there is no way back."""
        return any(isinstance(turn, Revocation) and turn.compromised is not None for turn in self.turns)

    def revocation_for_good(self, registered: int, leaf: int) -> Revocation | None:
        """Return the first revocation by a leaf that called compromised what was registered by then.

        Keys that were a holder's when it was called compromised stay ended, though the holder be restored: whoever
        stole them has them still.
        """
        called = (turn for turn in self._until(leaf) if isinstance(turn, Revocation) and turn.compromised is not None)
        return next((turn for turn in called if registered <= turn.since), None)

    @property
    def suspicions(self) -> tuple[Suspicion, ...]:
        """Return what its revocations call suspect, oldest first."""
        return tuple(
            Suspicion(turn.event, turn.compromised, turn.not_before, turn.since)
            for turn in self.turns
            if isinstance(turn, Revocation) and turn.compromised is not None
        )

    def _until(self, leaf: int) -> Iterator[_Turn]:
        return (turn for turn in self.turns if turn.since <= leaf)


NO_LIFE = Life()
