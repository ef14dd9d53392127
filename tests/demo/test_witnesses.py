"""The demonstration's witnesses: one is asked by the ledger, the others ask; what the server shows of them is so."""

from __future__ import annotations

import re
import time
import urllib.request
from contextlib import suppress
from hashlib import sha256

import pytest

from fixtures.demo.home import ORIGIN, WITNESSES, Home
from fixtures.demo.takeaway import is_covered, trusted_ledger
from ledger.client.client import LedgerClient
from ledger.errors import UnknownError
from ledger.witness.folder import WitnessFolder
from ledger.witness.store import open_reader
from tests.demo.running import PATIENCE, Demo
from verifier.primitives.checkpoint import parse_signed_checkpoint

pytestmark = pytest.mark.slow
LISTENER = "inspection"


def fetch(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


def gauges(demo: Demo, name: str) -> dict[str, float]:
    """Return what the server's metrics say, by the one label."""
    found = re.findall(rf'^{name}{{\w+="([^"]+)"}} (\S+)$', fetch(f"{demo.url}/metrics"), re.MULTILINE)
    return {label: float(value) for label, value in found}


def cosigned_size(demo: Demo, label: str) -> int:
    """Return what a witness's own database says that it cosigned last."""
    reader = open_reader(WitnessFolder(demo.folder / "witnesses" / label).database)
    try:
        newest = reader.newest(ORIGIN)
    finally:
        reader.close()
    assert newest is not None
    return newest.size


def settled(demo: Demo) -> int:
    """Return the size of the newest checkpoint, once every witness has cosigned it."""
    end = time.monotonic() + PATIENCE
    while set(gauges(demo, "suyuan_witness_lag_leaves").values()) != {0}:
        assert time.monotonic() < end, fetch(f"{demo.url}/metrics")
        time.sleep(0.2)
    return parse_signed_checkpoint(LedgerClient(demo.url).checkpoint())[0].size


def test_the_lag_that_is_shown_of_each_witness_is_what_its_own_database_says(demo: Demo) -> None:
    size = settled(demo)
    assert set(gauges(demo, "suyuan_witness_lag_leaves")) == set(WITNESSES)
    assert gauges(demo, "suyuan_witness_lag_seconds") == dict.fromkeys(WITNESSES, 0.0)
    assert {cosigned_size(demo, name.partition(".")[0]) for name in WITNESSES} == {size}


def test_one_witness_is_handed_each_checkpoint_by_the_ledger_and_the_others_ask(demo: Demo) -> None:
    size = settled(demo)
    ((address, cosigned),) = gauges(demo, "suyuan_witness_cosigned").items()
    assert cosigned == 1
    shown = fetch(f"{address}/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint").encode()
    checkpoint, note = parse_signed_checkpoint(shown)
    assert checkpoint.size == size
    assert {line.name for line in note.signatures} == {ORIGIN, "inspection.example/witness"}
    for name in WITNESSES:
        label = name.partition(".")[0]
        listens = address in (demo.folder / f"{label}.log").read_text("utf-8")
        assert listens == (label == LISTENER)


def test_what_witnesses_passed_over_is_covered_by_a_later_checkpoint_with_a_quorum(demo: Demo) -> None:
    size, home, client = settled(demo), Home(demo.folder), LedgerClient(demo.url)
    trusted = trusted_ledger(home, client)
    passed_over = []
    for each in range(2, size):
        with suppress(UnknownError):  # no block ended there
            if not trusted.checkpoint(client.checkpoint(each)).quorum:
                passed_over.append(each)
    assert passed_over
    assert all(is_covered(home, client, each) for each in (*passed_over, size))
    assert not is_covered(home, client, size + 1_000_000)  # further than seals of idle minutes can get
