"""What is asked most is answered without a search for its route, and without the framework's way to it.

A route may be answered here where nothing of a request decides beside its method and path: it has no parameters, and
the request no query. The route itself stays what /openapi.json, logs and metrics name, and answers all else the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from fastapi import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.refusals import answer_refusal
from verifier.errors import SuyuanError

Direct = tuple[BaseRoute, Callable[[Request], Awaitable[Response]]]


class DirectMiddleware:
    """Answers some routes by itself."""

    def __init__(self, app: ASGIApp, *, routes: Mapping[tuple[str, str], Direct]) -> None:
        """Wrap an app; answer what `routes` has by method and path."""
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        found = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if found is None or scope["query_string"]:
            await self._app(scope, receive, send)
            return
        scope["route"], answer = found
        request = Request(scope, receive)
        try:
            response = await answer(request)
        except SuyuanError as error:
            response = answer_refusal(request, error)
        await response(scope, receive, send)
