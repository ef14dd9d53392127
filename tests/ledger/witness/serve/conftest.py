"""A log of others, written from the specifications alone: RFC 6962 by recursion, notes by hand.

It shares no line with the ledger or the verifier, so that what it and a witness agree on is what C2SP says.
"""

import base64
import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from ledger.witness.folder import Accepted, WitnessFolder
from ledger.witness.keys import load_cosigner_keys
from ledger.witness.monitor import Monitor
from ledger.witness.run import Witness
from tests.ledger.witness.conftest import WITNESS_PASSPHRASE
from verifier.primitives.note import format_vkey, parse_vkey

FOREIGN = "log.example/others"


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def tree_hash(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    middle = split(len(leaves))
    return sha256(b"\1" + tree_hash(leaves[:middle]) + tree_hash(leaves[middle:])).digest()


def split(count: int) -> int:
    middle = 1
    while middle * 2 < count:
        middle *= 2
    return middle


def proof_of(old: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2."""
    if old == len(leaves):
        return [] if whole else [tree_hash(leaves)]
    middle = split(len(leaves))
    if old <= middle:
        return [*proof_of(old, leaves[:middle], whole=whole), tree_hash(leaves[middle:])]
    return [*proof_of(old - middle, leaves[middle:], whole=False), tree_hash(leaves[:middle])]


@dataclass
class ForeignLog:
    """A log with one Ed25519 key."""

    origin: str = FOREIGN
    leaves: list[bytes] = field(default_factory=list)
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def vkey(self) -> str:
        return f"{self.origin}+{self.key_id.hex()}+{b64(self._typed)}"

    @property
    def key_id(self) -> bytes:
        return sha256(self.origin.encode() + b"\n" + self._typed).digest()[:4]

    @property
    def _typed(self) -> bytes:
        return b"\1" + self.private.public_key().public_bytes_raw()

    def grow(self, count: int, word: str = "leaf") -> None:
        self.leaves += [f"{word} {len(self.leaves) + each}".encode() for each in range(count)]

    def checkpoint(self, size: int | None = None, *, root: bytes | None = None, extension: str = "") -> bytes:
        size = len(self.leaves) if size is None else size
        text = f"{self.origin}\n{size}\n{b64(root or tree_hash(self.leaves[:size]))}\n{extension}"
        return self.signed(text)

    def signed(self, text: str) -> bytes:
        line = b64(self.key_id + self.private.sign(text.encode()))
        return f"{text}\n— {self.origin} {line}\n".encode()

    def request(self, old: int, size: int | None = None, **options: object) -> bytes:
        size = len(self.leaves) if size is None else size
        proof = proof_of(old, self.leaves[:size]) if 0 < old <= size else []
        return ask(old, proof, self.checkpoint(size, **options))


def ask(old: object, proof: list[bytes], note: bytes) -> bytes:
    return (f"old {old}\n" + "".join(b64(each) + "\n" for each in proof) + "\n").encode() + note


def at_once(calls):
    """What several calls return that begin at the same moment."""
    barrier, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        barrier.wait()
        answers[place] = call()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@dataclass
class Answer:
    status: int
    kind: str
    body: bytes


@dataclass
class Served:
    """A witness behind its real server."""

    witness: Witness
    monitor: Monitor
    vkeys: list[str]
    closed: bool = False

    def close(self) -> None:
        """Stop, once."""
        if not self.closed:
            self.closed = True
            self.monitor.close()
            self.witness.close()

    def post(self, body: bytes, path: str = "/add-checkpoint") -> Answer:
        return self.send("POST", path, body)

    def get(self, path: str) -> Answer:
        return self.send("GET", path, None)

    def send(self, method: str, path: str, body: bytes | None) -> Answer:
        connection = http.client.HTTPConnection(self.monitor.address, timeout=30)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return Answer(response.status, response.headers["Content-Type"], response.read())
        finally:
            connection.close()

    def verified(self, lines: bytes, text: str) -> list[int]:
        """The times of the witness's lines under a checkpoint's text, each verified by hand."""
        keys = {}
        for vkey in self.vkeys:
            name, _, encoded = vkey.split("+", 2)
            typed = base64.b64decode(encoded)
            keys[name, sha256(name.encode() + b"\n" + typed).digest()[:4]] = (typed[0], typed[1:])
        return [_verified(keys, each, text) for each in lines.decode().removesuffix("\n").split("\n")]


def _verified(keys: dict, line: str, text: str) -> int:
    dash, name, encoded = line.split(" ")
    assert dash == "—"
    blob = base64.b64decode(encoded)
    kind, raw = keys[name, blob[:4]]
    time, signature = blob[4:12], blob[12:]
    stamp = int.from_bytes(time, "big")
    if kind == 4:
        signed = f"cosignature/v1\ntime {stamp}\n{text}".encode()
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, signed)
        return stamp
    origin, size, root = text.split("\n")[:3]
    names = bytes([len(name)]) + name.encode() + time + bytes([len(origin)]) + origin.encode()
    message = b"subtree/v1\n\0" + names + bytes(8) + int(size).to_bytes(8, "big") + base64.b64decode(root)
    MLDSA44PublicKey.from_public_bytes(raw).verify(signature, message)
    return stamp


@pytest.fixture
def foreign() -> ForeignLog:
    log = ForeignLog()
    log.grow(5)
    return log


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[..., Served]]:
    """Start a witness that accepts logs, and its server."""
    made: list[Served] = []

    def start(*logs: ForeignLog, name: str = "witness", **options: object) -> Served:
        folder = WitnessFolder(tmp_path / name)
        if not folder.root.exists():
            folder.create(f"{name}.example", WITNESS_PASSPHRASE, post_quantum=True)
            for log in logs:
                folder.accept(Accepted(log.origin, (parse_vkey(log.vkey),)))
        witness = Witness(folder.root, WITNESS_PASSPHRASE, **options)
        made.append(Served(witness, Monitor("127.0.0.1:0", witness.store, witness.doors()), _vkeys(folder.root)))
        return made[-1]

    yield start
    for each in made:
        each.close()


def _vkeys(root: Path) -> list[str]:
    keys = load_cosigner_keys(root / "keys", f"{root.name}.example", WITNESS_PASSPHRASE)
    return [format_vkey(key) for key in keys.note_keys]
