"""S3-compatible servers on loopback, and a faulty way to them.

`moto` comes from PyPI with the other test requirements: a server of AWS's requests over HTTP, in memory.
`versitygw` (a gateway over a folder, written in Go) is taken where it is installed or `SUYUAN_VERSITYGW`
names it. What each is and is not: docs/adr/0051.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from time import sleep
from uuid import uuid4

import pytest

from ledger.objects.address import parse_address
from ledger.objects.bucket import Bucket

VERSITYGW = os.environ.get("SUYUAN_VERSITYGW") or shutil.which("versitygw")
SERVERS = ("moto", "versitygw") if VERSITYGW else ("moto",)
_KEY, _SECRET, _REGION = "suyuan-tests", "suyuan-tests-secret", "us-east-1"


@contextmanager
def serve(kind: str, folder: Path) -> Iterator[str]:
    """Yield the endpoint of a running server of a kind, over an empty folder."""
    with _moto() if kind == "moto" else _versitygw(folder) as endpoint:
        yield endpoint


@contextmanager
def _moto() -> Iterator[str]:
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - a second, for those who need it

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


@contextmanager
def _versitygw(folder: Path) -> Iterator[str]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "ROOT_ACCESS_KEY": _KEY, "ROOT_SECRET_KEY": _SECRET}
    arguments = [str(VERSITYGW), "--quiet", "--port", f"127.0.0.1:{port}", "--region", _REGION, "posix", str(folder)]
    process = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not _answers(port):
            assert process.poll() is None, "versitygw ended"
            sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def point_at(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what an operator sets: endpoint, region and credentials."""
    for name, value in (
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", _KEY),
        ("AWS_SECRET_ACCESS_KEY", _SECRET),
        ("AWS_REGION", _REGION),
    ):
        monkeypatch.setenv(name, value)


def make_bucket(endpoint: str) -> str:
    """Make a bucket of its own; return its name."""
    import boto3  # noqa: PLC0415 - as above

    name = f"zone-{uuid4().hex[:12]}"
    client = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id=_KEY, aws_secret_access_key=_SECRET, region_name=_REGION
    )
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="session")
def object_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The endpoints of the servers there are, started once."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("objects")
        yield {kind: stack.enter_context(serve(kind, folder / kind)) for kind in SERVERS}


@pytest.fixture(params=SERVERS)
def endpoint(request: pytest.FixtureRequest, object_servers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """A server's endpoint, which the environment names."""
    point_at(object_servers[request.param], monkeypatch)
    return object_servers[request.param]


@pytest.fixture
def address(endpoint: str) -> str:
    """An address in a bucket of its own."""
    return f"s3://{make_bucket(endpoint)}/zone/log"


@pytest.fixture
def bucket(address: str) -> Bucket:
    """The objects at an address."""
    return Bucket(parse_address(address))


class Faults(ThreadingHTTPServer):
    """A way to a server on which requests get lost, answers are cut, and the server says that it cannot.

    Faults: `refuse` (cut before the server hears of it), `lose` (the server carries it out, nobody hears),
    `cut` (half the answer), `500`, `503`, `hold` (waits until `release`).
    """

    daemon_threads = True

    def __init__(self, endpoint: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = endpoint.removeprefix("http://")
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.plan: list[str] = []
        self.always: str | None = None
        self.only: tuple[str, ...] = ("PUT", "GET", "HEAD", "POST", "DELETE")
        self.release = Event()
        self.asked: list[tuple[str, str]] = []
        self._lock = Lock()

    def next_fault(self, method: str, path: str) -> str | None:
        """Return what happens to this request, None for nothing."""
        with self._lock:
            self.asked.append((method, path))
            if method not in self.only:
                return None
            return self.plan.pop(0) if self.plan else self.always

    def handle_error(self, request: object, client_address: object) -> None:
        """Be quiet: cut connections are the point."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Faults

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.next_fault(self.command, self.path)
        if fault == "hold":
            self.server.release.wait()
        if fault == "refuse":
            self.close_connection = True
        elif fault in ("500", "503"):
            self._answer(int(fault), {}, b"<Error><Code>SlowDown</Code></Error>")
        else:
            status, headers, content = self._ask(body)
            if fault == "lose":
                self.close_connection = True
            else:
                self._answer(status, headers, content, cut=fault == "cut")

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _any  # noqa: N815 - as the library asks for them

    def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        with closing(http.client.HTTPConnection(self.server.target, timeout=60)) as connection:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def _answer(self, status: int, headers: dict[str, str], content: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        length = headers.get("Content-Length", str(len(content))) if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library names it
        """Be quiet."""


@pytest.fixture
def faults(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """A faulty way to the server; the environment names it instead."""
    with Faults(endpoint) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        point_at(server.url, monkeypatch)
        yield server
        server.always = None
        server.release.set()
        server.shutdown()
