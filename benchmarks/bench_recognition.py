"""Judging what the policies make of an event, once its histories are loaded."""

from __future__ import annotations

from benchmarks.conftest import FULL
from benchmarks.endorse import endorse_all, judge_all, serving, waiting_events
from benchmarks.measure import Figure

MANY, FEW = 10_000, 300


def test_recognition(benchmark, scale, yardstick, figures, tmp_path):
    with waiting_events(tmp_path / "zone", MANY if scale is FULL else FEW) as waiting:
        with serving(waiting.world) as url:
            endorse_all(waiting, url, tmp_path / "receipts")
        seconds = benchmark.pedantic(judge_all, args=(waiting,))
    figures.append(Figure("recognition", round(seconds * 1e6, 1), "µs", round(1 / (seconds * yardstick.rate), 4)))
    assert seconds > 0
