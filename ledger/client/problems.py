"""From problem details back to the error that they tell of (RFC 9457 as JSON, RFC 9290 as CBOR)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ledger.errors as ledgers
import verifier.errors as verifiers
from ledger.client.transport import Answer, retry_after
from ledger.errors import (
    BusyError,
    ConflictError,
    LedgerError,
    PrivateError,
    StoppedError,
    UnknownError,
    UnreachableError,
)
from verifier.errors import MalformedError, NotPermittedError, SuyuanError, TooLargeError
from verifier.primitives.cbor import parse_cbor
from verifier.primitives.strict_json import parse_json

_PREFIX = "urn:suyuan:problem:"
CLASSES: Mapping[str, type[SuyuanError]] = {
    each.code: each
    for module in (verifiers, ledgers)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, SuyuanError)
}
_BY_STATUS: Mapping[int, type[SuyuanError]] = {
    400: MalformedError,
    401: PrivateError,
    403: NotPermittedError,
    404: UnknownError,
    409: ConflictError,
    413: TooLargeError,
    429: BusyError,
    502: UnreachableError,
    503: BusyError,
    504: UnreachableError,
}

_LATER = "Try again later; what answered is not the ledger. If it goes on, ask whoever runs what stands before it."
_TODO: Mapping[int, str] = {
    404: "Look at the address: does it lead to the ledger?",
    429: _LATER,
    502: _LATER,
    503: _LATER,
    504: _LATER,
}  # where no problem details say what to do: then it is a proxy that answered


def error_of(answer: Answer, url: str) -> SuyuanError:
    """Return the error that an answer outside 200 to 299 tells of; `url` stands in for a field that is not named."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    problem = _read(kind, answer.body)
    usual = _BY_STATUS.get(answer.status, LedgerError if answer.status < 500 else StoppedError)
    class_ = CLASSES.get(problem.get("code", ""), usual)
    came = problem.get("came") or ("" if problem.get("field") else problem.get("detail") or f"status {answer.status}")
    error = class_(
        problem.get("field") or url,
        came=came,
        expected=problem.get("expected", ""),
        todo=problem.get("todo", "") if problem else _TODO.get(answer.status, ""),
    )
    if isinstance(error, BusyError) and (asked := retry_after(answer)) is not None:
        error.retry_after = int(asked)
    return error


def fault_of(fault: Mapping[str, Any]) -> SuyuanError:
    """Return the error that one fault of `POST /validate` tells of."""
    problem = _texts(fault)
    class_ = CLASSES.get(problem.get("code", ""), LedgerError)
    came = problem.get("came", "") if problem.get("field") else problem.get("detail", "")
    field = problem.get("field") or "submission"
    return class_(field, came=came, expected=problem.get("expected", ""), todo=problem.get("todo", ""))


def _read(kind: str, body: bytes) -> dict[str, str]:
    """Return the members that are texts; none where the body is no problem details, as from a proxy."""
    try:
        if kind == "application/problem+json":
            value = parse_json(body, "problem")
            return _texts(value) if isinstance(value, dict) else {}
        if kind in ("application/concise-problem-details+cbor", "application/cbor"):
            return _concise(parse_cbor(body, "problem"))
    except SuyuanError:
        return {}
    return {}


def _texts(members: Mapping[str, Any]) -> dict[str, str]:
    texts = {name: value for name, value in members.items() if isinstance(value, str)}
    texts.setdefault("code", texts.get("type", "").removeprefix(_PREFIX))
    return texts


def _concise(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    texts = {"title": value.get(-1), "detail": value.get(-2)}
    for name, own in value.items():
        if isinstance(name, str) and name.startswith(_PREFIX) and isinstance(own, dict):
            texts |= {"type": name, **own}
    return _texts(texts)
