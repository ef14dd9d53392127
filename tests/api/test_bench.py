"""`suyuan bench --target`: it loads a ledger that runs, and its JSON says what was answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from benchmarks.served import PASSPHRASE, PRODUCT, served
from ledger.signing.keyfile import save_key

SIZES = {"batches": 2, "batch": 10, "singles": 12, "connections": 3, "sequential": 4, "reads": 8}
LOADS = {"http_batched": 2, "http_single": 12, "http_sequential": 4, "trace_read": 8, "tiles_read": 8}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with served(tmp_path_factory.mktemp("bench") / "ledger") as ledger:
        save_key(ledger.folder.parent / "seller.key", ledger.commissioner.signer, PASSPHRASE)
        yield ledger


def bench(running, *more, product=PRODUCT):
    """Return what the command answered, run as people run it."""
    sizes = [word for name, value in SIZES.items() for word in (f"--{name}", str(value))]
    whose = ["--key", str(running.folder.parent / "seller.key"), "--issuer", running.commissioner.issuer]
    command = [sys.executable, "-m", "api.cli", "bench", "--target", running.url, *whose, "--product", product]
    words = [*command, *sizes, "--passphrase-env", "BENCH_KEY", "--json", *more]
    environment = {**os.environ, "BENCH_KEY": PASSPHRASE.decode()}
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)


def test_every_load_is_answered_and_told_in_the_file_and_on_standard_output(running, tmp_path):
    ran = bench(running, "--out", str(tmp_path / "figures.json"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert {name: sum(each["statuses"].values()) for name, each in told.items()} == LOADS
    assert {status for each in told.values() for status in each["statuses"]} <= {"200", "201"}
    for each in told.values():
        assert each["per_second"] > 0
        assert 0 < each["p50_ms"] <= each["p99_ms"]
    assert json.loads(ran.stdout) == told


def test_what_the_ledger_refuses_counts_as_refused_and_not_as_done(running):
    ran = bench(running, product="https://id.gs1.org/01/09506000134352")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = json.loads(ran.stdout)
    assert [told[name]["per_second"] for name in ("http_batched", "http_single", "http_sequential")] == [0, 0, 0]
    assert not {"200", "201"} & set(told["http_single"]["statuses"])
