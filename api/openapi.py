"""The OpenAPI description: what routes take and return, in words that stay the same."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.middleware.access import is_open
from api.middleware.gate import ALWAYS_OPEN
from api.problems import PROBLEM_CBOR, PROBLEM_JSON

_DESCRIPTION = """A traceability ledger for cross-border e-commerce goods. Proofs are checked offline with
`suyuan-verify`; what this server computes is its word only. Formats: docs/formats.md. Addresses: docs/http.md."""
_WORDS = {
    400: "malformed, or not true",
    401: "a signature is missing, or does not count",
    403: "not permitted to whoever signed",
    404: "no such thing",
    406: "no form that is accepted",
    408: "too slow",
    409: "recorded already, in part or in conflict",
    413: "too large",
    415: "another content type",
    422: "not supported",
    429: "too often, or too much at this moment; Retry-After says when",
    503: "not able now; Retry-After says when",
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
        "came": {"type": "string"},
        "expected": {"type": "string"},
        "todo": {"type": "string"},
    },
    "example": {
        "type": "urn:suyuan:problem:malformed",
        "title": "Malformed request",
        "status": 400,
        "detail": "gtin: came 6901234567892, expected 14 digits: 06901234567892. Ask for /01/06901234567892.",
        "field": "gtin",
        "came": "6901234567892",
        "expected": "14 digits: 06901234567892",
        "todo": "Ask for /01/06901234567892.",
    },
}
Responses = dict[int | str, dict[str, Any]]


def returns(status: int, what: str, *media_types: str) -> Responses:
    """Describe what a route returns."""
    content = {each.split(";")[0]: {"schema": _schema_of(each)} for each in media_types}
    return {status: {"description": what, "content": content}}


def problems(*statuses: int) -> Responses:
    """Describe the problems that a route answers."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    html: dict[str, Any] = {"schema": {"type": "string"}}
    content = {PROBLEM_JSON: schema, PROBLEM_CBOR: {"schema": _BINARY}, "text/html": html}
    return {each: {"description": _WORDS[each], "content": content} for each in statuses}


def body(*media_types: str) -> dict[str, Any]:
    """Describe the body that a route takes."""
    content = {each: {"schema": _schema_of(each)} for each in media_types}
    return {"requestBody": {"required": True, "content": content}}


def operation_id(route: APIRoute) -> str:
    """Return the stable name of an operation: its function's."""
    return route.name


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, made once."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
        for path, operations in schema["paths"].items():
            for operation in operations.values():
                _drop_validation(operation)
                operation["responses"] |= {str(each): told for each, told in problems(*_anywhere(path)).items()}
        for name in ("HTTPValidationError", "ValidationError"):
            schema["components"]["schemas"].pop(name, None)
        app.openapi_schema = schema
    return app.openapi_schema


def _anywhere(path: str) -> tuple[int, ...]:
    """Return the problems that any request to an address may meet before its route sees it."""
    if path in ALWAYS_OPEN:
        return ()
    return (429,) if is_open(path) else (401, 429)


_BINARY: dict[str, Any] = {"type": "string", "format": "binary"}


def _schema_of(media_type: str) -> dict[str, Any]:
    if media_type == "application/json":
        return {"type": "object"}
    return {"type": "string"} if media_type.startswith("text/") else _BINARY


def _drop_validation(operation: dict[str, Any]) -> None:
    """Drop the 422 that FastAPI writes by itself: parameters that are refused get a 400 here."""
    responses = operation["responses"]
    if "application/json" in responses.get("422", {}).get("content", {}):
        del responses["422"]
