"""What is handed on to whoever leads: answered, or told to try again as soon as another one leads."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import anyio
import pytest

from api.middleware.forward import HANDED_ON, ForwardMiddleware

FOREVER = 600.0  # seconds: a test that waited for it would be ended first


class Leader(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.headers[HANDED_ON] else b"?" * len(body))

    def log_message(self, *_):
        pass


async def own(scope, receive, send):
    raise AssertionError("a process that follows answers nothing of this by itself")


async def handed_on(where, body=b"said"):
    """Return status and body of a POST at a process that follows."""
    app = SimpleNamespace(state=SimpleNamespace(settings=SimpleNamespace(language="en")))
    bounds = {"most": 1000, "buffered": 1000, "seconds": FOREVER, "patience": FOREVER}
    middleware = ForwardMiddleware(own, where=where, hear=lambda _: None, **bounds)
    headers = [(b"content-length", str(len(body)).encode()), (b"host", b"ledger.test")]
    scope = {"type": "http", "method": "POST", "path": "/validate", "query_string": b"", "headers": headers}
    scope |= {
        "client": ("192.0.2.1", 1),
        "server": ("127.0.0.1", 1),
        "scheme": "http",
        "app": app,
        "http_version": "1.1",
    }
    scope |= {"root_path": ""}
    messages, sent = [{"type": "http.request", "body": body, "more_body": False}], []

    async def receive():
        return messages.pop(0) if messages else await anyio.sleep_forever()

    async def send(message):
        sent.append(message)

    await middleware(scope, receive, send)
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:])


@pytest.fixture
def leader():
    server = HTTPServer(("127.0.0.1", 0), Leader)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def frozen():
    """A machine that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_who_leads_answers_through_one_that_follows(leader):
    assert anyio.run(handed_on, lambda: leader) == (201, b"said")


@pytest.mark.parametrize("then", ["", None, "http://another.test"])
def test_asker_waits_no_longer_for_a_leader_that_is_one_no_more(frozen, then):
    where = [f"http://127.0.0.1:{frozen.getsockname()[1]}"]
    taken = []

    def freeze():
        taken.append(frozen.accept()[0])
        where[0] = then

    freezing = threading.Thread(target=freeze)
    freezing.start()
    asked = anyio.run(ask_and_thaw, lambda: where[0], taken)
    freezing.join()
    status, body = asked
    assert (status, json.loads(body)["type"]) == (503, "urn:suyuan:problem:busy")


async def ask_and_thaw(where, taken):
    """Ask, and let the thread that still waits for the frozen machine go."""
    answer = await handed_on(where)
    taken[0].close()
    return answer
