"""Commands of the ledger's as processes of their own, forked from one that has imported them: a start costs no import.

`Commands` is the tests' side. `python -m tests.forking` is the other: it forks what it is told, one JSON object a line,
and says how children ended. A child is a process like any other: it has its own environment, ends at failpoints, and is
killed by its number. How `python -m ledger.cli` starts is tested elsewhere.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
_PREPARED = ("ledger.cli.commands", "ledger.cli.witness")


@dataclass
class Command:
    """A running command, as `subprocess.Popen` has it: what it says goes to two files."""

    pid: int
    out: Path
    err: Path
    _of: Commands
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        if self.returncode is None:
            self.returncode = self._of.ask(end=self.pid)["code"]
        return self.returncode

    def wait(self, seconds: float = PATIENCE) -> int | None:
        """Return its exit code, None if it still runs after so long."""
        end = time.monotonic() + seconds
        while self.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal: its number is nobody else's as long as it was not polled to its end."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def end(self) -> None:
        """Kill it, stopped or not, and wait for its end."""
        self.send_signal(signal.SIGKILL)
        assert self.wait() is not None

    def first_line(self, said_to: Path | None = None) -> str:
        """Return the first line that it says to standard error, or to `out`, once it says one."""
        end = time.monotonic() + PATIENCE
        while "\n" not in (said := (said_to or self.err).read_text("utf-8")):
            assert self.poll() is None, self.err.read_text("utf-8")
            assert time.monotonic() < end
            time.sleep(0.005)
        return said.partition("\n")[0]


@dataclass
class Commands:
    """Starts commands; what they say is kept below a folder."""

    folder: Path
    _count: int = 0
    _server: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SUYUAN_")}
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.forking"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**kept, "LANG": "C.UTF-8"}, start_new_session=True,
        )  # fmt: skip

    def start(self, *arguments: object, variables: Mapping[str, str] | None = None) -> Command:
        """Start `python -m ledger.cli ARGUMENTS…` with further variables in its environment."""
        self._count += 1
        out, err = (self.folder / f"{self._count}.{kind}" for kind in ("out", "err"))
        words = [str(each) for each in arguments]
        said = {"words": words, "variables": dict(variables or {}), "out": str(out), "err": str(err)}
        out.touch()
        err.touch()
        return Command(self.ask(start=said)["pid"], out, err, self)

    def ask(self, **said: object) -> dict[str, Any]:
        """Ask the process that forks."""
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(json.dumps(said) + "\n")
        self._server.stdin.flush()
        answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        return answer

    def close(self) -> None:
        """End it, and with it all that still runs."""
        self._server.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """What starts commands, for the tests of a module."""
    made = Commands(tmp_path_factory.mktemp("commands"))
    yield made
    made.close()


def main() -> None:
    """Fork what standard input says, until it ends; then end what still runs."""
    for module in _PREPARED:
        importlib.import_module(module)
    children: set[int] = set()
    for line in sys.stdin:
        said = json.loads(line)
        if "start" in said:
            children.add(pid := _fork(**said["start"]))
            answer: dict[str, int | None] = {"pid": pid}
        else:
            done, status = os.waitpid(said["end"], os.WNOHANG)
            answer = {"code": os.waitstatus_to_exitcode(status) if done else None}
            children.discard(done)
        print(json.dumps(answer), flush=True)
    for pid in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _fork(words: Sequence[str], variables: Mapping[str, str], out: str, err: str) -> int:
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = _run(words, variables, out, err)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return child


def _run(words: Sequence[str], variables: Mapping[str, str], out: str, err: str) -> int:
    """Be the command: its files, its environment, its failpoint; return its exit code."""
    for place, path in ((0, os.devnull), (1, out), (2, err)):
        os.dup2(os.open(path, os.O_RDWR | os.O_APPEND), place)
    sys.stdin, *said = (os.fdopen(place, mode, buffering=1) for place, mode in ((0, "r"), (1, "w"), (2, "w")))
    sys.stdout, sys.stderr = said
    os.environ.update(variables)
    importlib.reload(importlib.import_module("ledger.failpoints"))  # it reads its variable once
    sys.argv = ["suyuan", *words]
    try:
        importlib.import_module("ledger.cli.commands").app()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0


if __name__ == "__main__":
    main()
