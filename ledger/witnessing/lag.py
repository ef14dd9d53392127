"""How far each witness is behind, by what it signed: in leaves, and in time since it could have signed."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.ledger import Ledger
from ledger.store.interface import Reader
from verifier.primitives.note import ED25519_NOTE, NoteKey, parse_signature_line


@dataclass(frozen=True, slots=True)
class Lag:
    """One witness's lag.

    Attributes:
        witness: its key name.
        leaves: committed after the newest checkpoint that it cosigned.
        milliseconds: since the first of them was sealed; 0 where there is none.
        size: of the newest checkpoint that it cosigned, 0 for none.
        cosigned: when, by its own clock, in seconds since 1970; None where it never did.
    """

    witness: str
    leaves: int
    milliseconds: int
    size: int = 0
    cosigned: int | None = None


def witness_lags(ledger: Ledger, now: int) -> tuple[Lag, ...]:
    """Return the lag of each witness that the charter in force names; `now` in milliseconds since 1970."""
    replay, size = ledger.head.replay, ledger.head.edge.size
    charter = replay.registry.charter_in_force(size)
    keys = charter.policy.witnesses.values() if charter else ()
    lags = []
    with ledger.read() as reader:
        newest = reader.newest_checkpoint()
        for name in sorted({key.name for key in keys}):
            cosigned = reader.newest_cosigned(name)
            leaves = max(0, newest.size - cosigned) if newest else 0
            seal = reader.seal_covering(cosigned) if leaves else None
            time = _time_of(reader, cosigned, [key for key in keys if key.name == name])
            lags.append(Lag(name, leaves, max(0, now - seal.time) if seal else 0, cosigned, time))
    return tuple(lags)


def _time_of(reader: Reader, size: int, keys: list[NoteKey]) -> int | None:
    """Return when a witness cosigned a size, as its newest line says; lines were verified when they were taken in."""
    timed = {(key.name, key.key_id) for key in keys if key.kind != ED25519_NOTE}
    lines = (parse_signature_line(each) for each in reader.cosignatures(size))
    times = [int.from_bytes(each.blob[:8], "big") for each in lines if (each.name, each.key_id) in timed]
    return max(times, default=None)
