"""One ledger that grows: how fast it takes in, and how long an index update and a trace take, at sizes on the way."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.index import fill, update
from benchmarks.load import Load, chunks, open_load, unit

_AHEAD, _TRACES = 20, 50  # one issuer may fill half of the queue (`MAX_WAITING`)


@dataclass(frozen=True, slots=True)
class Grown:
    """A ledger at one size.

    Attributes:
        events: recorded in it.
        rate: events a second since the size before.
        trace: seconds for the trace proof of one unit, median.
        index: seconds for a durable update of 10,000 new keys in an index of as many keys as there are events.
    """

    events: int
    rate: float
    trace: float
    index: float


def grow(folder: Path, sizes: Iterable[int], *, batch: int = 1_000, changed: int = 10_000) -> list[Grown]:
    """Return what a ledger did at each of these sizes, ascending; batches are made outside the measured time."""
    load, found, before = open_load(folder / "ledger"), [], 0
    try:
        for size in sizes:
            seconds = sum(_take_in(load, count, batch) for count in chunks(size - before, 50_000))
            trace = median(_trace(load, number) for number in range(_TRACES))
            index = _index(folder / f"index-{size}", size, changed)
            found.append(Grown(size, (size - before) / seconds, trace, index))
            before = size
    finally:
        load.ledger.close()
    return found


def _take_in(load: Load, count: int, batch: int) -> float:
    prepared = [load.batch(each) for each in chunks(count, batch)]
    begun, waiting = time.perf_counter(), deque()
    for each in prepared:
        waiting.append(load.ledger.submit(each))
        if len(waiting) >= _AHEAD:
            waiting.popleft().result()
    for each in waiting:
        each.result()
    return time.perf_counter() - begun


def _trace(load: Load, number: int) -> float:
    subject = unit(number * 7919 % load.units)
    begun = time.perf_counter()
    load.ledger.prover.trace(subject)
    return time.perf_counter() - begun


def _index(folder: Path, keys: int, changed: int) -> float:
    folder.mkdir(parents=True)
    indexed = fill(folder, keys)
    try:
        return update(indexed, changed)
    finally:
        indexed.store.close()
