"""Ports for servers that a test starts, or starts again, at an address that it knows beforehand.

A port that the system hands out can be handed to somebody else between the look and the server's start: for 20 seconds
in a demonstration, for as long as a killed server is away. These lie below what Linux and macOS hand out.
"""

from __future__ import annotations

import os
import socket
from secrets import randbelow

_FIRST, _LANE, _LANES = 12_000, 2_000, 10  # 10 080 and below hold ports that browsers refuse
_given: set[int] = set()


def free_port() -> int:
    """Return a port on which nobody listens; no worker of this run, and no later call here, is given it too."""
    lane = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _LANES
    while True:
        port = _FIRST + lane * _LANE + randbelow(_LANE)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
