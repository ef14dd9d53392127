"""`suyuan demo` as a newcomer runs it: real processes, real ports."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

BIN = Path(sys.executable).parent
PATIENCE = 120.0


class Demo:
    """A `suyuan demo --serve` that has told its story, or come as far as a line of it."""

    def __init__(self, folder: Path, until: str = "Ctrl-C") -> None:
        self.folder, self.port = folder, free_port()
        command = demo_command(folder, self.port, "--serve")
        self.errors, self.output = folder.with_suffix(".err"), folder.with_suffix(".out")
        with self.errors.open("wb") as errors, self.output.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=errors, start_new_session=True)
        end = time.monotonic() + PATIENCE
        while until not in self.errors.read_text("utf-8"):
            assert self.process.poll() is None, self.errors.read_text("utf-8")
            assert time.monotonic() < end
            time.sleep(0.1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        """Type Ctrl-C, and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def said(self) -> list[str]:
        return [line.strip() for line in self.output.read_text("utf-8").splitlines()]

    def children(self) -> list[int]:
        found = subprocess.run(["pgrep", "-f", str(self.folder)], capture_output=True, text=True, check=False)
        return [int(each) for each in found.stdout.split() if int(each) != self.process.pid]


@dataclass(frozen=True, slots=True)
class Killed:
    """What a demonstration had when it was killed: its folder, and how many processes, all of which are gone."""

    folder: Path
    processes: int


def kill(demo: Demo) -> Killed:
    processes = len(demo.children())
    demo.process.kill()
    demo.process.wait(PATIENCE)
    wait_until_gone(demo)
    return Killed(demo.folder, processes)


def demo_command(folder: Path, port: int, *options: str) -> list[str]:
    return [str(BIN / "suyuan"), "demo", "--folder", str(folder), "--port", str(port), "--lang", "en", *options]


def wait_until_gone(demo: Demo) -> None:
    end = time.monotonic() + PATIENCE
    while demo.children():
        assert time.monotonic() < end, demo.children()
        time.sleep(0.1)


def verify(demo: Demo, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / "suyuan-verify"), *arguments, "--policy", str(demo.folder / "trust.policy"), "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=False)
