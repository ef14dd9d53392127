"""`python -m benchmarks.peers`: the same events through each, one after the other; writes build/peers.json."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.peers.audited_table import audited_table
from benchmarks.peers.events import Loads, make, records, write_records
from benchmarks.peers.ours import ours
from benchmarks.peers.strangers import Files, hypercore, pymerkle
from benchmarks.peers.table import format_table
from benchmarks.served import served
from tests.postgres import Server

BUILD = Path(__file__).parents[2] / "build"
DISK = "/var/tmp"  # of all folders for what passes, the one that is meant to outlive a restart: no memory


def main() -> int:
    """Run all, write and print the figures."""
    read = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    read.add_argument("--events", type=int, default=60_000, help="in batches")
    read.add_argument("--batch", type=int, default=1_000)
    read.add_argument("--singles", type=int, default=500, help="one by one")
    read.add_argument("--out", type=Path, default=BUILD / "peers.json")
    given = read.parse_args()
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="peers-", dir=BUILD) as work:
        figures = measure(Path(work), events=given.events, batch=given.batch, singles=given.singles)
    given.out.write_text(json.dumps(figures, indent=2) + "\n")
    print(format_table(figures), end="")  # noqa: T201 - its answer
    return 0


def measure(work: Path, *, events: int, batch: int, singles: int) -> dict[str, dict[str, float]]:
    """Return events a second and how many events were kept, by peer."""
    figures = {}
    with served(work / "sqlite") as running:
        loads = make(running.commissioner, events=events, batch=batch, singles=singles)
        figures["suyuan"] = ours(running.url, loads.batched, loads.sequential, batch=batch)
    server = Server(place=DISK)
    try:
        with served(work / "postgres", server.database(empty=True)) as running:
            again = make(running.commissioner, events=events, batch=batch, singles=singles)
            figures["suyuan_postgres"] = ours(running.url, again.batched, again.sequential, batch=batch)
        many, few = list(records(loads.batched)), list(records(loads.sequential))
        figures["audited_table"] = audited_table(server.database(empty=True), many, few, batch=batch)
    finally:
        server.stop()
    files = _files(work, loads, batch)
    figures["pymerkle"] = pymerkle(files, BUILD / "peers" / "pymerkle")
    figures["hypercore"] = hypercore(files, BUILD / "peers" / "hypercore")
    return {name: {each: round(value, 1) for each, value in told.items()} for name, told in figures.items()}


def _files(work: Path, loads: Loads, batch: int) -> Files:
    files = Files(work / "batched", work / "sequential", batch, work)
    write_records(files.batched, records(loads.batched))
    write_records(files.sequential, records(loads.sequential))
    return files


if __name__ == "__main__":
    sys.exit(main())
