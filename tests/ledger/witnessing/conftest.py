"""A ledger whose charter names witnesses, and witnesses of others: written from C2SP alone, or hostile."""

import base64
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.witnessing.collection import Collection
from tests.ledger.client.world import World
from verifier.primitives.note import NoteKey, parse_vkey


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@dataclass
class OtherWitness:
    """A witness that shares no code with ours: RFC 9162 §2.1.4.2 and tlog-witness, and nothing else.

    `lie`, where it is given, answers in its place: it gets the request's body, and returns status, type, body.
    """

    name: str
    lie: Callable[[bytes], tuple[int, str, bytes]] | None = None
    size: int = 0
    root: bytes = sha256(b"").digest()
    asked: list[bytes] = field(default_factory=list)
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def __post_init__(self) -> None:
        self._mutex = threading.Lock()
        handler = type("Handler", (_Handler,), {"witness": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def key(self) -> NoteKey:
        typed = b"\4" + self.private.public_key().public_bytes_raw()
        return parse_vkey(f"{self.name}+{self.key_id.hex()}+{b64(typed)}")

    @property
    def key_id(self) -> bytes:
        typed = b"\4" + self.private.public_key().public_bytes_raw()
        return sha256(self.name.encode() + b"\n" + typed).digest()[:4]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def line(self, text: str) -> bytes:
        now = int(time.time())
        blob = now.to_bytes(8, "big") + self.private.sign(f"cosignature/v1\ntime {now}\n{text}".encode())
        return f"— {self.name} {b64(self.key_id + blob)}\n".encode()

    def answer(self, body: bytes) -> tuple[int, str, bytes]:
        self.asked.append(body)
        return self.lie(body) if self.lie else self.honest(body)

    def honest(self, body: bytes) -> tuple[int, str, bytes]:
        head, _, note = body.decode().partition("\n\n")
        first, *lines = head.split("\n")
        old, proof = int(first.removeprefix("old ")), [base64.b64decode(each) for each in lines]
        text = note.partition("\n\n")[0] + "\n"
        _, size, root = text.split("\n")[:3]
        with self._mutex:
            if old != self.size:
                return 409, "text/x.tlog.size", f"{self.size}\n".encode()
            if not extends(self.size, self.root, int(size), base64.b64decode(root), proof):
                return 422, "text/plain", b""
            self.size, self.root = int(size), base64.b64decode(root)
        return 200, "text/plain", self.line(text)


def extends(size: int, root: bytes, newer: int, newer_root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162 §2.1.4.2, step by step."""
    if size in (0, newer):
        return not proof and (size == 0 or root == newer_root)
    path = [root, *proof] if size & (size - 1) == 0 else list(proof)
    fn, sn = size - 1, newer - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = sha256(b"\1" + c + fr).digest(), sha256(b"\1" + c + sr).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha256(b"\1" + sr + c).digest()
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and (fr, sr) == (root, newer_root)


class _Handler(BaseHTTPRequestHandler):
    witness: OtherWitness

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, kind, answer = self.witness.answer(body) if self.path == "/add-checkpoint" else (404, "text/plain", b"")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


@dataclass
class Collected:
    """A ledger that collects."""

    world: World
    witnesses: list[OtherWitness]
    collection: Collection

    def quorum_size(self) -> int:
        with self.world.ledger.store.read() as reader:
            found = reader.newest_checkpoint(quorum=True)
        return found.size if found else 0

    def grow(self, blocks: int = 1) -> int:
        self.world.note(blocks)
        self.world.publish()
        return self.world.ledger.head.edge.size

    def standing(self, place: int):
        return self.collection.standings[place]


def until(condition: Callable[[], object], seconds: float = 120.0) -> None:
    """Wait for a condition, for as long as a slow machine may need."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.01)


@pytest.fixture
def collect(tmp_path) -> Iterator[Callable[..., Collected]]:
    made: list[Collected] = []

    def build(*lies: object, quorum: int = 1, timeout: float = 5.0, more: list[str] | None = None) -> Collected:
        witnesses = [OtherWitness(f"other{place}.example", lie) for place, lie in enumerate(lies)]
        world = World(tmp_path / "ledger", [each.key for each in witnesses], quorum)
        world.found()
        urls = [*(each.url for each in witnesses), *(more or [])]
        made.append(Collected(world, witnesses, Collection(world.ledger, urls, timeout=timeout)))
        return made[-1]

    yield build
    for each in made:
        each.collection.close()
        each.world.ledger.close()
        for witness in each.witnesses:
            witness.close()
