"""A ledger's service over a real ledger, that can be told to lie.

It speaks the same HTTP as `api`, and can answer any path with something else: what an attacker, a broken
proxy or a forked ledger would send.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from ledger.errors import BusyError, ConflictError, PrivateError, UnknownError
from ledger.ledger import Ledger
from ledger.prove.prover import Recorded
from verifier.errors import MalformedError, NotPermittedError, SuyuanError, UntrustedError
from verifier.ledgerformat.statement import parse_entry, statement_identity
from verifier.ledgerformat.submission import parse_submission
from verifier.primitives.base64strict import format_base64
from verifier.primitives.tiles import parse_tile_path

TEXT = "text/plain; charset=utf-8"
STATUSES = {
    BusyError: 503, ConflictError: 409, MalformedError: 400, NotPermittedError: 403, PrivateError: 403,
    UnknownError: 404, UntrustedError: 400,
}  # fmt: skip


@dataclass
class Reply:
    """An answer: status, body, media type, further headers."""

    body: bytes
    kind: str = "application/octet-stream"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def problem(error: SuyuanError) -> Reply:
    """An error as problem details (RFC 9457)."""
    status = next((STATUSES[each] for each in type(error).__mro__ if each in STATUSES), 400)
    told = {"field": error.field, "came": error.came, "expected": error.expected, "todo": error.todo}
    body = {"type": f"urn:suyuan:problem:{error.code}", "title": error.code, "status": status, "detail": str(error)}
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, BusyError) else {}
    return Reply(json.dumps(body | told).encode(), "application/problem+json", status, headers)


class Service:
    """A running service on a free port of this machine.

    `lies` maps a path to what is answered there instead; `asked` lists what was asked for.
    """

    def __init__(self, ledger: Ledger | None = None, *, open_reads: bool = True) -> None:
        self.ledger = ledger
        self.open_reads = open_reads
        self.lies: dict[str, Callable[[bytes], Reply | None]] = {}
        self.asked: list[str] = []
        handler = type("Handler", (_Handler,), {"service": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def lie(self, path: str, reply: Reply) -> None:
        self.lies[path] = lambda _body: reply

    def answer(self, method: str, target: str, body: bytes) -> Reply:
        self.asked.append(f"{method} {target}")
        path = urlsplit(target).path
        if path in self.lies and (lie := self.lies[path](body)):
            return lie
        try:
            return self._get(target) if method == "GET" else self._post(path, body)
        except SuyuanError as error:
            return problem(error)

    def _get(self, target: str) -> Reply:
        word, *rest = urlsplit(target).path.strip("/").split("/")
        doors = {
            "checkpoint": self._checkpoint,
            "checkpoints": self._checkpoints,
            "tile": self._tile,
            "consistency": self._consistency,
            "charter": lambda: Reply(self.ledger.prover.charter_file()),
            "trace": lambda: Reply(self.ledger.prover.trace(parse_qs(urlsplit(target).query)["subject"][0]).data),
            "events": lambda name: Reply(self.ledger.prover.event(bytes.fromhex(name))),
            "entries": self._entry,
        }
        if word not in doors:
            raise UnknownError("path", came=target, expected="another")
        return doors[word](*rest)

    def _checkpoint(self) -> Reply:
        note = self.ledger.tiles.checkpoint()
        if note is None:
            raise UnknownError("checkpoint", came="none", expected="a founded ledger")
        return Reply(note, TEXT)

    def _checkpoints(self, size: str) -> Reply:
        asked = {"quorum": True} if size == "quorum" else {"size": int(size)}
        return Reply(self.ledger.prover.checkpoint(**asked), TEXT)

    def _tile(self, *rest: str) -> Reply:
        tile = parse_tile_path("/".join(("tile", *rest)))
        if tile.level is None and not self.open_reads:
            raise PrivateError("tile", came="nobody known", expected="open reads")
        return Reply(self.ledger.tiles.read(tile))

    def _consistency(self, size: str, newer: str) -> Reply:
        lines = [format_base64(each) + "\n" for each in self.ledger.prover.consistency(int(size), int(newer))]
        return Reply("".join(lines).encode(), TEXT)

    def _entry(self, identity: str) -> Reply:
        with self.ledger.store.read() as reader:
            found = reader.statement_by_identity(bytes.fromhex(identity))
        if found is None:
            raise UnknownError("entry", came=identity, expected="a recorded statement")
        return self._receipt(self.ledger.prover.receipt(found.leaf), 200)

    def _post(self, path: str, body: bytes) -> Reply:
        if path == "/entries":
            leaf = self.ledger.submit(body).result()
            identity = statement_identity(parse_entry(parse_submission(body).statement))
            reply = self._receipt(self.ledger.prover.promise(leaf), 201)
            assert reply.headers["Location"].endswith(identity.hex())
            return reply
        if path == "/validate":
            faults = [{"code": each.code, "field": each.field, "came": each.came, "expected": each.expected,
                       "todo": each.todo} for each in self.ledger.validate(body)]  # fmt: skip
            return Reply(json.dumps({"faults": faults}).encode(), "application/json")
        if path == "/cosignatures":
            taken = self.ledger.cosign(body)
            answer = {"size": taken.size, "accepted": len(taken.lines), "quorum": taken.quorum}
            return Reply(json.dumps(answer).encode(), "application/json")
        raise UnknownError("path", came=path, expected="another")

    def _receipt(self, recorded: Recorded, status: int) -> Reply:
        headers = {
            "Location": f"/entries/{recorded.identity.hex()}",
            "Suyuan-Leaf": str(recorded.leaf),
            "Suyuan-Tree-Size": str(recorded.size),
            "Suyuan-Standing": "recorded" if recorded.quorum else "promised",
        }
        return Reply(recorded.receipt, "application/cose", status, headers)


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def do_GET(self) -> None:
        self._send(self.service.answer("GET", self.path, b""))

    def do_POST(self) -> None:
        self._send(self.service.answer("POST", self.path, self.rfile.read(int(self.headers["Content-Length"]))))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in {
            "Content-Type": reply.kind,
            "Content-Length": str(len(reply.body)),
            **reply.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""
