"""A folder served over HTTP as a ledger would serve it, with what may be changed."""

import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Handler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        status = self.server.answers.get(self.path)
        if callable(status):
            status = status()
        if status:
            self.send_error(status)
            return
        found = re.fullmatch("/batches/([0-9]+)/([0-9]+)", self.path)
        if found and self.server.together:
            self._send(self.server.together(*map(int, found.groups())))
            return
        super().do_GET()

    def _send(self, data: bytes) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args) -> None:
        pass


class serving:  # noqa: N801 - a context manager
    def __init__(self, folder: Path) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
        self.server.answers, self.server.asked = {"/checkpoints/quorum": 503}, []
        self.server.together = None  # returns the batches of a range of leaves; None for a server that has no such

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.server.url = f"http://127.0.0.1:{self.server.server_port}/"
        return self.server

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
