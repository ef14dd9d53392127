"""What this resolver of GS1 Digital Links is, in the well-known place."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.answers import JSON, answer_json
from api.dependencies import TheLedger
from api.links import base_of
from api.openapi import problems, returns
from api.parameters import strict_query
from api.resolver import WELL_KNOWN, describe_resolver

router = APIRouter(dependencies=[Depends(strict_query)])


@router.get(WELL_KNOWN, responses={**returns(200, "the description file", JSON), **problems(400)})
def get_resolver(request: Request, ledger: TheLedger) -> Response:
    """Return the description file of a GS1-Conformant Resolver."""
    return answer_json(describe_resolver(base_of(request), ledger.origin))
