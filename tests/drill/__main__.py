"""`python -m tests.drill [KILLS]`: harms the leader of a cluster in a folder of its own; writes build/drill.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.drill.drill import run_drill
from tests.drill.harm import KINDS
from tests.drill.needed import DEBIAN, may_freeze, missing
from tests.drill.report import format_table

BUILD = Path("build")


def main() -> int:
    """Run a drill and tell what it found; 2 where programs are missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.drill", description=__doc__)
    parser.add_argument("kill", metavar="KILLS", type=int, nargs="?", default=10)
    for kind in list(KINDS)[1:]:
        parser.add_argument(f"--{kind}", type=int, default=2, help=KINDS[kind].told)
    parser.add_argument("--keep", action="store_true", help="keep the folder, also where all is well")
    given = parser.parse_args()
    os.environ.setdefault("SUYUAN_POSTGRES", str(DEBIAN))
    if needed := missing():
        print(f"needs {', '.join(needed)}", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="suyuan-drill-"))
    print(f"in {folder}", file=sys.stderr)
    began = time.monotonic()
    times = {kind: getattr(given, kind) for kind in KINDS}
    if not may_freeze() and any(times[kind] for kind in KINDS if KINDS[kind].wakes):
        print("needs Patroni 3.0.3 or newer (SUYUAN_PATRONI), or --freeze 0 --split 0", file=sys.stderr)
        return 2
    report = run_drill(folder, times, lambda line: print(line, file=sys.stderr, flush=True))
    about = {"processors": os.cpu_count(), "python": platform.python_version(), "seconds": time.monotonic() - began}
    BUILD.mkdir(exist_ok=True)
    (BUILD / "drill.json").write_text(json.dumps(report.to_json(**about), indent=1) + "\n", "utf-8")
    print(format_table(report))
    if not given.keep:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
