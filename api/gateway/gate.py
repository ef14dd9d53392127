"""Who may hand things over: whoever shows the gateway's token."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

from fastapi import Request

from api.errors import UnauthenticatedError
from ledger.errors import SetupError
from ledger.tiles.files import replace

_SCHEME = "bearer "
_OPEN = ("/healthz",)


def token_of(folder: Path) -> str:
    """Return the token of a gateway's folder; drawn at its first start, in a file that only its user reads.

    Raises:
        SetupError: the file cannot be read, or others can read it.
    """
    path = folder / "token"
    if not path.exists():
        old = os.umask(0o077)
        try:
            replace(path, secrets.token_urlsafe(32).encode() + b"\n")
        finally:
            os.umask(old)
        path.chmod(0o600)
    if path.stat().st_mode & 0o077:
        raise SetupError(str(path), came="readable by others", expected="mode 0600", todo=f"chmod 600 {path}")
    token = path.read_text("ascii").strip()
    if len(token) < 22:
        raise SetupError(str(path), came="a short token", expected="at least 128 bits", todo="Remove the file.")
    return token


async def require_token(request: Request) -> None:
    """Return if a request shows the token (RFC 6750); raise UnauthenticatedError if not."""
    if request.url.path in _OPEN:
        return
    given = request.headers.get("authorization", "")
    token: str = request.app.state.token
    shown = given[len(_SCHEME) :].encode() if given.lower().startswith(_SCHEME) else b""
    if not hmac.compare_digest(shown, token.encode()):
        came = "another token" if given else "no Authorization"
        todo = "Send `Authorization: Bearer …`; the token stands in the gateway's folder, in the file token."
        raise UnauthenticatedError("Authorization", came=came, expected="the gateway's token", todo=todo)
