"""The programs that a drill runs: Debian's packages patroni, python3-psycopg2, etcd-server and postgresql."""

from __future__ import annotations

import shutil
from pathlib import Path

DEBIAN = max(
    Path("/usr/lib/postgresql").glob("[0-9]*/bin"),
    key=lambda each: int(each.parent.name),
    default=Path("/usr/lib/postgresql/15/bin"),
)


def missing() -> list[str]:
    """Return the programs that are not there."""
    found = [each for each in ("etcd", "patroni") if not shutil.which(each)]
    return found + [str(DEBIAN / each) for each in ("postgres", "pg_rewind") if not (DEBIAN / each).exists()]
