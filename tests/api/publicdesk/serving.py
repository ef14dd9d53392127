"""A public desk on HTTP, over a zone whose items have hidden codes."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlencode

import uvicorn

from api.publicdesk.app import create_public_desk_app
from api.publicdesk.rates import DeskLimits
from ledger.publicdesk.desk import PublicDesk

FREE = DeskLimits(0, 0, 0, 0, 0)
HTML = "text/html,application/xhtml+xml"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()


class DeskServer:
    """The app of a desk on a free port of this machine, in a thread."""

    def __init__(self, desk: PublicDesk, limits: DeskLimits = FREE) -> None:
        app = create_public_desk_app(desk, limits=limits, language="en")
        config = uvicorn.Config(
            app, http="h11", ws="none", lifespan="off", access_log=False, log_level="error", backlog=16_384
        )
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=4_096)
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.002)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, f"/desk{path}", body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path, **query):
        return self.ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path, **members):
        return self.ask("POST", path, json.dumps(members), {"Content-Type": "application/json"})

    def send_form(self, path, **fields):
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": HTML}
        return self.ask("POST", path, urlencode(fields), headers)

    def stop(self):
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()
