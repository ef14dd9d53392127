"""The desk's app: a running desk in, HTTP out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastapi import FastAPI, Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.middleware.gate import GateMiddleware
from api.middleware.headers import add_headers
from api.publicdesk import routes
from api.publicdesk.pages import DeskPages
from api.publicdesk.rates import DeskLimits, DeskRates
from api.reading import BodyReader
from api.refusals import add_refusals, answer_refusal
from api.telemetry import NO_TRACES_OF_FASTAPI
from ledger.errors import BusyError, UnreachableError
from ledger.publicdesk.desk import PublicDesk
from ledger.sequencer.fairness import Shares

_MOST_BODIES, _SECONDS, _UNDER_WAY = 16 << 20, 30.0, 512


@dataclass(frozen=True, slots=True)
class _Settings:
    """What `api.language` asks an app's settings for."""

    language: Literal["zh", "en"]


def create_public_desk_app(
    desk: PublicDesk, *, limits: DeskLimits | None = None, language: Literal["zh", "en"] = "zh"
) -> FastAPI:
    """Return the app of a desk; it stays its owner's."""
    app = FastAPI(
        title="suyuan public-desk",
        telemetry=NO_TRACES_OF_FASTAPI,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.desk, app.state.settings, app.state.page = desk, _Settings(language), DeskPages()
    app.state.rates = DeskRates(limits or DeskLimits())
    app.state.bodies = BodyReader(most=_MOST_BODIES, seconds=_SECONDS)
    app.include_router(routes.router)
    app.add_middleware(GateMiddleware, places=Shares("requests", _UNDER_WAY), by_address=False)
    app.add_middleware(_HeaderMiddleware)
    add_refusals(app, "an address of docs/public-desk.md")
    app.add_exception_handler(UnreachableError, _answer_unreachable)
    return app


class _HeaderMiddleware:
    """Gives every answer the headers that keep a page to itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def write(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message).raw)
            await send(message)

        await self._app(scope, receive, write if scope["type"] == "http" else send)


def _answer_unreachable(request: Request, _: Exception) -> Response:
    """Say that it is the ledger's service that does not answer, not this one."""
    todo = "Try again in a minute."
    return answer_refusal(request, BusyError("ledger", came="no answer", expected="an answer", todo=todo))
