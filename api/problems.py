"""One table from errors to statuses, and problem details in the form that was asked for.

RFC 9457 (JSON), RFC 9290 (CBOR) on the addresses of SCRAPI, a page for browsers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi import Request
from starlette.responses import Response

from api.errors import (
    FaultError,
    MediaTypeError,
    MethodError,
    NoRouteError,
    NotAcceptableError,
    RateError,
    RequestError,
    SlowError,
    UnauthenticatedError,
)
from api.language import language_of
from api.negotiation import prefers_page
from api.pages import render_page
from api.rates import WINDOW
from api.signature_input import TAG, accepted
from api.texts import text, word_of
from ledger import errors as ledgers
from verifier import errors as verifiers
from verifier.errors import SuyuanError
from verifier.primitives.cbor import Value, format_cbor

PROBLEM_JSON = "application/problem+json"
PROBLEM_CBOR = "application/concise-problem-details+cbor"
_SCRAPI = ("/entries", "/.well-known/scitt-keys")
_SCRAPI_TITLES = {"malformed": "Malformed request", "unknown": "Not Found", "no-route": "Not Found"}

STATUSES: Mapping[type[SuyuanError], int] = {
    SuyuanError: 500,  # nobody has placed it
    verifiers.MalformedError: 400,
    verifiers.TooLargeError: 413,
    verifiers.UnsupportedError: 422,
    verifiers.VerificationError: 400,
    verifiers.NotPermittedError: 403,
    ledgers.ConflictError: 409,
    ledgers.UnknownError: 404,
    ledgers.PrivateError: 403,
    ledgers.BusyError: 503,  # not able now, whoever asks (RFC 9110 §15.6.4)
    ledgers.OverloadError: 429,  # able, but not for so many (RFC 6585 §4)
    ledgers.StoppedError: 503,
    ledgers.BehindError: 503,  # reads are answered
    ledgers.KeyFileError: 500,
    ledgers.SetupError: 500,
    ledgers.LedgerError: 500,
    FaultError: 500,
    RequestError: 400,
    MediaTypeError: 415,
    NotAcceptableError: 406,
    SlowError: 408,
    NoRouteError: 404,
    MethodError: 405,
    UnauthenticatedError: 401,
    RateError: 429,
}
_NAMED = ("field", "came", "expected", "todo")
_TOLD = (ledgers.BusyError,)  # of the faults of the server, those that whoever asks may read


def status_of(error: SuyuanError) -> int:
    """Return the status of an error: that of its class, or of the nearest class above it in the table."""
    return next(STATUSES[each] for each in type(error).__mro__ if each in STATUSES)


def answer_problem(request: Request, error: SuyuanError) -> Response:
    """Return an error as the answer to a request."""
    status = status_of(error)
    request.state.outcome = error.code
    if isinstance(error, ledgers.OverloadError):
        request.state.queue = error.field
    if status >= 500 and not isinstance(error, _TOLD):
        request.state.fault = str(error)
    problem = describe(error, status, language_of(request))
    if request.scope["path"].startswith(_SCRAPI):
        response = _concise(error, problem)
    elif prefers_page(request.headers.get("accept")):
        response = render_page(request, "problem.html", {"problem": problem}, status=status)
    else:
        response = Response(json.dumps(problem, ensure_ascii=False), status, media_type=PROBLEM_JSON)
    response.status_code = status
    response.headers.update(_headers(error, status, language_of(request)))
    if isinstance(error, UnauthenticatedError):
        has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
        response.headers["Accept-Signature"] = accepted(has_body=has_body)
    return response


def describe(error: SuyuanError, status: int, language: str) -> dict[str, str | int]:
    """Return the members of problem details; faults of the server are named, not told."""
    title = word_of("problem", error.code, language)
    problem: dict[str, str | int] = {"type": f"urn:suyuan:problem:{error.code}", "title": title, "status": status}
    if status >= 500 and not isinstance(error, _TOLD):
        return {**problem, "detail": text("problem.fault-detail", language)}
    members = {name: str(getattr(error, name)) for name in _NAMED}
    return {**problem, "detail": str(error), **{name: value for name, value in members.items() if value}}


def _concise(error: SuyuanError, problem: Mapping[str, str | int]) -> Response:
    """Return concise problem details: title, detail, and under our own name what programs ask for."""
    title = _SCRAPI_TITLES.get(error.code, str(problem["title"]))
    own: dict[int | str, Value] = {name: problem[name] for name in _NAMED if name in problem}
    content: dict[int | str, Value] = {-1: title, -2: problem["detail"], str(problem["type"]): own}
    return Response(format_cbor(content), media_type=PROBLEM_CBOR)


def _headers(error: SuyuanError, status: int, language: str) -> dict[str, str]:
    headers = {"Cache-Control": "no-store", "Content-Language": language, "Vary": "Accept, Accept-Language"}
    if isinstance(error, ledgers.BusyError):
        headers["Retry-After"] = str(error.retry_after)
    elif status == 503:
        headers["Retry-After"] = "60"
    if isinstance(error, MethodError):
        headers["Allow"] = error.expected
    if isinstance(error, UnauthenticatedError):
        headers["WWW-Authenticate"] = f'Signature tag="{TAG}"'
    if isinstance(error, RateError):
        headers |= _rate_headers(error)
    return headers


def _rate_headers(error: RateError) -> dict[str, str]:
    """Return when to come back, as RFC 9110 §10.2.3 and the httpapi draft on RateLimit fields say it."""
    return {
        "Retry-After": str(error.retry_after),
        "RateLimit-Policy": f'"{error.policy}";q={error.quota};w={WINDOW}',
        "RateLimit": f'"{error.policy}";r=0;t={error.retry_after}',
    }
