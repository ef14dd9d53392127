"""Taking in: signed batches and single events, durable, indexed, sealed, through the ledger's own queue."""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Load, chunks, open_load
from benchmarks.measure import resident
from verifier.errors import SuyuanError

BATCH = 1_000
_SLICE = 50_000  # events prepared at a time, outside the measured time
_AHEAD = 20  # submissions of a batch under way at most
_GROUPS = 3  # groups of single events under way at most


@dataclass(frozen=True, slots=True)
class Ingested:
    """What taking in came to.

    Attributes:
        events: how many.
        seconds: from the first submission to the last answer, preparing excluded.
        growth: resident set at the end above that after a tenth, in bytes.
    """

    events: int
    seconds: float
    growth: int

    @property
    def rate(self) -> float:
        """Return events a second, mean over all."""
        return self.events / self.seconds


def ingest_batched(folder: Path, total: int, batch: int = BATCH) -> Ingested:
    """Return what it took to take in `total` events in signed batches, from an empty ledger."""
    load = open_load(folder)
    try:
        return _ingest(load, total, lambda count: [[load.batch(each)] for each in chunks(count, batch)], _AHEAD)
    finally:
        load.ledger.close()


def ingest_single(folder: Path, total: int, group: int = 100) -> Ingested:
    """Return what it took to take in `total` one-event statements, `group` of them handed in together."""
    load = open_load(folder)
    try:
        return _ingest(load, total, lambda count: [_singles(load, each) for each in chunks(count, group)], _GROUPS)
    finally:
        load.ledger.close()


def _singles(load: Load, count: int) -> list[bytes]:
    return [load.batch(1) for _ in range(count)]


def _ingest(load: Load, total: int, prepare: Callable[[int], list[list[bytes]]], ahead: int) -> Ingested:
    seconds, done, early = 0.0, 0, 0
    gc.collect()
    for count in chunks(total, _SLICE):
        groups = prepare(count)
        begun = time.perf_counter()
        _send(load, groups, ahead)
        seconds += time.perf_counter() - begun
        done += count
        if not early and done * 10 >= total:
            early = resident()
    return Ingested(total, seconds, resident() - early)


def _send(load: Load, groups: Iterable[list[bytes]], ahead: int) -> None:
    waiting: deque[list[Future[int] | SuyuanError]] = deque()
    for group in groups:
        waiting.append(load.ledger.submit_together(group))
        if len(waiting) >= ahead:
            _await(waiting.popleft())
    while waiting:
        _await(waiting.popleft())


def _await(taken: list[Future[int] | SuyuanError]) -> None:
    for each in taken:
        if isinstance(each, SuyuanError):
            raise each
        each.result()
