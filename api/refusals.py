"""Handlers of an app: whatever is refused is answered by the one table of problems."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.errors import FaultError, MethodError, NoRouteError
from api.problems import answer_problem
from verifier.errors import MalformedError, SuyuanError

Handler = Callable[[Request, Exception], Response]


def add_refusals(app: FastAPI, addresses: str) -> None:
    """Let every refusal be answered by the table.

    Args:
        app: the app.
        addresses: what is expected where nobody has the address, such as `an address that /openapi.json lists`.
    """
    app.add_exception_handler(SuyuanError, answer_refusal)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_routing(addresses))


def answer_refusal(request: Request, error: Exception) -> Response:
    """Answer an error of ours, and a fault for any other."""
    return answer_problem(request, error if isinstance(error, SuyuanError) else FaultError("server"))


def _answer_invalid(request: Request, error: Exception) -> Response:
    """Answer parameters that are missing, or that no stricter parser has refused before."""
    found = error.errors()[0] if isinstance(error, RequestValidationError) else {"loc": (), "msg": ""}
    field = ".".join(str(each) for each in found["loc"]) or "request"
    return answer_problem(request, MalformedError(field, came=found.get("type"), expected=str(found["msg"])))


def _answer_routing(addresses: str) -> Handler:
    """Return what answers that routing itself refuses."""

    def answer(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 404:
            return answer_problem(request, NoRouteError("path", came=request.scope["path"], expected=addresses))
        if status == 405:
            allowed = (error.headers or {}).get("Allow", "GET") if isinstance(error, HTTPException) else ""
            return answer_problem(request, MethodError("method", came=request.method, expected=allowed))
        return answer_problem(request, FaultError("server"))

    return answer
