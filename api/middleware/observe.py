"""The outermost layer: request id, log line, duration, headers of every answer, and the last resort."""

from __future__ import annotations

import re
import secrets
import time
import traceback
from pathlib import PurePath
from typing import Any

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from api.errors import FaultError
from api.metrics import Metrics
from api.middleware.headers import add_headers
from api.problems import answer_problem

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_FRAMES = 12
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")  # whoever asks may invent more


class ObserveMiddleware:
    """Logs and measures every request; turns what nobody caught into a 500 that tells nothing."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, logger: FilteringBoundLogger) -> None:
        """Wrap an app."""
        self._app = app
        self._metrics = metrics
        self._logger = logger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        seen = _Seen(send, _request_id(scope))
        state = scope.setdefault("state", {})
        try:
            await self._app(scope, receive, seen.send)
        except Exception as error:  # noqa: BLE001 - the last resort: whoever asks learns that the fault is ours
            if not seen.status:
                request = Request(scope)
                await answer_problem(request, FaultError("server"))(scope, receive, seen.send)
            state["fault"] = _where(error)
        self._report(scope, state, seen, time.perf_counter() - began)

    def _report(self, scope: Scope, state: dict[str, Any], seen: _Seen, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "-")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.durations.labels(route, method, str(seen.status)).observe(seconds)
        if "outcome" in state:
            self._metrics.refusals.labels(state["outcome"]).inc()
        if "queue" in state:
            self._metrics.overloads.labels(state["queue"]).inc()
        line: dict[str, Any] = {
            "request": seen.request_id,
            "method": method,
            "route": route,
            "status": seen.status,
            "milliseconds": round(seconds * 1000, 1),
            **{name: state[name] for name in ("outcome", "queue", "form", "key") if name in state},
        }
        if "fault" in state:
            self._logger.error("fault", **line, fault=state["fault"])
        else:
            self._logger.info("request", **line)


class _Seen:
    """Passes an answer on, with the headers that every answer has."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.status = 0

    async def send(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            headers.append((b"suyuan-request", self.request_id.encode("ascii")))
            add_headers(headers)
            message["headers"] = headers
        await self._send(message)


def _where(error: Exception) -> list[str]:
    """Return an error's class and where it arose, without its text, which may quote what somebody sent."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [type(error).__name__, *(f"{PurePath(each.filename).name}:{each.lineno} {each.name}" for each in frames)]


def _request_id(scope: Scope) -> str:
    """Return the id that a proxy gave, if it is a harmless one, else a new one."""
    given = dict(scope["headers"]).get(b"x-request-id")
    named = given.decode("latin-1") if given else ""
    return named if _REQUEST_ID.fullmatch(named) else secrets.token_hex(8)
