"""The program as an operator runs it: a process, its settings in the environment, SIGTERM."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ledger.compose.event import Draft
from ledger.opening import LedgerFolder, open_ledger
from tests.ports import free_port
from verifier.ledgerformat.receipt import parse_receipt, verify_receipt
from verifier.ledgerformat.statement import parse_entry, statement_identity
from verifier.ledgerformat.submission import parse_submission
from verifier.primitives.merkle import leaf_hash


class Process:
    def __init__(self, command, folder, passphrase_file, **environment):
        self.port = free_port()
        settings = {
            "FOLDER": str(folder),
            "PORT": str(self.port),
            "PASSPHRASE_FILE": str(passphrase_file),
        } | environment
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SUYUAN_")}
        command = [str(self.port) if each == "PORT" else each for each in command]
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", *command], stderr=subprocess.PIPE, text=True,
            env=kept | {f"SUYUAN_{name}": value for name, value in settings.items()},
        )  # fmt: skip

    def wait(self):
        until = time.monotonic() + 120
        while time.monotonic() < until:
            assert self.process.poll() is None, self.process.stderr.read()
            try:
                return self.get("/readyz")
            except OSError:
                time.sleep(0.05)
        raise AssertionError("it did not start")

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def wait_until_it_takes_no_more(self):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except TimeoutError:
                continue
            except ConnectionError:
                return
            time.sleep(0.05)
        raise AssertionError("it still listens")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=120)
        return errors


@pytest.fixture
def passphrase_file(tmp_path, zone_terms):
    file = tmp_path / "passphrase"
    file.write_bytes(zone_terms.PASSPHRASE + b"\r\n")
    return file


@pytest.fixture
def prepared(make_world):
    """A world whose seller may submit, closed again."""
    world = make_world()
    world.zone.admit_enterprises(world.customs, [world.seller])
    filing = world.submission(world.seller, filed(world))
    world.close()
    return world, filing


def filed(world):
    return Draft(
        "filing.enterprise", 1, subjects={"enterprise": world.seller.uri},
        data={"names": dict(world.seller.names), "customsCode": "1"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [["-m", "api.server"], ["-m", "uvicorn", "--factory", "api.app:create_app", "--port", "PORT", "--no-access-log"]],
)
def test_sigterm_answers_what_is_under_way_and_loses_nothing(prepared, passphrase_file, zone_terms, command):
    world, filing = prepared
    server = Process(command, world.folder, passphrase_file)
    assert server.wait()[0] == 200
    half = len(filing) // 2
    kind, size = zone_terms.SUBMISSION, len(filing)
    head = f"POST /entries HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n"
    errors = []
    ending = threading.Thread(target=lambda: errors.append(server.end()))
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
        assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"  # the server is reading the body
        connection.sendall(filing[:half])
        ending.start()
        server.wait_until_it_takes_no_more()
        connection.sendall(filing[half:])
        with http.client.HTTPResponse(connection, method="POST") as answer:
            answer.begin()
            receipt = answer.read()
    ending.join()
    assert answer.status == 201
    lines = [json.loads(line) for line in errors[0].splitlines() if line.startswith("{")]
    assert lines[-1]["event"] == "stopped"
    ledger = open_ledger(world.folder, zone_terms.PASSPHRASE)
    try:
        entry = parse_submission(filing).statement
        with ledger.store.read() as reader:
            stored = reader.statement_by_identity(statement_identity(parse_entry(entry)))
        assert stored.leaf == int(answer.headers["Suyuan-Leaf"])
        verify_receipt(
            parse_receipt(receipt), leaf=leaf_hash(entry), key=world.keys.receipt.public, origin=ledger.origin
        )
        assert ledger.tiles.checkpoint().splitlines()[1] == str(ledger.head.edge.size).encode()  # published at the end
    finally:
        ledger.close()


def test_a_wrong_setup_says_what_is_wrong_and_does_not_start(prepared, passphrase_file, tmp_path):
    world, _ = prepared
    passphrase_file.write_bytes(b"another")
    server = Process(["-m", "api.server"], world.folder, passphrase_file)
    _, errors = server.process.communicate(timeout=120)
    assert server.process.returncode != 0
    assert "checkpoint.pem" in errors
    server = Process(["-m", "api.server"], tmp_path / "nowhere", passphrase_file)
    _, errors = server.process.communicate(timeout=120)
    assert server.process.returncode != 0
    assert "suyuan init" in errors


class Shown(BaseHTTPRequestHandler):
    """Shows one note at every address, as a witness shows what it cosigned."""

    note = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.note)))
        self.end_headers()
        self.wfile.write(self.note)

    def log_message(self, *_):
        pass


@pytest.fixture
def showing():
    """Return an address that shows a note."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shown)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def show(note):
        Shown.note = note
        return f"http://127.0.0.1:{server.server_port}"

    yield show
    server.shutdown()
    server.server_close()


def test_a_machine_set_back_with_its_guard_is_read_only_while_a_witness_remembers(
    prepared, passphrase_file, zone_terms, tmp_path, showing
):
    world, filing = prepared
    folder, guard = tmp_path / "older", tmp_path / "older.guard"
    shutil.copytree(world.folder, folder)
    shutil.copyfile(LedgerFolder(world.folder).usual_guard, guard)
    ledger = open_ledger(world.folder, zone_terms.PASSPHRASE)
    ledger.submit(filing).result(timeout=30)
    witness = showing(ledger.prover.checkpoint())
    ledger.close()
    back = Process(["-m", "api.server"], folder, passphrase_file, GUARD=str(guard), WITNESSES=witness)
    status, readiness = back.wait()
    assert status == 503
    assert {"writer"} == {each["name"] for each in json.loads(readiness)["checks"] if not each["passed"]}
    errors = back.end()
    assert witness in errors
    assert "older state" in errors
    newest = Process(["-m", "api.server"], world.folder, passphrase_file, WITNESSES=f"{witness} http://127.0.0.1:1")
    assert newest.wait()[0] == 200
    newest.end()


def test_open_reads_warn_on_the_operators_terminal(prepared, passphrase_file):
    world, _ = prepared
    server = Process(["-m", "api.server"], world.folder, passphrase_file, OPEN_READS="true")
    server.wait()
    assert server.get("/batches/0")[0] == 200
    lines = [json.loads(line) for line in server.end().splitlines()]
    assert [line["level"] for line in lines if line["event"] == "open reads"] == ["warning"]
