"""The real service over a real ledger, behind a door that can be told to lie.

The door passes everything on to `api`, and can answer any path with something else: what an attacker, a
broken proxy or a forked ledger would send.
"""

import http.client
import io
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from api.app import create_app
from api.logs import make_logger
from api.server import server_config
from api.settings import Settings
from ledger.ledger import Ledger
from verifier.errors import SuyuanError
from verifier.ledgerformat.submission import MEDIA_TYPE


@dataclass
class Reply:
    """An answer: body, media type, status, further headers."""

    body: bytes
    kind: str = "application/octet-stream"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def problem(error: SuyuanError, status: int = 400) -> Reply:
    """An error as problem details (RFC 9457)."""
    told = {"field": error.field, "came": error.came, "expected": error.expected, "todo": error.todo}
    body = {"type": f"urn:suyuan:problem:{error.code}", "title": error.code, "status": status, "detail": str(error)}
    return Reply(json.dumps(body | told).encode(), "application/problem+json", status)


class _Behind:
    """`api` on a free port of this machine, for one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        settings = Settings(folder=Path("unused"), port=0, min_free_disk=0, open_reads=True)
        self.app = create_app(settings, ledger, logger=make_logger("error", io.StringIO()))
        self._server = uvicorn.Server(server_config(self.app, settings))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.002)
        self._port = self._server.servers[0].sockets[0].getsockname()[1]

    def ask(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, target, body or None, headers)
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            kept = {
                name: told[name]
                for name in ("location", "retry-after", "suyuan-leaf", "suyuan-tree-size", "suyuan-standing")
                if name in told
            }
            return Reply(response.read(), told.get("content-type", ""), response.status, kept)
        finally:
            connection.close()

    def tell_to_stop(self) -> None:
        self._server.should_exit = True

    def stop(self) -> None:
        self.tell_to_stop()
        self._thread.join(20)


class Service:
    """A running service on a free port of this machine.

    `ledger` is the one it speaks for; another may be put in its place. `lies` maps a path to what is
    answered there instead (None: the truth after all). `asked` lists what was asked for, `cosigned` the
    notes that came to /cosignatures.
    """

    def __init__(self, ledger: Ledger | None = None) -> None:
        self.lies: dict[str, Callable[[bytes], Reply | None]] = {}
        self.asked: list[str] = []
        self.cosigned: list[bytes] = []
        self._behind: list[_Behind] = []
        self.ledger = ledger
        handler = type("Handler", (_Handler,), {"service": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def ledger(self) -> Ledger | None:
        return self._ledger

    @ledger.setter
    def ledger(self, ledger: Ledger | None) -> None:
        self._ledger = ledger
        if ledger and not any(each.ledger is ledger for each in self._behind):
            self._behind.append(_Behind(ledger))

    def open_reads(self, *, open_: bool) -> None:
        """Open or close the reads that are reserved."""
        for each in self._behind:
            each.app.state.open_reads = open_

    def close(self) -> None:
        for each in self._behind:
            each.tell_to_stop()
        self._server.shutdown()
        self._server.server_close()
        for each in self._behind:
            each.stop()

    def lie(self, path: str, reply: Reply) -> None:
        self.lies[path] = lambda _body: reply

    def submit(self, submission: bytes) -> Reply:
        """Hand in a submission, past the lies."""
        return self._pass_on("POST", "/entries", submission, {"Content-Type": MEDIA_TYPE})

    def answer(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Reply:
        self.asked.append(f"{method} {target}")
        path = urlsplit(target).path
        if path == "/cosignatures":
            self.cosigned.append(body)
        if path in self.lies and (lie := self.lies[path](body)):
            return lie
        return self._pass_on(method, target, body, headers)

    def _pass_on(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Reply:
        behind = next((each for each in self._behind if each.ledger is self._ledger), None)
        return behind.ask(method, target, body, headers) if behind else Reply(b"", status=404)


_PASSED_ON = ("Accept", "Content-Type", "Host", "Content-Digest", "Signature", "Signature-Input")


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def do_GET(self) -> None:
        self._answer("GET", b"")

    def do_POST(self) -> None:
        self._answer("POST", self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, method: str, body: bytes) -> None:
        kept = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
        reply = self.service.answer(method, self.path, body, kept)
        self.send_response(reply.status)
        headers = {"Content-Type": reply.kind, "Content-Length": str(len(reply.body)), **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""
