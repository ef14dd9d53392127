"""A small HTTP/1.1 server whose every request is bounded: its size, its time, and how many there are at once.

Doors decide what is answered; this file knows no path. A proxy in front adds TLS, nothing else is needed.
"""

from __future__ import annotations

import io
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ledger.errors import SetupError
from verifier.errors import MalformedError

TEXT = "text/plain; charset=utf-8"
_ARRIVAL = 20.0  # seconds in which a whole request must arrive; a connection may lie idle as long
_WRITE = 20.0  # seconds in which an answer must be taken
_CONNECTIONS = 128
_LARGE, _LARGE_AT_ONCE = 1 << 17, 4  # bytes from which a body is large, and how many of those are held at one moment
_LENGTH = re.compile(r"0|[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class Request:
    """One request: method, path without query, and body."""

    method: str
    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    body: bytes
    kind: str = TEXT
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Callable[[Request], "Reply | None"]


def later(status: int) -> Mapping[str, str]:
    """Return when whoever got this answer may ask again: 429 is for too much, 503 for not able."""
    return {"Retry-After": "5"} if status in (429, 503) else {}


@dataclass(frozen=True, slots=True)
class Door:
    """Answers some paths.

    Attributes:
        answer: returns None for what is not its own.
        posts: largest body in bytes of each path that takes a POST.
    """

    answer: Answer
    posts: Mapping[str, int] = field(default_factory=dict)


class WitnessServer:
    """Listens, and lets doors answer; the first that does is heard."""

    def __init__(self, address: str, doors: Sequence[Door]) -> None:
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
        self._server.doors = tuple(doors)
        run = self._server.serve_forever
        self._thread = threading.Thread(target=run, args=(0.05,), name="suyuan-witness-http", daemon=True)
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


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    doors: tuple[Door, ...]

    def __init__(self, *arguments: Any) -> None:
        self._free = threading.BoundedSemaphore(_CONNECTIONS)
        self.large = threading.BoundedSemaphore(_LARGE_AT_ONCE)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own; one too many is closed at once."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve, then let the next one in."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about connections that broke off."""


class _TimedSocket(io.RawIOBase):
    """Reads from a socket until a moment; however slowly bytes come, the moment stays."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.until = 0.0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what has come.

        Raises:
            TimeoutError: the moment has passed.
        """
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "suyuan-witness", ""
    server: _Server

    def setup(self) -> None:
        """Read through a clock."""
        super().setup()
        self._timed = _TimedSocket(self.connection)
        self.rfile = io.BufferedReader(self._timed)

    def handle_one_request(self) -> None:
        """Give each request its own time."""
        self._timed.until = time.monotonic() + _ARRIVAL
        super().handle_one_request()

    def do_GET(self) -> None:
        """Answer a read."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Read the body as far as it is welcome, and answer."""
        path = self.path.partition("?")[0]
        limit = max((door.posts.get(path, -1) for door in self.server.doors), default=-1)
        length = self.headers.get("Content-Length", "")
        if limit < 0:
            self._refuse(404, "there is nothing here that takes a POST")
        elif "Transfer-Encoding" in self.headers or not _LENGTH.fullmatch(length):
            self._refuse(411, "a Content-Length, and no other framing, is needed")
        elif int(length) > limit:
            self._refuse(413, f"at most {limit} bytes")
        elif int(length) < _LARGE:
            self._receive(int(length))
        elif self.server.large.acquire(blocking=False):
            try:
                self._receive(int(length))
            finally:
                self.server.large.release()
        else:
            self._refuse(429, "too many large bodies at this moment")

    def _receive(self, length: int) -> None:
        body = self.rfile.read(length)
        if len(body) == length:
            self._answer(body)
        else:
            self.close_connection = True

    def _answer(self, body: bytes) -> None:
        request = Request(self.command, self.path.partition("?")[0], body)
        answers = (door.answer(request) for door in self.server.doors)
        self._send(next((each for each in answers if each), Reply(404, b"nothing here\n")))

    def _refuse(self, status: int, why: str) -> None:
        """Answer what was not read to its end: the connection ends with it."""
        self.close_connection = True
        self._send(Reply(status, f"{why}\n".encode(), headers=later(status)))

    def _send(self, reply: Reply) -> None:
        self.connection.settimeout(_WRITE)
        self.send_response(reply.status)
        headers = {"Content-Type": reply.kind, "Content-Length": str(len(reply.body)), "Cache-Control": "no-store"}
        for name, value in {**headers, **reply.headers}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Keep quiet: requests are not news."""
