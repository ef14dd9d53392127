"""Who leads: what a candidate asks of a lease, wherever that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Leader:
    """Who leads, as far as this process knows.

    Attributes:
        term: the fencing number, which only grows; 0 where nobody has led yet.
        holder: its name; empty where nobody leads.
        url: where it takes in what only a leader does.
        left: seconds that its lease still runs; not above 0 where it has run out.
    """

    term: int
    holder: str
    url: str
    left: float


NOBODY = Leader(0, "", "", 0.0)


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
