"""Metrics in the form of Prometheus; each app has a registry of its own."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ledger.clock import milliseconds
from ledger.election.candidate import Candidate
from ledger.ledger import Ledger
from ledger.store.sqlite.connection import is_wal_reset_safe
from ledger.witnessing.collection import Collection
from ledger.witnessing.collector import COSIGNED
from ledger.witnessing.lag import witness_lags
from verifier.primitives.checkpoint import parse_signed_checkpoint

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

disable_created_metrics()  # type: ignore[no-untyped-call] # when a counter began, nobody asks; each would be a series more


class Metrics:
    """What one app counts, and its registry."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.registry = CollectorRegistry()
        self.submissions = Counter(
            "suyuan_submissions", "Submissions by outcome: recorded, or the code of the refusal.", ["outcome"],
            registry=self.registry,
        )  # fmt: skip
        self.durations = Histogram(
            "suyuan_http_request_duration_seconds", "Requests by route, method and status.",
            ["route", "method", "status"], buckets=_BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.refusals = Counter(
            "suyuan_refusals", "Requests refused, by the code of the refusal.", ["code"], registry=self.registry,
        )  # fmt: skip
        self.overloads = Counter(
            "suyuan_overloads", "Requests refused since too much waited, by the queue.", ["queue"],
            registry=self.registry,
        )  # fmt: skip
        ProcessCollector(registry=self.registry)

    def observe(self, ledger: Ledger) -> None:
        """Add what is read from a ledger whenever somebody asks."""
        self.registry.register(_LedgerCollector(ledger))

    def stand(self, candidate: Candidate | None) -> None:
        """Add who leads, where several processes stand for the ledger; None where there is one."""
        self.registry.register(_ElectionCollector(candidate))

    def watch(self, collection: Collection) -> None:
        """Add how it stands with the witnesses that are asked for cosignatures."""
        self.registry.register(_WitnessCollector(collection))

    def add(self, *collectors: Collector) -> None:
        """Add what is read by these whenever somebody asks (`api.measured`)."""
        for each in collectors:
            self.registry.register(each)


class _LedgerCollector(Collector):
    """Reads sizes, queue and ages when it is asked."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def describe(self) -> list[Metric]:
        """Return nothing: the names are known without asking the ledger."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges of this moment."""
        ledger = self._ledger
        note = ledger.tiles.checkpoint()
        with ledger.store.read() as reader:
            quorum = reader.newest_checkpoint(quorum=True)
        gauges = {
            "suyuan_tree_size": ("Committed leaves.", ledger.head.edge.size),
            "suyuan_published_size": ("Leaves of the published checkpoint.", _size_of(note)),
            "suyuan_quorum_size": ("Leaves of the newest checkpoint with a quorum.", quorum.size if quorum else 0),
            "suyuan_seal_age_seconds": (
                "Age of the newest seal, 0 in an empty ledger.",
                max(0, milliseconds() - ledger.head.time) / 1000 if ledger.head.time else 0,
            ),
            "suyuan_oldest_unwitnessed_seconds": (
                "For how long the oldest block has waited for its quorum.",
                ledger.oldest_without_quorum() / 1000,
            ),
            "suyuan_missing_leaves": ("Leaves known to be recorded that are not read here yet.", ledger.missing),
            "suyuan_leads": ("1 where this process has the writer, 0 where it follows.", int(ledger.leads)),
            "suyuan_writer_running": ("1 while the writer writes.", int(ledger.stopped is None)),
            "suyuan_sqlite_wal_reset_safe": ("1 where SQLite has the fix of 3.51.3.", int(is_wal_reset_safe())),
        }
        for name, (help_, value) in gauges.items():
            yield GaugeMetricFamily(name, help_, value=value)
        yield from _lags(ledger)


class _ElectionCollector(Collector):
    """Reads what the candidate knows of the lease."""

    def __init__(self, candidate: Candidate | None) -> None:
        self._candidate = candidate

    def describe(self) -> list[Metric]:
        """Return nothing: the names are known without asking."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges of this moment."""
        candidate = self._candidate
        term = "The fencing number of the lease that this process saw last, 0 where there is none."
        yield GaugeMetricFamily("suyuan_lease_term", term, value=candidate.leader.term if candidate else 0)
        fault = "1 where the last turn of this process's candidate failed: it could not follow, renew or lead."
        yield GaugeMetricFamily("suyuan_candidate_fault", fault, value=int(bool(candidate and candidate.fault)))


class _WitnessCollector(Collector):
    """Reads how the last exchange with each witness went."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def describe(self) -> list[Metric]:
        """Return nothing: the names are known without asking."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield one gauge a witness."""
        cosigned = GaugeMetricFamily(
            "suyuan_witness_cosigned", "1 where the last request for a cosignature got one.", labels=["address"]
        )
        failures = GaugeMetricFamily(
            "suyuan_witness_failures",
            "Requests since a witness's last cosignature.",
            labels=["address"],
        )
        for each in self._collection.standings:
            cosigned.add_metric([each.url], int(each.outcome == COSIGNED))
            failures.add_metric([each.url], each.failures)
        yield from (cosigned, failures)


def _lags(ledger: Ledger) -> Iterator[Metric]:
    leaves = GaugeMetricFamily(
        "suyuan_witness_lag_leaves", "Leaves after the newest checkpoint that a witness cosigned.", labels=["witness"]
    )
    seconds = GaugeMetricFamily(
        "suyuan_witness_lag_seconds", "For how long a witness has left the next block uncosigned.", labels=["witness"]
    )
    for lag in witness_lags(ledger, milliseconds()):
        leaves.add_metric([lag.witness], lag.leaves)
        seconds.add_metric([lag.witness], lag.milliseconds / 1000)
    yield from (leaves, seconds)


def _size_of(note: bytes | None) -> int:
    return parse_signed_checkpoint(note)[0].size if note else 0
