"""Whether a port is free, asked before anything else is done."""

from __future__ import annotations

import errno
import socket

from ledger.errors import SetupError


def require_free(host: str, port: int) -> None:
    """Return if a server could listen there now.

    Raises:
        SetupError: somebody listens, or it is not this machine's to listen on.
    """
    family, kind, proto, _, address = _resolve(host, port)
    with socket.socket(family, kind, proto) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
            came = "in use by another program" if in_use else error.strerror
            todo = "Stop that program, or choose another port (--port, PORT=… for make)." if in_use else ""
            raise SetupError(f"port {port}", came=came, expected="a free port", todo=todo) from None


def _resolve(host: str, port: int) -> tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise SetupError("host", came=f"{host}: {error.strerror}", expected="an address of this machine") from None
    return found[0]  # type: ignore[return-value] # addresses of IPv4 and IPv6 only
