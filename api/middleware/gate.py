"""A bound on what is under way at one moment: past it, whoever asks is told to come back.

Of one address as much may be under way as is free, where addresses are told apart: there is room for another.
"""

from __future__ import annotations

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import answer_problem
from api.rates import network_of
from ledger.errors import OverloadError
from ledger.sequencer.fairness import Shares

ALWAYS_OPEN = ("/healthz", "/readyz", "/metrics")


class GateMiddleware:
    """Counts requests under way; refuses those past the places that there are, except the operator's."""

    def __init__(self, app: ASGIApp, *, places: Shares, by_address: bool = True) -> None:
        """Wrap an app; `by_address` says whether one address may take all places or only its share."""
        self._app = app
        self._places = places
        self._by_address = by_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"] in ALWAYS_OPEN:
            await self._app(scope, receive, send)
            return
        path = (network_of(scope["client"][0]),) if self._by_address and scope.get("client") else ()
        try:
            self._places.take(path)
        except OverloadError as error:
            await answer_problem(Request(scope), error)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._places.give_back(path)
