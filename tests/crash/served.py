"""A server as a process of its own that can be killed, and submitters that remember what it answered."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.errors import BusyError, UnreachableError
from ledger.opening import create_ledger, open_ledger
from ledger.signing.ledger_keys import load_ledger_keys
from ledger.signing.notes import sign_line
from tests.crash.journal import Journal
from tests.crash.load import commission, submitter
from tests.ports import free_port
from tests.world import ORIGIN, World, found_zone, tell_parcel
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.note import Note, format_note

PASSPHRASE = b"an invented passphrase"
ONCE = Patience(attempts=1)


def found_served(folder: Path, database: str | None = None) -> World:
    """Return a zone whose ledger lies in `folder`/ledger or in a server's database, closed, ready to be served."""
    root = folder / "ledger"
    folder.mkdir()
    create_ledger(root, ORIGIN, PASSPHRASE, database=database)
    (folder / "passphrase").write_bytes(PASSPHRASE)
    keys = load_ledger_keys(root / "keys", ORIGIN, PASSPHRASE)
    world = found_zone(folder, keys, open_ledger(root, PASSPHRASE, allow_async=database is not None))
    tell_parcel(world, until="product")
    world.ledger.close()
    return world


class ServerProcess:
    """`suyuan serve`, killed and started again on the same port."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder = folder
        self._settings = {f"SUYUAN_{name.upper()}": value for name, value in settings.items()}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.log = folder / "server.log"

    def start(self) -> None:
        command = ["-m", "api.cli", "serve", str(self._folder / "ledger"), "--port", str(self.port), "--open-reads"]
        secret = ["--passphrase-file", str(self._folder / "passphrase")]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SUYUAN_")}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *command, *secret],
                stderr=log,
                env={**kept, "SUYUAN_LOG_LEVEL": "warning", **self._settings},
            )
        client = LedgerClient(self.url, timeout=5, patience=ONCE)
        end = time.monotonic() + 120
        while time.monotonic() < end:
            assert self._process.poll() is None, self.log.read_text()[-2000:]
            try:
                client.alive()
            except UnreachableError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError("the server did not start")

    @property
    def pid(self) -> int:
        """Return the number of its process."""
        assert self._process
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL: no handler runs, nothing is flushed."""
        assert self._process
        assert self._process.poll() is None, f"it ended by itself: {self.log.read_text()[-2000:]}"
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM; return the exit code."""
        assert self._process
        self._process.terminate()
        return self._process.wait(60)


def cosign(world: World, client: LedgerClient, seen: Callable[[Checkpoint], None] = lambda _: None) -> None:
    """Let all witnesses cosign what a server has published, once somebody has seen it."""
    checkpoint, parsed = parse_signed_checkpoint(client.checkpoint())
    seen(checkpoint)
    lines = tuple(sign_line(each.key, each.signer, checkpoint, int(time.time())) for each in world.witnesses)
    client.cosign(format_note(Note(parsed.text, lines)))


class Submitters:
    """Threads that load a server until told to stop, and write down what they send and what it answers."""

    def __init__(self, world: World, url: str, journal: Journal, number: int, threads: int = 4) -> None:
        self._done = threading.Event()
        self.failures: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._guarded, args=(self._submit, world, url, journal, number * threads + each))
            for each in range(threads)
        ]
        self._threads.append(threading.Thread(target=self._guarded, args=(self._cosign, world, url, journal)))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()
        assert not self.failures, self.failures

    def _guarded(self, work, *arguments) -> None:
        try:
            while not self._done.is_set():
                try:
                    work(*arguments)
                except (UnreachableError, BusyError):
                    time.sleep(0.005)
        except BaseException as error:  # noqa: BLE001 - told at the end
            self.failures.append(error)

    def _submit(self, world: World, url: str, journal: Journal, number: int) -> None:
        client = LedgerClient(url, timeout=20, patience=ONCE)
        place = _places.setdefault((journal, number), count(number * 10_000_000))
        actor = _actors.setdefault((journal, number), submitter(world.cast["seller"], number + 1))
        while not self._done.is_set():
            serial = next(place)
            size = 1 + serial % 3
            data = commission(actor, world.zone.types, ORIGIN, range(serial * 3, serial * 3 + size))
            journal.sent(serial, data)
            receipt = client.submit(data)
            journal.acknowledged(serial, receipt.leaf, receipt.data)

    def _cosign(self, world: World, url: str, journal: Journal) -> None:
        client = LedgerClient(url, timeout=20, patience=ONCE)
        while not self._done.is_set():
            cosign(world, client, lambda checkpoint: journal.root(checkpoint.size, checkpoint.root))
            time.sleep(0.05)


_places: dict = {}
_actors: dict = {}
