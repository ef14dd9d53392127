"""Single events over more and more connections: how many a second, and how long the answers take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from benchmarks.served import Served
from fixtures.load.plan import Sizes, Target


@dataclass(frozen=True, slots=True)
class Connected:
    """What one number of connections came to.

    Attributes:
        connections: kept open, each one request at a time.
        rate: events a second.
        p50: seconds within which half of the answers came.
        p99: seconds within which 99 of 100 came.
        refused: answers that were no success.
    """

    connections: int
    rate: float
    p50: float
    p99: float
    refused: int


def connect(running: Served, counts: Iterable[int], *, singles: int) -> list[Connected]:
    """Return what each number of connections came to, `singles` events each."""
    found = []
    for count in counts:
        sizes = replace(Sizes(), singles=singles, connections=count)
        driven = Target(running.url, running.commissioner, sizes).http_single()
        refused = sum(each for status, each in driven.statuses.items() if not 200 <= status < 300)
        found.append(Connected(count, driven.rate, driven.percentile(0.5), driven.percentile(0.99), refused))
    return found
