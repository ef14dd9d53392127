"""What a server shows of its queues, threads and stages, read whenever somebody asks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from anyio import CapacityLimiter
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from api.gathering import Gathering
from api.intake import Intake
from api.workers import Workers
from ledger.errors import BusyError
from ledger.following.follower import Follower
from ledger.ledger import Ledger
from ledger.measures import Histogram, Measures
from ledger.sequencer.fairness import Shares
from ledger.sequencer.queue import MAX_WAITING, WriterThread


class Queue(NamedTuple):
    """How full a queue is.

    Attributes:
        length: how many items wait; None where only what they take is counted.
        held: what is taken, in the queue's unit.
        bound: what may be.
    """

    length: int | None
    held: int
    bound: int


class Pool(NamedTuple):
    """How many threads of a pool are busy, of how many, and how many calls wait for one."""

    busy: int
    threads: int
    waiting: int


def queues_of(ledger: Ledger, intake: Intake, places: Shares, signatures: Workers) -> Mapping[str, Queue]:
    """Return every queue that a request may wait in, in the order of its way, and what waits for object storage."""
    return {
        "signatures": Queue(signatures.waiting, *signatures.held),
        "requests": Queue(None, places.held, places.most),
        "bodies": Queue(None, *intake.bodies.held),
        "intake": Queue(intake.gathering.waiting, *intake.gathering.held),
        "validations": Queue(intake.validations.waiting, *intake.validations.held),
        "cosignatures": Queue(intake.notes.waiting, *intake.notes.held),
        "writer": Queue(writer.waiting, *writer.held) if (writer := writer_of(ledger)) else Queue(0, 0, MAX_WAITING),
        "tiles": Queue(*ledger.tiles.held),
    }


def writer_of(ledger: Ledger) -> WriterThread | None:
    """Return the writer, None where another process leads."""
    try:
        return ledger.writer
    except BusyError:
        return None


def pools_of(intake: Intake, signatures: Workers, limiters: Mapping[str, CapacityLimiter]) -> Mapping[str, Pool]:
    """Return every pool of threads that a request may wait for."""
    bounded: dict[str, Workers | Gathering] = {
        "signatures": signatures,
        "intake": intake.gathering,
        "validations": intake.validations,
        "cosignatures": intake.notes,
    }
    pools = {name: Pool(each.running, each.threads, each.waiting) for name, each in bounded.items()}
    for name, limiter in limiters.items():
        told = limiter.statistics()
        pools[name] = Pool(told.borrowed_tokens, int(told.total_tokens), told.tasks_waiting)
    return pools


class QueueCollector(Collector):
    """Reads how full queues and pools are."""

    def __init__(
        self, queues: Callable[[], Mapping[str, Queue]], pools: Callable[[], Mapping[str, Pool]], ledger: Ledger
    ) -> None:
        """Read by these."""
        self._queues, self._pools, self._ledger = queues, pools, ledger

    def describe(self) -> list[Metric]:
        """Return nothing: the names are known without asking."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges of this moment."""
        length = GaugeMetricFamily("suyuan_queue_length", "Items that wait.", labels=["queue"])
        held = GaugeMetricFamily("suyuan_queue_held", "What is taken of a queue, in its unit.", labels=["queue"])
        bound = GaugeMetricFamily("suyuan_queue_bound", "What may be taken of it.", labels=["queue"])
        for name, queue in self._queues().items():
            if queue.length is not None:
                length.add_metric([name], queue.length)
            held.add_metric([name], queue.held)
            bound.add_metric([name], queue.bound)
        yield from (length, held, bound)
        yield from self._threads()
        issuers, oldest = (writer.issuers, writer.oldest) if (writer := writer_of(self._ledger)) else (0, 0.0)
        yield GaugeMetricFamily("suyuan_issuers_waiting", "Issuers that wait for the writer.", value=issuers)
        help_ = "For how long the oldest item has waited for the writer."
        yield GaugeMetricFamily("suyuan_oldest_unsealed_seconds", help_, value=oldest)

    def _threads(self) -> Iterator[Metric]:
        busy = GaugeMetricFamily("suyuan_threads_busy", "Threads at work.", labels=["pool"])
        threads = GaugeMetricFamily("suyuan_threads", "Threads that there are.", labels=["pool"])
        waiting = GaugeMetricFamily("suyuan_threads_awaited", "Calls that wait for a thread.", labels=["pool"])
        for name, pool in self._pools().items():
            busy.add_metric([name], pool.busy)
            threads.add_metric([name], pool.threads)
            waiting.add_metric([name], pool.waiting)
        yield from (busy, threads, waiting)


class StageCollector(Collector):
    """Reads what a ledger measures of itself."""

    def __init__(self, measures: Measures) -> None:
        """Read these."""
        self._measures = measures

    def describe(self) -> list[Metric]:
        """Return nothing: the names are known without asking."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield histograms of stages, blocks and seals."""
        stages = HistogramMetricFamily("suyuan_stage_seconds", "How long a stage took.", labels=["stage"])
        for stage, histogram in self._measures.stages.items():
            _add(stages, [stage], histogram)
        blocks = HistogramMetricFamily("suyuan_block_events", "Events of a block.", labels=[])
        _add(blocks, [], self._measures.block_events)
        intervals = HistogramMetricFamily("suyuan_seal_interval_seconds", "Time between two seals.", labels=[])
        _add(intervals, [], self._measures.seal_intervals)
        yield from (stages, blocks, intervals)


class BesideCollector(Collector):
    """Reads what stands beside the ledger: projections that follow it, where its tiles lie, and the disk under it."""

    def __init__(self, ledger: Ledger, followers: Mapping[str, Follower], disk: Path) -> None:
        """Read these; `disk` is any folder on it."""
        self._ledger, self._followers, self._disk = ledger, followers, disk

    def describe(self) -> list[Metric]:
        """Return nothing: the names are known without asking."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges of this moment."""
        size = self._ledger.head.edge.size
        lag = GaugeMetricFamily(
            "suyuan_projection_lag_leaves", "Leaves that a projection has not followed.", labels=["projection"]
        )
        failing = GaugeMetricFamily(
            "suyuan_projection_failing", "1 where a projection's last turn failed.", labels=["projection"]
        )
        yield from self._lookers()
        for name, follower in self._followers.items():
            lag.add_metric([name], max(0, size - follower.size))
            failing.add_metric([name], int(follower.fault is not None))
        yield from (lag, failing)
        help_ = "For how long the oldest of what was written has been on its way to where tiles lie."
        yield GaugeMetricFamily("suyuan_tiles_lag_seconds", help_, value=self._ledger.tiles.lag)
        free = shutil.disk_usage(self._disk).free
        yield GaugeMetricFamily("suyuan_disk_free_bytes", "Free space where the ledger lies.", value=free)

    def _lookers(self) -> Iterator[Metric]:
        """Yield the processes that look at submissions: what is there, and what ended."""
        lookers = self._ledger.lookers
        ready, ended = (lookers.ready, lookers.ended) if lookers else (0, 0)
        yield GaugeMetricFamily("suyuan_lookers", "Processes that can look at submissions.", value=ready)
        help_ = "Processes that looked at submissions and ended, though nobody had let them end."
        yield GaugeMetricFamily("suyuan_lookers_ended", help_, value=ended)


def _add(family: HistogramMetricFamily, labels: list[str], histogram: Histogram) -> None:
    reached, count, total = histogram.taken()
    buckets = [(f"{bound:g}", float(below)) for bound, below in reached]
    family.add_metric(labels, [*buckets, ("+Inf", float(count))], total)
