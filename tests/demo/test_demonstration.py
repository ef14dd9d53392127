"""`suyuan demo` as a newcomer runs it: real processes, real ports, Ctrl-C."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
PATIENCE = 120.0
pytestmark = pytest.mark.slow


class Demo:
    """A `suyuan demo --serve` that has told its story."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        command = demo_command(folder, self.port, "--serve")
        self.errors, self.output = folder.with_suffix(".err"), folder.with_suffix(".out")
        with self.errors.open("wb") as errors, self.output.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=errors, start_new_session=True)
        end = time.monotonic() + PATIENCE
        while "Ctrl-C" not in self.errors.read_text("utf-8"):
            assert self.process.poll() is None, self.errors.read_text("utf-8")
            assert time.monotonic() < end
            time.sleep(0.1)

    def said(self) -> list[str]:
        return [line.strip() for line in self.output.read_text("utf-8").splitlines()]

    def children(self) -> list[int]:
        found = subprocess.run(["pgrep", "-f", str(self.folder)], capture_output=True, text=True, check=False)
        return [int(each) for each in found.stdout.split() if int(each) != self.process.pid]


def demo_command(folder: Path, port: int, *options: str) -> list[str]:
    return [str(BIN / "suyuan"), "demo", "--folder", str(folder), "--port", str(port), "--lang", "en", *options]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_gone(demo: Demo) -> None:
    end = time.monotonic() + PATIENCE
    while demo.children():
        assert time.monotonic() < end, demo.children()
        time.sleep(0.1)


def verify(demo: Demo, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / "suyuan-verify"), *arguments, "--policy", str(demo.folder / "trust.policy"), "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = Demo(tmp_path_factory.mktemp("demo") / "zone")
    yield running
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGINT)
    running.process.wait(PATIENCE)


def test_the_address_it_prints_opens_a_page_about_the_item(demo: Demo) -> None:
    (address,) = (line for line in demo.said() if line.startswith("http"))
    request = urllib.request.Request(address, headers={"Accept": "text/html", "Accept-Language": "en"})
    with urllib.request.urlopen(request) as answer:
        page = answer.read().decode()
    assert "A1B2C3D4E5" in page
    assert "Release" in page


def test_a_second_demonstration_is_told_plainly_what_is_in_use(demo: Demo, tmp_path: Path) -> None:
    other = subprocess.run(demo_command(tmp_path, demo.port), capture_output=True, text=True, check=False)
    assert other.returncode == 4
    assert f"port {demo.port}" in other.stderr
    assert "--port" in other.stderr
    same = subprocess.run(demo_command(demo.folder, free_port()), capture_output=True, text=True, check=False)
    assert same.returncode == 3
    assert "a demonstration that runs" in same.stderr


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work")
    refused = subprocess.run(demo_command(tmp_path, free_port()), capture_output=True, text=True, check=False)
    assert refused.returncode == 4
    assert "other things in it" in refused.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.txt"]


def test_ctrl_c_leaves_no_process_and_the_file_is_verified_without_the_server(demo: Demo) -> None:
    assert len(demo.children()) == 4  # the server and three witnesses
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(PATIENCE) == 0
    assert demo.children() == []
    answer = verify(demo, "trace", str(demo.folder / "parcel.trace"), "--no-state")
    verdict = json.loads(answer.stdout)
    assert answer.returncode == 0
    assert [step["passed"] for step in verdict["steps"]] == [True] * 9
    assert {each["key"] for each in verdict["notChecked"]} >= {"unchecked.replay", "unchecked.truth"}
    charter = ("--charter", str(demo.folder / "zone.charter"))
    listed, registry = str(demo.folder / "list.receipt"), ("--registry", str(demo.folder / "parcel.trace"))
    for single in (
        ("event", str(demo.folder / "list.event"), *registry),
        ("receipt", listed, "--statement", str(demo.folder / "list.statement"), *charter),
        ("checkpoint", str(demo.folder / "zone.checkpoint"), *charter),
    ):
        assert verify(demo, *single).returncode == 0, single


def test_a_demonstration_that_is_killed_takes_its_processes_along_and_another_can_begin(tmp_path: Path) -> None:
    killed = Demo(tmp_path / "zone")
    killed.process.kill()
    killed.process.wait(PATIENCE)
    wait_until_gone(killed)
    again = subprocess.run(demo_command(killed.folder, killed.port), capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert Path(killed.folder / "parcel.trace").exists()
