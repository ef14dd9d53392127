"""The demonstration's parcel, told over HTTP to a real server with its log turned up, and what is known of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from fixtures.demo.cast import draw_cast
from fixtures.demo.demonstration import _admit, _adopt_policies
from fixtures.demo.home import ORIGIN
from fixtures.demo.parcel import HOUR, Parcel
from fixtures.messages import EXAMPLE_COMPANIES, EXAMPLE_GOODS, parcel_messages
from fixtures.messages.parcel import Parcel as Drawn
from fixtures.messages.parcel import draw_parcel
from fixtures.zone.founding import LedgerNames, Zone
from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.clock import milliseconds
from ledger.errors import UnreachableError
from ledger.opening import create_ledger
from ledger.signing.ledger_keys import load_ledger_keys
from tests.ports import free_port

PASSPHRASE = b"an invented passphrase"


@dataclass
class Told:
    """A ledger to which the whole life of a parcel was told.

    Attributes:
        folder: the ledger's.
        log: what the server wrote.
        url: where it is served.
        parcel: the demonstration's, with its events.
        messages: the customs messages that it came from, by type.
        submissions: everything that was handed in.
    """

    folder: Path
    log: Path
    url: str
    parcel: Parcel
    messages: dict[str, bytes]
    submissions: list[bytes] = field(default_factory=list)

    @property
    def drawn(self) -> Drawn:
        """Return what the messages say, drawn again from their seed without any reader."""
        firms, goods, schedule = EXAMPLE_COMPANIES, EXAMPLE_GOODS[:1], self.parcel._schedule
        return draw_parcel(Random(self.parcel.seed), companies=firms, goods=goods, schedule=schedule)

    def people(self) -> set[str]:
        """Return every value that leads to a person."""
        drawn = self.drawn
        values = {drawn.order_number, drawn.payment_number, drawn.waybill_number, drawn.list_number}
        values.add(drawn.customs_number)
        buyer, consignee = drawn.buyer, drawn.consignee
        values |= {buyer.name, buyer.telephone, buyer.id_number, buyer.account}
        values |= {consignee.name, consignee.telephone, consignee.address}
        return values


@contextmanager
def tell(root: Path) -> Iterator[Told]:
    """Serve a new ledger, found the zone, tell the parcel's life, and go on serving."""
    folder, log = root / "ledger", root / "server.log"
    create_ledger(folder, ORIGIN, PASSPHRASE)
    keys = load_ledger_keys(folder / "keys", ORIGIN, PASSPHRASE)
    port = free_port()
    with _served(folder, log, port):
        url = f"http://127.0.0.1:{port}"
        client, cast, submissions = LedgerClient(url), draw_cast(), []

        def send(submission: bytes) -> None:
            submissions.append(submission)
            client.submit(submission)

        zone = Zone(LedgerNames.of(keys), cast.agencies, 3, [], 0, send, milliseconds)
        zone.found()
        _admit(zone, cast)
        zone.register_types()
        _adopt_policies(zone, cast)
        zone.admit_enterprises(cast.customs, cast.enterprises)
        parcel = Parcel(zone, cast, milliseconds() - 6 * 24 * HOUR)
        for _, do in parcel.steps():
            do()
        messages = parcel_messages(parcel.seed, goods=EXAMPLE_GOODS[:1], schedule=parcel._schedule)
        yield Told(folder, log, url, parcel, messages, submissions)


@contextmanager
def _served(folder: Path, log: Path, port: int) -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUYUAN_")}
    settings = {"SUYUAN_LOG_LEVEL": "debug", "SUYUAN_PASSPHRASE": PASSPHRASE.decode()}
    command = [sys.executable, "-m", "api.cli", "serve", str(folder), "--port", str(port), "--open-reads"]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env={**kept, **settings})
    try:
        _await(LedgerClient(f"http://127.0.0.1:{port}", timeout=2, patience=Patience(attempts=1)), process)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _await(client: LedgerClient, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None, "the server ended"
        try:
            client.alive()
        except UnreachableError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("the server did not start")
