"""How far each witness is behind, by what it signed: in leaves, and in time since it could have signed."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Lag:
    """One witness's lag.

    Attributes:
        witness: its key name.
        leaves: committed after the newest checkpoint that it cosigned.
        milliseconds: since the first of them was sealed; 0 where there is none.
    """

    witness: str
    leaves: int
    milliseconds: int


def witness_lags(ledger: Ledger, now: int) -> tuple[Lag, ...]:
    """Return the lag of each witness that the charter in force names; `now` in milliseconds since 1970."""
    replay, size = ledger.head.replay, ledger.head.edge.size
    charter = replay.registry.charter_in_force(size)
    names = sorted({key.name for key in charter.policy.witnesses.values()}) if charter else []
    lags = []
    with ledger.store.read() as reader:
        newest = reader.newest_checkpoint()
        for name in names:
            cosigned = reader.newest_cosigned(name)
            leaves = max(0, newest.size - cosigned) if newest else 0
            seal = reader.seal_covering(cosigned) if leaves else None
            lags.append(Lag(name, leaves, max(0, now - seal.time) if seal else 0))
    return tuple(lags)
