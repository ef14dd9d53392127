"""Answers and refusals of the gateway, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from api.errors import UnauthenticatedError
from api.problems import PROBLEM_JSON, describe, status_of
from ledger.errors import BusyError, UnreachableError
from verifier.errors import SuyuanError

_OWN: Mapping[type[SuyuanError], int] = {BusyError: 429, UnreachableError: 503}
_PATIENCE = 5  # seconds after which a ledger may be there again


def answer(
    value: Mapping[str, Any] | Sequence[Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return JSON that no cache keeps."""
    body = json.dumps(value, ensure_ascii=False)
    return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, "application/json")


def refusal(error: SuyuanError, language: str, faults: list[dict[str, str]] | None = None) -> Response:
    """Return an error as problem details (RFC 9457).

    A full queue is 429 with Retry-After; a ledger that has to be asked and does not answer is 503 with the same.
    """
    status = _OWN.get(type(error)) or status_of(error)
    problem: dict[str, Any] = {**describe(error, status, language)}
    if faults:
        problem["faults"] = faults
    headers = {"Cache-Control": "no-store", "Content-Language": language}
    if isinstance(error, BusyError):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, UnreachableError):
        headers["Retry-After"] = str(_PATIENCE)
    if isinstance(error, UnauthenticatedError):
        headers["WWW-Authenticate"] = 'Bearer realm="gateway"'
    return Response(json.dumps(problem, ensure_ascii=False), status, headers, PROBLEM_JSON)
