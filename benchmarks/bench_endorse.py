"""Endorsing thousands of events, three signatures, over the service."""

from __future__ import annotations

from benchmarks.conftest import FULL
from benchmarks.endorse import endorse_all, serving, waiting_events

MANY, FEW = 10_000, 300


def test_endorse_10k(benchmark, scale, yardstick, figures, tmp_path):
    count = MANY if scale is FULL else FEW
    with waiting_events(tmp_path / "zone", count) as waiting, serving(waiting.world) as url:
        took = benchmark.pedantic(endorse_all, args=(waiting, url, tmp_path / "receipts"))
    figures.append(yardstick.seconds("endorse_10k", took.seconds))
    assert (took.events, took.signatures) == (count, 3 if scale is FULL else 1)
