"""The witness's server: every request is bounded, and none keeps the next one out."""

import http.client
import socket

import pytest

from ledger.witness.protocol import MAX_REQUEST
from ledger.witness.serve import server as serving
from tests.ledger.witnessing.conftest import until


@pytest.fixture
def hasty(monkeypatch):
    """A server that waits for a request no longer than a moment."""
    monkeypatch.setattr(serving, "_ARRIVAL", 0.3)


def raw(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def test_one_connection_serves_many_requests(serve, foreign):
    served = serve(foreign)
    connection = http.client.HTTPConnection(served.monitor.address, timeout=20)
    old = 0
    connection.connect()
    used = connection.sock
    for _ in range(4):
        foreign.grow(3)
        connection.request("POST", "/add-checkpoint", foreign.request(old))
        assert connection.getresponse().read().startswith("—".encode())
        old = len(foreign.leaves)
    assert connection.sock is used
    connection.close()


def test_too_large_a_body_is_refused_before_it_comes(serve, foreign):
    served = serve(foreign)
    with raw(served.monitor.address) as line:
        line.sendall(f"POST /add-checkpoint HTTP/1.1\r\nContent-Length: {MAX_REQUEST + 1}\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("POST /add-checkpoint HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        ("POST /add-checkpoint HTTP/1.1\r\nContent-Length: +5\r\n\r\n", 411),
        ("POST /add-checkpoint HTTP/1.1\r\n\r\n", 411),
        ("POST /elsewhere HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 404),
        ("GET /add-checkpoint HTTP/1.1\r\n\r\n", 404),
        ("DELETE /add-checkpoint HTTP/1.1\r\n\r\n", 501),
        ("GET /" + "a" * 70_000 + " HTTP/1.1\r\n\r\n", 414),
    ],
)
def test_what_is_not_framed_or_not_there_is_refused(serve, foreign, head, status):
    served = serve(foreign)
    with raw(served.monitor.address) as line:
        line.sendall(head.encode())
        assert line.recv(100).split(b" ")[1] == str(status).encode()


@pytest.mark.parametrize("head", [b"", b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 100\r\n\r\nold"])
def test_whoever_sends_slowly_is_left(serve, foreign, hasty, head):
    served = serve(foreign)
    with raw(served.monitor.address) as line:
        line.sendall(head)
        assert line.recv(1) == b""


def test_a_drip_does_not_prolong_the_time(serve, foreign, hasty):
    served = serve(foreign)
    with raw(served.monitor.address) as line:
        line.settimeout(0.02)
        assert any(left(line) for _ in range(1000))


def left(line: socket.socket) -> bool:
    """Send one byte more; return whether the other side has gone."""
    try:
        line.sendall(b"P")
        return line.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_connections_beyond_the_limit_are_closed_and_the_others_served(serve, foreign, monkeypatch):
    monkeypatch.setattr(serving, "_CONNECTIONS", 3)
    served = serve(foreign)
    held = [raw(served.monitor.address) for _ in range(3)]
    for line in held:
        assert asked(line).startswith(b"HTTP/1.1 404")
    with raw(served.monitor.address) as refused:
        assert refused.recv(1) == b""
    for line in held:
        assert asked(line).startswith(b"HTTP/1.1 404")
        line.close()


def test_large_bodies_are_held_so_many_at_once(serve, foreign, monkeypatch):
    monkeypatch.setattr(serving, "_LARGE", 100)
    monkeypatch.setattr(serving, "_LARGE_AT_ONCE", 1)
    served = serve(foreign)
    head = b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 100\r\n\r\n"
    with raw(served.monitor.address) as held:
        held.sendall(head)
        until(lambda: served.monitor._server.large._value == 0)
        with raw(served.monitor.address) as second:
            second.sendall(head + bytes(100))
            assert second.recv(100).startswith(b"HTTP/1.1 429")
        held.sendall(bytes(100))
        assert held.recv(100).startswith(b"HTTP/1.1 400")
    until(lambda: served.post(foreign.request(0)).status == 200)


def asked(line: socket.socket) -> bytes:
    """The whole answer to a request for what is not there."""
    line.sendall(b"GET / HTTP/1.1\r\n\r\n")
    answer = b""
    while not answer.endswith(b"nothing here\n"):
        part = line.recv(1000)
        assert part
        answer += part
    return answer
