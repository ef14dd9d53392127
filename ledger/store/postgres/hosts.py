"""Which of several hosts answered last: it is asked first.

A machine that is gone without a word (frozen, cut off, without power) refuses nothing: each new connection waits for
it as long as connecting may take, though another host has long been the primary. Two of them outlast a lease.
"""

from __future__ import annotations

import threading
from typing import Any

from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

_MOST = 64  # addresses that are remembered
_lock = threading.Lock()
_answered: dict[str, tuple[str, str]] = {}


def last_first(conninfo: str) -> str:
    """Return a connection string whose hosts begin with the one that answered it last; the others keep their order."""
    given = conninfo_to_dict(conninfo)
    hosts, ports = _listed(given)
    with _lock:
        last = _answered.get(conninfo)
    if len(hosts) < 2 or len(hosts) != len(ports) or last is None or "hostaddr" in given:
        return conninfo
    pairs = sorted(zip(hosts, ports, strict=True), key=lambda each: each != last)
    return make_conninfo(conninfo, host=",".join(host for host, _ in pairs), port=",".join(port for _, port in pairs))


def remember(conninfo: str, connection: Connection[Any]) -> None:
    """Take note of who answered a connection string."""
    with _lock:
        if len(_answered) >= _MOST:
            _answered.clear()
        _answered[conninfo] = (connection.info.host, str(connection.info.port))


def _listed(given: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return hosts, and the port of each."""
    hosts, ports = str(given.get("host") or "").split(","), str(given.get("port") or "5432").split(",")
    ports = [each or "5432" for each in ports]
    return hosts, ports * len(hosts) if len(ports) == 1 else ports
