"""Statements and other leaves of the log, for whoever wants to look at bytes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BeforeValidator, WithJsonSchema
from starlette.responses import Response

from api.answers import JSON, answer_page
from api.dependencies import Language, TheAccess, TheLedger, TheMoment
from api.openapi import problems, returns
from api.parameters import MAX_NUMBER, PageForm, strict_query
from api.statements import head_of, read_leaf
from api.views.statement_view import statement_json, statement_page
from verifier.primitives.base64strict import parse_decimal, parse_hash_hex

router = APIRouter(dependencies=[Depends(strict_query)])
_HASH_DIGITS = 64


def _parse_reference(text: str) -> int | bytes:
    """Return a leaf's number, or the identity of a statement."""
    if len(text) == _HASH_DIGITS:
        return parse_hash_hex(text, "reference")
    return parse_decimal(text, "reference", MAX_NUMBER)


Reference = Annotated[
    int | bytes,
    BeforeValidator(lambda value: _parse_reference(str(value))),
    WithJsonSchema({"type": "string", "pattern": "^([0-9a-f]{64}|0|[1-9][0-9]{0,14})$"}),
    Path(description="a leaf's number, or the identity of a statement"),
]


@router.get("/statements/{reference}", responses={**returns(200, "it", JSON, "text/html"), **problems(400, 404, 406)})
def get_leaf(  # noqa: PLR0917 - what the framework gives
    reference: Reference,
    request: Request,
    ledger: TheLedger,
    access: TheAccess,
    moment: TheMoment,
    language: Language,
    *,
    form: PageForm = None,
) -> Response:
    """Return a statement with its bytes, signature, key and path; by number as far as whoever asks may read it."""
    read = read_leaf(ledger, reference, access, moment)
    told = statement_json(read, moment.registry, head_of(ledger), language)
    return answer_page(request, form, told, "statement.html", lambda: statement_page(told, read))
