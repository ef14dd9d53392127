"""A bound on what is under way at one moment: past it, whoever asks is told to come back."""

from __future__ import annotations

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import answer_problem
from ledger.errors import BusyError

_ALWAYS_OPEN = ("/healthz", "/readyz", "/metrics")


class GateMiddleware:
    """Counts requests under way; refuses those past `most`, except the operator's."""

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        """Wrap an app."""
        self._app = app
        self._most = most
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] in _ALWAYS_OPEN:
            await self._app(scope, receive, send)
            return
        if self._under_way >= self._most:
            error = BusyError("requests", came=f"{self._most} under way", expected="fewer", todo="Try again.")
            await answer_problem(Request(scope), error)(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1
