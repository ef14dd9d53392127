"""What a witness shows: `GET /<hex sha256(origin)>/checkpoint` (C2SP tlog-witness, monitoring prefix).

Whoever asks learns the newest checkpoint that this witness cosigned, whatever the ledger says.
"""

from __future__ import annotations

import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ledger.errors import SetupError
from ledger.witness.store import WitnessReader
from verifier.errors import MalformedError


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    store: WitnessReader


class _Handler(BaseHTTPRequestHandler):
    """Answers one path; everything else is not there."""

    server: _Server
    timeout = 10.0  # seconds for a request to arrive

    def do_GET(self) -> None:
        """Answer with the checkpoint of the origin that the path names."""
        asked, _, rest = self.path.removeprefix("/").partition("/")
        store = self.server.store
        origin = next((each for each in store.origins() if sha256(each.encode()).hexdigest() == asked), None)
        newest = store.newest(origin) if origin and rest == "checkpoint" else None
        body = newest.whole if newest else b"nothing here\n"
        self.send_response(200 if newest else 404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Keep quiet: reads are not news."""


class Monitor:
    """A small HTTP server beside a running witness."""

    def __init__(self, address: str, store: WitnessReader) -> None:
        """Listen on `host:port`; port 0 takes any free one.

        Raises:
            MalformedError: no such address.
            SetupError: it cannot be listened on.
        """
        host, _, port = address.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
            raise MalformedError("--listen", came=address, expected="host:port, like 127.0.0.1:7380")
        try:
            self._server = _Server((host, int(port)), _Handler)
        except OSError as error:
            raise SetupError("--listen", came=f"{address}: {error.strerror}", expected="a free address") from error
        self._server.store = store
        self._thread = threading.Thread(target=self._server.serve_forever, name="suyuan-monitor", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Return host and port that are listened on."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
