"""For how long the oldest block has waited for its quorum."""

from __future__ import annotations

from collections.abc import Callable

from ledger.store.interface import Reader

QUORUM_WAIT = 60_000  # milliseconds after which intake closes while the oldest block has no quorum


def waited_for_quorum(reader: Reader, clock: Callable[[], int]) -> int:
    """Return for how many milliseconds the oldest block has waited, 0 where none waits."""
    oldest = reader.oldest_without_quorum()
    seal = reader.seal(oldest.size - 1) if oldest else None
    return max(0, clock() - seal.time) if seal else 0
