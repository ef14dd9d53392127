"""A founded ledger that `suyuan serve` serves as a process of its own, on either engine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import now, uscc
from fixtures.load.statements import Commissioner
from fixtures.zone.actors import agency, enterprise
from fixtures.zone.founding import LedgerNames, Zone
from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.compose.event import Draft
from ledger.errors import UnreachableError
from ledger.opening import create_ledger, open_ledger
from ledger.signing.ledger_keys import load_ledger_keys
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.primitives.merkle import leaf_hash

ORIGIN, PASSPHRASE = "bench.example/zone", b"an invented passphrase"
DISK = "/var/tmp"  # a folder that outlives a restart, so no memory; short, as a socket's path must be
PRODUCT = "https://id.gs1.org/01/06901234567892"


@dataclass(frozen=True, slots=True)
class Served:
    """A ledger on HTTP, its folder, who may load it, and the trust policy that pins it."""

    url: str
    folder: Path
    commissioner: Commissioner
    policy: bytes


def found(folder: Path, database: str | None = None) -> tuple[Commissioner, bytes]:
    """Found a zone with one seller and its product, in a new ledger that is closed again; return seller and policy."""
    create_ledger(folder, ORIGIN, PASSPHRASE, database=database)
    keys = load_ledger_keys(folder / "keys", ORIGIN, PASSPHRASE)
    ledger = open_ledger(folder, PASSPHRASE, allow_async=True)
    try:
        customs = agency("customs", "海关", "Customs", ["customs", "registrar"])
        seller = enterprise(uscc("91330100BENCH0001"), "电商", "Seller", ["seller"], prefixes=["690123456"])
        zone = Zone(LedgerNames.of(keys), [customs], 1, [], 0, lambda data: ledger.submit(data).result() and None, now)
        zone.found()
        zone.admit_agencies()
        zone.register_types()
        zone.admit_enterprises(customs, [seller])
        names, filed = {"zh": "奶粉", "en": "Milk powder"}, {"enterprise": seller.uri}
        zone.say(
            seller,
            [
                Draft("filing.enterprise", now(), filed, {"names": names, "customsCode": "3301000001"}),
                Draft(
                    "filing.product",
                    now(),
                    {"product": PRODUCT, **filed},
                    {"names": names, "hsCode": "1901101000", "origin": "NZ"},
                ),
            ],
        )
        with ledger.store.read() as reader:
            policy = format_trust_policy(TrustPolicy(leaf_hash(reader.entries(0, 1)[0])))
    finally:
        ledger.close()
    return Commissioner(seller.signer, seller.uri, ORIGIN, PRODUCT, first=1_000_000, time=now()), policy


@contextmanager
def served(folder: Path, database: str | None = None) -> Iterator[Served]:
    """Yield a founded ledger that is served; it is stopped at the end."""
    commissioner, policy = found(folder, database)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUYUAN_")}
    settings = {
        "SUYUAN_PASSPHRASE": PASSPHRASE.decode(),
        "SUYUAN_LOG_LEVEL": "warning",
        "SUYUAN_ALLOW_ASYNC": "1",
        "SUYUAN_RATE_ADDRESS": "0",
        "SUYUAN_RATE_SUBMISSIONS": "0",
    }
    command = [sys.executable, "-m", "api.cli", "serve", str(folder), "--port", str(port), "--open-reads"]
    process = subprocess.Popen(command, env={**kept, **settings}, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _await(url, process)
        yield Served(url, folder, commissioner, policy)
    finally:
        process.terminate()
        process.wait(60)


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    client = LedgerClient(url, timeout=5, patience=Patience(attempts=1))
    while True:
        if process.poll() is not None:
            raise RuntimeError("the server ended")
        try:
            client.alive()
        except UnreachableError:
            time.sleep(0.05)
        else:
            return
