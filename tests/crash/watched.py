"""A witness as a process of its own that ends at a failpoint, and all that ever left it."""

from __future__ import annotations

import time
import urllib.request
from hashlib import sha256
from http.client import IncompleteRead
from pathlib import Path
from urllib.error import URLError

from ledger.client.transport import Transport
from ledger.ledger import Ledger
from ledger.witness.folder import WitnessFolder
from ledger.witness.keys import CosignerKeys
from ledger.witness.store import open_reader
from tests.forking import Command, Commands
from tests.ledger.client.serving import Service
from tests.ledger.client.world import ORIGIN, World, copy_ledger
from tests.ports import free_port
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint, verify_line

PASSPHRASE = "an invented passphrase"
GROWTH = 0.05  # seconds between two growths, as long as the witness runs; it looks as often
LONGEST = 120.0  # seconds; a run whose failpoint is not reached by then is a failure


class WatchedZone:
    """A ledger behind a service, and one witness that follows it."""

    def __init__(self, folder: Path, commands: Commands) -> None:
        self.commands = commands
        self.folder = WitnessFolder(folder / "witness")
        self.keys: CosignerKeys = self.folder.create("w.example", PASSPHRASE.encode(), post_quantum=False)
        self.world = World(folder / "ledger", self.keys.note_keys, 1)
        self.world.found()
        self.service = Service(self.world.ledger)
        self.folder.follow(Transport(self.service.url).url, self.world.policy_file)
        self.shown: list[Checkpoint] = []
        self._address = f"127.0.0.1:{free_port()}"

    def close(self) -> None:
        self.service.close()
        self.world.ledger.close()

    # The ledger.

    def grow(self) -> None:
        self.world.note()
        self.world.publish()

    def serve(self, ledger: Ledger) -> Ledger:
        """Let the service speak for another ledger, and the zone speak to it; return the one before."""
        before = self.world.ledger
        self.world.ledger = self.service.ledger = ledger
        return before

    def twin(self, name: str) -> Ledger:
        """Return a second ledger that goes on from a copy of the first, under the same keys."""
        self.world.ledger.close()
        copy = self.world.root.with_name(name)
        copy_ledger(self.world.root, copy)
        self.world.ledger = self.service.ledger = self.world.open()
        return self.world.open(copy, guard=copy / "guard", new_guard=True)

    # The witness.

    def run(self, *arguments: str, failpoint: str = "") -> Command:
        """Start the real command."""
        variables = {"PASS": PASSPHRASE, "SUYUAN_FAILPOINT": failpoint}
        options = (*arguments, "--passphrase-env", "PASS", "--json")
        return self.commands.start("witness", "run", self.folder.root, *options, variables=variables)

    def run_until(self, failpoint: str) -> None:
        """Let the ledger grow, and look at what the witness shows, until the failpoint ends it."""
        running = self.run("--period", "0.05", "--listen", self._address, failpoint=failpoint)
        end = time.monotonic() + LONGEST
        try:
            while running.poll() is None:
                assert time.monotonic() < end, f"{failpoint} was not reached"
                self.grow()
                self.look()
                running.wait(GROWTH)  # the ledger grows while the witness looks, and leaves it the processor
        finally:
            running.end()
        assert running.returncode == 137, running.err.read_text("utf-8")[-2000:]

    def run_once(self) -> str:
        """Let the witness look once; return how it said it went."""
        running = self.run("--once")
        assert running.wait(LONGEST) is not None
        return running.out.read_text("utf-8")

    def look(self) -> None:
        """Note what the witness shows; it is never behind what it handed in before."""
        handed = max((checkpoint.size for checkpoint, _ in self.handed()), default=0)
        url = f"http://{self._address}/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                checkpoint = self._own(answer.read())
        except (URLError, ConnectionError, TimeoutError, IncompleteRead):
            return  # it is not there yet, or no more, or ended within its answer
        assert checkpoint.size >= handed
        self.shown.append(checkpoint)

    # What left it.

    def handed(self) -> list[tuple[Checkpoint, bytes]]:
        """Return every note that was handed in, in order."""
        return [(parse_signed_checkpoint(note)[0], note) for note in list(self.service.cosigned)]

    def _own(self, note: bytes) -> Checkpoint:
        """Return a checkpoint under which the witness's own line stands, verified."""
        checkpoint, parsed = parse_signed_checkpoint(note)
        (key,) = self.keys.note_keys
        (line,) = (each for each in parsed.signatures if each.name == key.name)
        verify_line(key, checkpoint, line)
        return checkpoint

    def check(self) -> None:
        """Hold all that left the witness to its promise: one root a size, the same bytes again, never back."""
        roots: dict[int, set[bytes]] = {}
        notes: dict[int, set[bytes]] = {}
        sizes = []
        for checkpoint, note in self.handed():
            assert self._own(note) == checkpoint
            notes.setdefault(checkpoint.size, set()).add(note)
            roots.setdefault(checkpoint.size, set()).add(checkpoint.root)
            sizes.append(checkpoint.size)
        for checkpoint in self.shown:
            roots.setdefault(checkpoint.size, set()).add(checkpoint.root)
        assert all(len(each) == 1 for each in roots.values()), "two roots for one size"
        assert all(len(each) == 1 for each in notes.values()), "two signatures for one size"
        assert sizes == sorted(sizes)
        shown = [each.size for each in self.shown]
        assert shown == sorted(shown)
        if self.folder.database.exists():
            reader = open_reader(self.folder.database)
            newest = reader.newest(ORIGIN)
            reader.close()
            assert max([0, *sizes, *shown]) <= (newest.size if newest else 0)
