"""All collectors of one ledger: begun and ended together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ledger.ledger import Ledger
from ledger.witnessing.collector import Collector, Standing
from ledger.witnessing.rounds import Rounds

_JOIN = 1.0  # seconds; who waits for a silent witness is left behind


class Collection:
    """Collects cosignatures from every witness that was named, until it is closed."""

    def __init__(
        self,
        ledger: Ledger,
        urls: Sequence[str],
        *,
        timeout: float = 5.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin; `urls` are witnesses' submission prefixes, `timeout` in seconds for each to answer."""
        rounds = Rounds(ledger.tiles.checkpoint, monotonic)
        self._collectors = [Collector(ledger, url, rounds, timeout=timeout) for url in dict.fromkeys(urls)]
        for each in self._collectors:
            each.start()

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Return how it stands with each witness."""
        return tuple(each.standing for each in self._collectors)

    def close(self) -> None:
        """Ask nothing more."""
        for each in self._collectors:
            each.stop()
        for each in self._collectors:
            each.join(_JOIN)
