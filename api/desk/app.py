"""The desk as an application: its pages behind the gate, refusals as pages of their own."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from api.desk.answered import History
from api.desk.gate import DeskGate, Session
from api.desk.office import Office
from api.desk.pages import language_of, render_page
from api.desk.routes import router
from api.desk.routes.dependencies import Work
from api.desk.texts import text
from api.telemetry import NO_TRACES_OF_FASTAPI
from ledger.errors import BusyError, PrivateError, UnknownError, UnreachableError
from verifier.errors import MalformedError, SuyuanError
from verifier.rendering import render_error

_STATUS: dict[type[SuyuanError], int] = {
    UnknownError: 404,
    PrivateError: 403,
    MalformedError: 400,
    BusyError: 503,
    UnreachableError: 502,
    SuyuanError: 409,
}


def create_desk(office: Office, session: Session, *, language: str) -> ASGIApp:
    """Return the app of one run of the desk.

    Args:
        office: what it works with.
        session: who may use it.
        language: of pages whose address asks for none, `zh` or `en`.
    """
    app = FastAPI(title="suyuan desk", telemetry=NO_TRACES_OF_FASTAPI, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.office, app.state.session, app.state.language = office, session, language
    app.state.work, app.state.history = Work(), History(office.keep, office.agency)
    app.state.errors = {}
    app.include_router(router)
    app.add_exception_handler(SuyuanError, _refused)
    app.add_exception_handler(HTTPException, _no_page)
    app.add_exception_handler(Exception, _failed)
    return DeskGate(app, session=session)


def _refused(request: Request, error: Exception) -> Response:
    refused = error if isinstance(error, SuyuanError) else UnknownError("page")
    status = next(_STATUS[each] for each in type(refused).__mro__ if each in _STATUS)
    told = render_error(refused, language_of(request))
    return render_page(request, "trouble.html", {"sentence": told}, status=status)


def _no_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    told = render_error(UnknownError(request.url.path, came=request.method, expected="a page of the desk"),
                        language_of(request))  # fmt: skip
    return render_page(request, "trouble.html", {"sentence": told}, status=status)


def _failed(request: Request, error: Exception) -> Response:
    """Say that the fault is ours; what it was goes to standard error, where the server writes it."""
    told = text("error.internal", language_of(request), reason=type(error).__name__)
    return render_page(request, "trouble.html", {"sentence": told}, status=500)
