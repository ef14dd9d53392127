"""Who leads: what a candidate asks of a lease, wherever that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Leader(Protocol):
    """Who leads, as far as this process knows."""

    @property
    def term(self) -> int:
        """Return the fencing number, which only grows; 0 where nobody has led yet."""
        ...

    @property
    def holder(self) -> str:
        """Return its name; empty where nobody leads."""
        ...

    @property
    def url(self) -> str:
        """Return where it takes in what only a leader does."""
        ...

    @property
    def left(self) -> float:
        """Return the seconds that its lease still runs; not above 0 where it has run out."""
        ...

    @property
    def size(self) -> int:
        """Return how many leaves were committed when this was asked."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """A leader that somebody knows; implements `Leader`."""

    term: int
    holder: str
    url: str
    left: float
    size: int = 0


NOBODY = Known(0, "", "", 0.0)


class Lease(Protocol):
    """One lease for all processes of a ledger. Each call raises BusyError where whoever keeps it does not answer."""

    def acquire(self) -> bool:
        """Return whether this process leads from now on."""
        ...

    def renew(self) -> bool:
        """Let our lease run from now on; return whether it is still ours."""
        ...

    def release(self) -> None:
        """Let our lease run out now; do nothing where it is not ours."""
        ...

    def state(self) -> Leader:
        """Return who leads."""
        ...

    def close(self) -> None:
        """Ask nothing more."""
        ...
