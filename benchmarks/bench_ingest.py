"""Taking in: batches and single events."""

from __future__ import annotations

from benchmarks.ingest import ingest_batched, ingest_single


def test_ingest_batched(benchmark, scale, yardstick, figures, tmp_path):
    took = benchmark.pedantic(ingest_batched, args=(tmp_path / "batched", scale.events, scale.batch))
    figures.append(yardstick.per_second("ingest_batched", took.rate, "events/s"))
    figures.append(yardstick.size("ingest_batched_growth", took.growth))
    assert took.events == scale.events


def test_ingest_single(benchmark, scale, yardstick, figures, tmp_path):
    took = benchmark.pedantic(ingest_single, args=(tmp_path / "single", scale.singles))
    figures.append(yardstick.per_second("ingest_single", took.rate, "events/s"))
    assert took.events == scale.singles
