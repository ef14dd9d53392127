"""Over HTTP, with the load generator on the same cores: batches, single events, traces, tiles; then an audit."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from benchmarks.conftest import FULL
from benchmarks.served import DISK, served
from fixtures.load.plan import Sizes, Target
from ledger.client.client import LedgerClient
from tests.postgres import Server, server
from verifier.primitives.checkpoint import parse_signed_checkpoint

SMALL_SIZES = Sizes(batches=2, batch=20, singles=20, connections=4, sequential=5, reads=20, readers=4)
ENGINES = ["sqlite", "postgres"]


@pytest.fixture(params=ENGINES)
def ledger(request, tmp_path, scale):
    """A served ledger on each engine."""
    with database(request.param, on_disk=scale is FULL) as address, served(tmp_path / "ledger", address) as running:
        yield request.param, running


@contextmanager
def database(engine, *, on_disk):
    """Yield the address of an empty database, None for SQLite; a figure that says durable is taken on a disk."""
    if engine == "sqlite":
        yield None
        return
    used = Server(place=DISK) if on_disk else server()
    address = used.database(empty=True)
    try:
        yield address
    finally:
        used.stop() if on_disk else used.drop(address)


def test_http(benchmark, scale, yardstick, figures, ledger, tmp_path):
    engine, running = ledger
    target = Target(running.url, running.commissioner, Sizes() if scale is FULL else SMALL_SIZES)
    suffix = "" if engine == "sqlite" else "_postgres"
    driven = {}

    def load():
        for name in ("http_batched", "http_single", "http_sequential", "trace_read"):
            driven[name] = getattr(target, name)()
        checkpoint = LedgerClient(running.url).checkpoint()
        driven["tiles_read"] = target.tiles_read(parse_signed_checkpoint(checkpoint)[0].size)

    benchmark.pedantic(load, rounds=1)
    for name, each in driven.items():
        assert set(each.statuses) <= {200, 201}, (name, each.statuses)
        unit = "events/s" if name.startswith("http") else "reads/s"
        figures.append(yardstick.per_second(f"{name}{suffix}", each.rate, unit))
    single = driven["http_single"].percentile(0.99)
    figures.append(yardstick.seconds(f"http_single_p99{suffix}", single))
    rate, events = audit(running, tmp_path)
    assert events >= running.commissioner.items
    figures.append(yardstick.per_second(f"audit{suffix}", rate, "events/s"))


def audit(running, folder):
    """Audit the ledger over HTTP, as an auditor does; return events a second, and how many there were."""
    policy = folder / "zone.policy"
    policy.write_bytes(running.policy)
    command = [
        *("-c", "import sys; from verifier.cli import main; sys.exit(main())"),
        *("audit", running.url, "--policy", str(policy), "--no-state", "--json"),
    ]
    begun = time.perf_counter()
    ran = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    told = json.loads(ran.stdout)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    events = told["counts"]["events"]
    return events / seconds, events
