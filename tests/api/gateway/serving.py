"""A gateway on HTTP, over a zone of firms."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from dataclasses import dataclass

import uvicorn

from api.gateway.app import create_gateway_app
from ledger.gateway.reader import Reader
from tests.ledger.gateway.zone import Gated

TOKEN = "an-invented-token-of-the-gateway"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


class GatewayServer:
    """The app of a gateway on a free port of this machine, in a thread."""

    def __init__(self, gated: Gated, reader: Reader | None = None) -> None:
        app = create_gateway_app(gated.gateway, TOKEN, language="en", reader=reader)
        config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", access_log=False, log_level="error")
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.002)

    def ask(self, method, path, body=None, kind=None, token=TOKEN, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Authorization": f"Bearer {token}"} if token else {}
        sent |= {"Content-Type": kind} if kind else {}
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def stop(self):
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()
