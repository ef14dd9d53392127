"""Serve, export, audit and fsck as their users run them: processes, a real server, signals, both sources alike."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ledger.opening import LedgerFolder
from tests.ledger.export.operated import SUYUAN, VERIFY, environment, operate, run, served
from tests.verifier.proof.audit.forge import flip

KEPT_BACK = "/batches/180"


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


def _audit(where, policy, home, *more):
    done = run(*VERIFY, "audit", where, "--policy", policy, "--json", *more, home=home)
    return done.returncode, json.loads(done.stdout)


def test_an_export_and_the_address_that_it_comes_from_are_audited_alike(rich, tmp_path, policy, home):
    root, exported = operate(rich, tmp_path / "ledger"), tmp_path / "export"
    with served(root, home) as address:
        done = run(*SUYUAN, "export", root, exported, "--json", home=home)
        assert done.returncode == 0, done.stderr
        over_http = _audit(address, policy, home, "--second-opinion", "--no-state")
    manifest = json.loads(done.stdout)
    assert over_http == _audit(exported, policy, home, "--second-opinion", "--no-state")
    code, report = over_http
    assert (code, report["outcome"], report["findings"]) == (0, "verified", [])
    assert manifest["size"] == report["checkpoint"]["size"] == report["scope"]["leaves"] >= rich.size
    assert {name: manifest[name] for name in ("events", "batches", "tiles", "bundles")} == {
        name: report["counts"][name] for name in ("events", "batches", "tiles", "bundles")
    }
    assert report["secondOpinion"]["notBatches"] > 0
    assert run(*SUYUAN, "fsck", root, home=home).returncode == 0


class _Slow(SimpleHTTPRequestHandler):
    """A server that keeps one answer back until it is told to give it."""

    def do_GET(self) -> None:
        if self.path == KEPT_BACK:
            self.server.asked.set()
            self.server.told.wait(60)
        super().do_GET()

    def log_message(self, *args) -> None:
        pass


@pytest.fixture
def slow(rich):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Slow, directory=str(rich.export)))
    server.asked, server.told = threading.Event(), threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.told.set()
    server.shutdown()
    server.server_close()


def _started(slow, policy, home):
    command = [*VERIFY, "audit", slow.url, "--policy", policy, "--save-every", "0"]
    process = subprocess.Popen([sys.executable, *map(str, command)], stderr=subprocess.PIPE, env=environment(home))
    assert slow.asked.wait(60)
    return process


def test_a_killed_audit_goes_on_and_gives_the_same_report(rich, slow, policy, tmp_path, home):
    process = _started(slow, policy, home)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert len(list((home / "suyuan").iterdir())) == 1  # one state, and nothing half written that counts
    slow.told.set()
    folder = rich.copy_export(tmp_path / "export")
    (folder / "tile" / "entries" / "000").write_bytes(b"spoilt since")  # what was taken before is not read again
    killed = _audit(folder, policy, home)
    assert killed == _audit(rich.export, policy, home, "--no-state")
    assert killed[0] == 0


def test_an_audit_that_is_asked_to_stop_says_how_to_go_on(rich, slow, policy, home):
    process = _started(slow, policy, home)
    process.send_signal(signal.SIGTERM)
    slow.told.set()
    said = process.communicate()[1].decode()
    assert process.returncode == 130
    assert "Run the same command to go on" in said
    assert _audit(slow.url, policy, home) == _audit(rich.export, policy, home, "--no-state")


def test_damage_is_named_and_exits_1(operated, tmp_path, home):
    root = shutil.copytree(operated, tmp_path / "ledger")
    tile = LedgerFolder(root).tiles / "tile" / "0" / "000"
    tile.write_bytes(flip(tile.read_bytes(), 4321))
    done = run(*SUYUAN, "fsck", root, "--lang", "zh", home=home)
    assert done.returncode == 1
    assert str(tile) in done.stdout
    assert "发现 1 处损坏" in done.stdout
    answer = json.loads(run(*SUYUAN, "fsck", root, "--json", home=home).stdout)
    assert [each["key"] for each in answer["damages"]] == [str(tile)]
    assert (answer["outcome"], answer["exitCode"]) == ("damaged", 1)


def test_derived_rows_are_written_anew_when_asked_for(rich, tmp_path, home):
    root = operate(rich, tmp_path / "ledger")
    with closing(sqlite3.connect(LedgerFolder(root).database, isolation_level=None)) as connection:
        connection.execute("DELETE FROM history WHERE key_id % 7 = 0")
    assert run(*SUYUAN, "fsck", root, home=home).returncode == 1
    done = run(*SUYUAN, "fsck", root, "--rebuild", home=home)
    assert done.returncode == 0, done.stdout
    assert "written anew" in done.stdout


def test_what_is_no_ledger_exits_4(tmp_path, home):
    for command in ("fsck", tmp_path / "nothing"), ("export", tmp_path / "nothing", tmp_path / "export"):
        done = run(*SUYUAN, *command, home=home)
        assert done.returncode == 4, done.stderr
        assert "no database" in done.stderr
    assert not (tmp_path / "export").exists()
