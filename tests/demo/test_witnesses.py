"""The demonstration's witnesses: one is asked by the ledger, the others ask; what the server shows of them is so."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import TypeVar

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
T = TypeVar("T")


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


def newest(demo: Demo) -> int:
    return parse_signed_checkpoint(LedgerClient(demo.url).checkpoint())[0].size


def at_rest(demo: Demo, look: Callable[[], T]) -> tuple[int, T]:
    """Return the size of the newest checkpoint, once every witness has cosigned it, and what `look` sees meanwhile.

    Each idle minute is sealed: what was seen around a seal is looked at again.
    """
    end = time.monotonic() + PATIENCE
    while True:
        size = newest(demo)
        if set(gauges(demo, "suyuan_witness_lag_leaves").values()) == {0}:
            seen = look()
            if newest(demo) == size:
                return size, seen
        assert time.monotonic() < end, fetch(f"{demo.url}/metrics")
        time.sleep(0.2)


def test_the_lag_that_is_shown_of_each_witness_is_what_its_own_database_says(demo: Demo) -> None:
    def look() -> tuple[dict[str, float], set[int]]:
        databases = {cosigned_size(demo, name.partition(".")[0]) for name in WITNESSES}
        return gauges(demo, "suyuan_witness_lag_seconds"), databases

    size, (seconds, databases) = at_rest(demo, look)
    assert seconds == dict.fromkeys(WITNESSES, 0.0)
    assert databases == {size}


def test_one_witness_is_handed_each_checkpoint_by_the_ledger_and_the_others_ask(demo: Demo) -> None:
    def look() -> tuple[str, float, bytes]:
        ((address, cosigned),) = gauges(demo, "suyuan_witness_cosigned").items()
        return address, cosigned, fetch(f"{address}/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint").encode()

    size, (address, cosigned, shown) = at_rest(demo, look)
    assert cosigned == 1
    checkpoint, note = parse_signed_checkpoint(shown)
    assert checkpoint.size == size
    assert {line.name for line in note.signatures} == {ORIGIN, "inspection.example/witness"}
    for name in WITNESSES:
        label = name.partition(".")[0]
        listens = address in (demo.folder / f"{label}.log").read_text("utf-8")
        assert listens == (label == LISTENER)


def test_what_witnesses_passed_over_is_covered_by_a_later_checkpoint_with_a_quorum(demo: Demo) -> None:
    home, client = Home(demo.folder), LedgerClient(demo.url)
    size, _ = at_rest(demo, lambda: None)
    trusted = trusted_ledger(home, client)
    passed_over = []
    for each in range(2, size):
        with suppress(UnknownError):  # no block ended there
            if not trusted.checkpoint(client.checkpoint(each)).quorum:
                passed_over.append(each)
    assert passed_over
    assert all(is_covered(home, client, each) for each in (*passed_over, size))
    assert not is_covered(home, client, size + 1_000_000)  # further than seals of idle minutes can get
