"""`python -m benchmarks.curves`: measure, write docs/plots/curves.json, and draw the plots beside it from that."""

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
from benchmarks.served import DISK, served
from ledger.collector import calm_collector

Told = dict[str, list[dict[str, Any]]]  # rows of each part
PLOTS = Path(__file__).parents[2] / "docs" / "plots"
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
COUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_EVENTS, _CONNECTIONS = "events in the ledger", "connections, each one request at a time"


def main() -> int:
    """Measure what was asked for, write it beside what was measured before, and draw."""
    read = argparse.ArgumentParser(prog="python -m benchmarks.curves", description=__doc__)
    read.add_argument("parts", nargs="*", choices=[[], "connections", "growth"], help="what to measure; else both")
    read.add_argument("--most", type=int, default=1_000_000, help="events of the largest ledger")
    read.add_argument("--singles", type=int, default=6_000, help="events for each number of connections")
    read.add_argument("--plots", type=Path, default=PLOTS, help="where figures and plots are written")
    given = read.parse_args()
    given.plots.mkdir(parents=True, exist_ok=True)
    written = given.plots / "curves.json"
    told = json.loads(written.read_text()) if written.exists() else {}
    with tempfile.TemporaryDirectory(prefix="curves-", dir=DISK) as work:
        told |= measure(Path(work), given.parts or ["connections", "growth"], most=given.most, singles=given.singles)
    written.write_text(json.dumps(told, indent=2, sort_keys=True) + "\n")
    for name, drawn in plots(told).items():
        (given.plots / name).write_text(drawn, "utf-8")
    return 0


def measure(work: Path, parts: Sequence[str], *, most: int, singles: int) -> Told:
    """Return what was measured; connections first, as long as this process has made little."""
    calm_collector()
    told: Told = {}
    if "connections" in parts:
        with served(work / "served") as running:
            told["connections"] = [asdict(each) for each in connect(running, COUNTS, singles=singles)]
    if "growth" in parts:
        sizes = [each for each in SIZES if each < most]
        told["growth"] = [asdict(each) for each in grow(work / "grown", [*sizes, most])]
    return told


def plots(told: Told) -> dict[str, str]:
    """Return the SVG of each file name, of the parts that were measured."""
    return _grown(told.get("growth", [])) | _connected(told.get("connections", []))


def _grown(rows: Sequence[Mapping[str, float]]) -> dict[str, str]:
    if not rows:
        return {}
    ingest = {"batches of 1,000": _across(rows, "events", "rate")}
    index = {"10,000 new keys": _across(rows, "events", "index", 1000)}
    trace = {"one unit": _across(rows, "events", "trace", 1000)}
    return {
        "ingest.svg": format_plot(Axes("Taking in", _EVENTS, "events/s since the size before", 10), ingest),
        "index.svg": format_plot(Axes("Updating the index", _EVENTS, "milliseconds, durable", 10), index),
        "trace.svg": format_plot(Axes("Proving a trace", _EVENTS, "milliseconds, median", 10), trace),
    }


def _connected(rows: Sequence[Mapping[str, float]]) -> dict[str, str]:
    if not rows:
        return {}
    single = {"single events": _across(rows, "connections", "rate")}
    waits = {
        "half": _across(rows, "connections", "p50", 1000),
        "99 of 100": _across(rows, "connections", "p99", 1000),
    }
    return {
        "connections.svg": format_plot(Axes("Single events over HTTP", _CONNECTIONS, "events/s", 2), single),
        "answers.svg": format_plot(Axes("Until the receipt", _CONNECTIONS, "milliseconds", 2), waits),
    }


def _across(rows: Sequence[Mapping[str, float]], x: str, y: str, by: float = 1.0) -> list[tuple[float, float]]:
    return [(row[x], row[y] * by) for row in rows]


if __name__ == "__main__":
    sys.exit(main())
