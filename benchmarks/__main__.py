"""`make bench`: every benchmark at full size, each file in a process of its own; writes build/bench.json.

The file is a list of {name, value, unit, ratio}; ratio is to one core's Ed25519 verification rate in the same
process. pytest-benchmark's own reports are left beside it, in build/bench/.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from shutil import rmtree
from typing import Any

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build"


def main() -> int:
    """Run all (or those named on the command line), write and print the figures."""
    files = [ROOT / "benchmarks" / f"bench_{name}.py" for name in sys.argv[1:]]
    figures: list[dict[str, Any]] = []
    for file in files or sorted((ROOT / "benchmarks").glob("bench_*.py")):
        figures += run(file)
    (BUILD / "bench.json").write_text(json.dumps(figures, indent=2) + "\n")
    print(f"{platform.machine()}, {_cores()} cores, CPython {platform.python_version()}, commit {_commit()}")  # noqa: T201
    for each in figures:
        ratio = "" if each["ratio"] is None else f"{each['ratio']:>14.4f} of the Ed25519 rate"
        print(f"{each['name']:<30}{each['value']:>14,} {each['unit']:<10}{ratio}")  # noqa: T201
    return 0


def run(file: Path) -> list[dict[str, Any]]:
    """Return the figures of one file."""
    folder = BUILD / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    taken, work = folder / f"{file.stem}.figures.json", folder / "work"
    command = [
        *(sys.executable, "-m", "pytest", str(file), "--full", "--figures", str(taken), "--basetemp", str(work)),
        *("--benchmark-enable", f"--benchmark-json={folder / f'{file.stem}.json'}", "-p", "no:cacheprovider"),
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    rmtree(work, ignore_errors=True)
    figures: list[dict[str, Any]] = json.loads(taken.read_text())
    return figures


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _commit() -> str:
    told = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
