"""The programs that a drill runs: Debian's packages patroni, python3-psycopg2, etcd-server and postgresql.

`SUYUAN_PATRONI=/opt/patroni/bin/patroni` takes another Patroni: the one of Debian 12 lets a leader that was frozen take
the lock back from whoever was elected meanwhile (its 3.0.3 does not), and what was acknowledged in between is lost.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

DEBIAN = max(
    Path("/usr/lib/postgresql").glob("[0-9]*/bin"),
    key=lambda each: int(each.parent.name),
    default=Path("/usr/lib/postgresql/15/bin"),
)


PATRONI = os.environ.get("SUYUAN_PATRONI", "patroni")
_WAKES = (3, 0, 3)  # the first Patroni whose leader does not overwrite another one's lock


def may_freeze() -> bool:
    """Return whether Patroni's leader may be frozen: it does not take the lock from another one when it goes on."""
    told = subprocess.run([PATRONI, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(each) for each in re.findall(r"\d+", told)[:3]) >= _WAKES


def missing() -> list[str]:
    """Return the programs that are not there."""
    found = [each for each in ("etcd", PATRONI) if not shutil.which(each)]
    return found + [str(DEBIAN / each) for each in ("postgres", "pg_rewind") if not (DEBIAN / each).exists()]
