"""Four witnesses as processes on loopback: one stands still, one lies, and the quorum holds."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledger.client.client import LedgerClient
from ledger.witness.folder import WitnessFolder
from ledger.witness.keys import load_cosigner_keys
from ledger.witness.store import open_reader
from ledger.witnessing.collection import Collection
from ledger.witnessing.collector import REFUSED
from ledger.witnessing.lag import witness_lags
from tests.forking import Command, Commands, commands  # noqa: F401 - a fixture
from tests.ledger.client.serving import Service
from tests.ledger.client.world import World
from tests.ledger.witnessing.conftest import until
from verifier.primitives.note import NoteKey, parse_signature_line

SECRET = "a passphrase of the test"
HOSTILE = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LIES = [
    (200, b"\\xe2\\x80\\x94 w3.example " + b"A" * 104 + b"\\n"),  # a line of garbage
    (409, b"0\\n"),
    (409, b"%d\\n" % 2**62),
    (200, b"\\xff" * 100),
    (422, b""),
    (200, b"x" * 1000000),
]

class Handler(BaseHTTPRequestHandler):
    asked = 0

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Handler.asked += 1
        status, body = LIES[Handler.asked % len(LIES)]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_address[1]}", file=sys.stderr, flush=True)
server.serve_forever()
"""


@dataclass
class Four:
    """A ledger whose charter names four witnesses; three run as themselves, the fourth is whoever is started."""

    root: Path
    quorum: int
    starting: Commands
    processes: list[Command] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys: list[NoteKey] = []
        self.hostile: list[subprocess.Popen[str]] = []
        for name in self.names:
            folder = WitnessFolder(self.root / name)
            folder.create(f"{name}.example", SECRET.encode(), post_quantum=False)
            self.keys += load_cosigner_keys(folder.keys, f"{name}.example", SECRET.encode()).note_keys
        self.world = World(self.root / "ledger", self.keys, self.quorum)
        self.world.found()
        self.service = Service(self.world.ledger)
        self.client = LedgerClient(self.service.url)

    @property
    def names(self) -> list[str]:
        return ["w0", "w1", "w2", "w3"]

    def start_witnesses(self, names: list[str]) -> list[Command]:
        """Start them all at once; return them once each says where it listens."""
        for name in names:
            WitnessFolder(self.root / name).follow(self.service.url, self.world.policy_file)
            options = ("--listen", "127.0.0.1:0", "--passphrase-env", "PASS")
            # A long period: what is cosigned is cosigned because the ledger asked for it.
            run = ("witness", "run", self.root / name, *options, "--period", "3600")
            self.processes.append(self.starting.start(*run, variables={"PASS": SECRET}))
        self.urls += [address_in(each.first_line()) for each in self.processes]
        return self.processes

    def start_hostile(self) -> None:
        command = [sys.executable, "-c", HOSTILE]
        made = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.hostile.append(made)
        assert made.stderr
        self.urls.append(address_in(made.stderr.readline()))

    def collect(self) -> None:
        self.collection = Collection(self.world.ledger, self.urls, timeout=1.0)

    def quorum_size(self) -> int:
        with self.world.ledger.store.read() as reader:
            found = reader.newest_checkpoint(quorum=True)
        return found.size if found else 0

    def record(self) -> int:
        """Submit over HTTP, publish, and wait until the submitter's statement is recorded; return the size."""
        promise = self.client.submit(self.world.submission())
        self.world.publish()
        size = self.world.ledger.head.edge.size
        until(lambda: self.quorum_size() >= size)
        assert self.client.receipt(promise.identity).recorded
        return size

    def signed_by(self, name: str) -> int:
        """Return the size that a witness cosigned last, by its own database."""
        reader = open_reader(WitnessFolder(self.root / name).database)
        newest = reader.newest(self.world.ledger.origin)
        reader.close()
        assert newest
        return newest.size

    def cosigners(self, size: int) -> set[str]:
        with self.world.ledger.store.read() as reader:
            return {parse_signature_line(line).name.partition(".")[0] for line in reader.cosignatures(size)}

    def close(self) -> None:
        for each in self.processes:
            each.end()
        for other in self.hostile:
            other.kill()
            other.communicate()
        self.collection.close()
        self.service.close()
        self.world.ledger.close()


def address_in(line: str) -> str:
    found = re.search(r"http://[0-9.:]+", line)
    assert found, line
    return found[0]


@pytest.fixture
def four(tmp_path, commands) -> Iterator[Four]:  # noqa: F811 - it is the fixture
    made: list[Four] = []

    def build(quorum: int) -> Four:
        made.append(Four(tmp_path, quorum, commands))
        return made[-1]

    yield build
    for each in made:
        each.close()


def test_three_of_four_are_a_quorum_while_one_stands_still_and_it_catches_up(four):
    zone = four(3)
    processes = zone.start_witnesses(zone.names)
    zone.collect()
    zone.record()
    until(lambda: all(each.leaves == 0 for each in witness_lags(zone.world.ledger, zone.world.now())))
    processes[1].send_signal(signal.SIGSTOP)
    sizes = [zone.record() for _ in range(4)]
    assert sizes == sorted(set(sizes))
    assert zone.cosigners(sizes[-1]) >= {"w0", "w2", "w3"}
    lag = next(each for each in witness_lags(zone.world.ledger, zone.world.now()) if each.witness == "w1.example")
    assert lag.leaves == sizes[-1] - zone.signed_by("w1") > 0
    assert lag.milliseconds > 0
    processes[1].send_signal(signal.SIGCONT)
    until(lambda: "w1" in zone.cosigners(zone.record()))


def test_three_of_four_are_a_quorum_while_one_lies(four):
    zone = four(3)
    zone.start_witnesses(zone.names[:3])
    zone.start_hostile()
    zone.collect()
    sizes = [zone.record() for _ in range(4)]
    assert all(zone.cosigners(size) == {"w0", "w1", "w2"} for size in sizes)
    until(lambda: zone.collection.standings[3].failures > 2)


def test_with_one_still_and_one_lying_at_once_the_other_two_hold_a_quorum_of_two(four):
    zone = four(2)
    processes = zone.start_witnesses(zone.names[:3])
    zone.start_hostile()
    zone.collect()
    zone.record()
    processes[0].send_signal(signal.SIGSTOP)
    sizes = [zone.record() for _ in range(4)]
    assert all({"w1", "w2"} <= zone.cosigners(size) for size in sizes)
    until(lambda: zone.collection.standings[0].outcome == zone.collection.standings[3].outcome == REFUSED)
