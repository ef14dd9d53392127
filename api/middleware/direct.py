"""What is asked most is answered without a search for its route, and without the framework's way to it.

A route may be answered here where nothing of a request decides beside its method, path and header fields: the request
has no query, and the path is spelt as plainly as it can be. The route itself stays what /openapi.json, logs and
metrics name, and answers all else the same.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.refusals import answer_refusal
from verifier.errors import SuyuanError


@dataclass(frozen=True, slots=True)
class Direct:
    """A route that is answered directly.

    Attributes:
        method: of HTTP.
        path: what its whole path matches; the groups are handed to `answer`.
        route: what it is called.
        answer: answers a request, as the route would.
    """

    method: str
    path: re.Pattern[str]
    route: BaseRoute
    answer: Callable[..., Awaitable[Response]]


class DirectMiddleware:
    """Answers some routes by itself."""

    def __init__(self, app: ASGIApp, *, routes: Sequence[Direct]) -> None:
        """Wrap an app; answer these routes."""
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["query_string"]:
            return await self._app(scope, receive, send)
        method, path = scope["method"], scope["path"]
        for each in self._routes:
            if each.method == method and (found := each.path.fullmatch(path)):
                break
        else:
            return await self._app(scope, receive, send)
        scope["route"] = each.route
        request = Request(scope, receive)
        try:
            response = await each.answer(request, *found.groups())
        except SuyuanError as error:
            response = answer_refusal(request, error)
        return await response(scope, receive, send)
