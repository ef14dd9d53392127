"""An app on a free port of this machine, in a thread, and what it answers."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from dataclasses import dataclass

import uvicorn


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


class AppServer:
    """A real server before an app; `backlog` connections may wait."""

    def __init__(self, app, backlog=2_048):
        config = uvicorn.Config(
            app, http="h11", ws="none", lifespan="off", access_log=False, log_level="error", backlog=backlog
        )
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=min(backlog, 4_096))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.002)

    def send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def stop(self):
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()
