"""HEAD asks what GET would answer; and an answer is not lost while its asker is still sending."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LINGER_SECONDS = 2.0
_LINGER_BYTES = 64 << 20


class HeadMiddleware:
    """Lets routes answer HEAD as GET; the server leaves the body away."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        inner = {**scope, "method": "GET"}
        try:
            await self._app(inner, receive, send)
        finally:
            scope["route"] = inner.get("route")


class LingerMiddleware:
    """Reads on, keeping nothing, after an answer that did not wait for the body.

    Where a connection is closed while bytes of the request wait unread, TCP resets it, and the 413 that
    explains it is lost with it. Bounded in time and bytes.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or not _announces_body(scope):
            await self._app(scope, receive, send)
            return
        unread = True

        async def watch() -> Message:
            nonlocal unread
            message = await receive()
            unread = bool(message.get("more_body"))
            return message

        async def linger(message: Message) -> None:
            if message["type"] != "http.response.body" or message.get("more_body") or not unread:
                await send(message)
                return
            await send({**message, "more_body": True})
            await _drain(receive)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        await self._app(scope, watch, linger)


def _announces_body(scope: Scope) -> bool:
    """Return whether bytes follow that nobody waits for permission to send (`Expect: 100-continue`)."""
    headers = dict(scope["headers"])
    follows = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
    return follows and b"expect" not in headers


async def _drain(receive: Receive) -> None:
    """Read and drop what is left of a request."""
    left = _LINGER_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body"):
                    return
