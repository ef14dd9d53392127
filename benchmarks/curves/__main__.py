"""`python -m benchmarks.curves`: measure, write build/curves.json, and draw docs/plots/*.svg from it."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.curves.connections import connect
from benchmarks.curves.growth import grow
from benchmarks.curves.plot import Axes, format_plot
from benchmarks.served import served
from ledger.collector import calm_collector

ROOT = Path(__file__).parents[2]
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
COUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_EVENTS, _CONNECTIONS = "events in the ledger", "connections, each one request at a time"


def main() -> int:
    """Measure, write and draw."""
    read = argparse.ArgumentParser(prog="python -m benchmarks.curves", description=__doc__)
    read.add_argument("--most", type=int, default=SIZES[-1], help="events of the largest ledger")
    read.add_argument("--singles", type=int, default=6_000, help="events for each number of connections")
    read.add_argument("--out", type=Path, default=ROOT / "build" / "curves.json")
    read.add_argument("--plots", type=Path, default=ROOT / "docs" / "plots")
    given = read.parse_args()
    for folder in (given.out.parent, given.plots):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="curves-", dir=given.out.parent) as work:
        told = measure(Path(work), most=given.most, singles=given.singles)
    given.out.write_text(json.dumps(told, indent=2) + "\n")
    for name, drawn in plots(told).items():
        (given.plots / name).write_text(drawn, "utf-8")
    return 0


def measure(work: Path, *, most: int, singles: int) -> dict[str, list[dict[str, Any]]]:
    """Return what was measured; connections first, as long as this process has made little."""
    calm_collector()
    with served(work / "served") as running:
        connections = connect(running, COUNTS, singles=singles)
    sizes = [each for each in SIZES if each < most]
    growth = grow(work / "grown", [*sizes, most])
    return {"connections": [asdict(each) for each in connections], "growth": [asdict(each) for each in growth]}


def plots(told: Mapping[str, Sequence[Mapping[str, float]]]) -> dict[str, str]:
    """Return the SVG of each file name."""
    grown, connected = told["growth"], told["connections"]

    def across(rows: Sequence[Mapping[str, float]], x: str, y: str, by: float = 1.0) -> list[tuple[float, float]]:
        return [(row[x], row[y] * by) for row in rows]

    ingest = {"batches of 1,000": across(grown, "events", "rate")}
    index = {"10,000 new keys": across(grown, "events", "index", 1000)}
    trace = {"one unit": across(grown, "events", "trace", 1000)}
    single = {"single events": across(connected, "connections", "rate")}
    waits = {
        "half": across(connected, "connections", "p50", 1000),
        "99 of 100": across(connected, "connections", "p99", 1000),
    }
    return {
        "ingest.svg": format_plot(Axes("Taking in", _EVENTS, "events/s since the size before", 10), ingest),
        "index.svg": format_plot(Axes("Updating the index", _EVENTS, "milliseconds, durable", 10), index),
        "trace.svg": format_plot(Axes("Proving a trace", _EVENTS, "milliseconds, median", 10), trace),
        "connections.svg": format_plot(Axes("Single events over HTTP", _CONNECTIONS, "events/s", 2), single),
        "answers.svg": format_plot(Axes("Until the receipt", _CONNECTIONS, "milliseconds", 2), waits),
    }


if __name__ == "__main__":
    sys.exit(main())
