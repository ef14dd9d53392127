"""The desk's app: a running desk in, HTTP out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import FaultError, MethodError, NoRouteError
from api.middleware.gate import GateMiddleware
from api.middleware.headers import add_headers
from api.problems import answer_problem
from api.publicdesk import routes
from api.publicdesk.pages import DeskPages
from api.publicdesk.rates import DeskLimits, DeskRates
from api.reading import BodyReader
from ledger.errors import BusyError, UnreachableError
from ledger.publicdesk.desk import PublicDesk
from verifier.errors import MalformedError, SuyuanError

_MOST_BODIES, _SECONDS, _UNDER_WAY = 16 << 20, 30.0, 512


@dataclass(frozen=True, slots=True)
class _Settings:
    """What `api.language` asks an app's settings for."""

    language: Literal["zh", "en"]


def create_public_desk_app(
    desk: PublicDesk, *, limits: DeskLimits | None = None, language: Literal["zh", "en"] = "zh"
) -> FastAPI:
    """Return the app of a desk; it stays its owner's."""
    app = FastAPI(title="suyuan public-desk", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.desk, app.state.settings, app.state.page = desk, _Settings(language), DeskPages()
    app.state.rates = DeskRates(limits or DeskLimits())
    app.state.bodies = BodyReader(most=_MOST_BODIES, seconds=_SECONDS)
    app.include_router(routes.router)
    app.add_middleware(GateMiddleware, most=_UNDER_WAY)
    app.add_middleware(_HeaderMiddleware)
    app.add_exception_handler(SuyuanError, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    return app


class _HeaderMiddleware:
    """Gives every answer the headers that keep a page to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def write(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, write if scope["type"] == "http" else send)


def _on_refusal(request: Request, error: Exception) -> Response:
    if isinstance(error, UnreachableError):  # the ledger's service, not this one
        error = BusyError("ledger", came="no answer", expected="an answer", todo="Try again in a minute.")
    return answer_problem(request, error if isinstance(error, SuyuanError) else FaultError("server"))


def _on_invalid(request: Request, error: Exception) -> Response:
    found = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": ""}
    field = ".".join(str(each) for each in found["loc"]) or "request"
    return answer_problem(request, MalformedError(field, came=found.get("type"), expected=str(found["msg"])))


def _on_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 405:
        return answer_problem(request, MethodError("method", came=request.method, expected="another"))
    if status == 404:
        expected = "an address of docs/public-desk.md"
        return answer_problem(request, NoRouteError("path", came=request.scope["path"], expected=expected))
    return answer_problem(request, FaultError("server"))
