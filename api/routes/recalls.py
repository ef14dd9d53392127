"""Recalls: how far one reaches, and which items a lot or product has."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.answers import JSON, answer_json
from api.dependencies import TheAccess, TheLedger
from api.openapi import problems, returns
from api.parameters import AfterNumber, EventName, Limit, Subject, strict_query
from api.recalls import Recalls
from api.views.recalls_json import items_json, reach_json

router = APIRouter(dependencies=[Depends(strict_query)])
_REFUSED = problems(400, 401, 403)


async def _recalls(ledger: TheLedger, access: TheAccess) -> Recalls:
    return Recalls(ledger, access)


TheRecalls = Annotated[Recalls, Depends(_recalls)]


@router.get("/recalls/{name}/reach", responses={**returns(200, "reach", JSON), **_REFUSED, **problems(404)})
def get_reach(name: EventName, recalls: TheRecalls) -> Response:
    """Return how far a recall reaches: items affected, traced, stopped, returned. Reserved for agencies."""
    return _told(reach_json(*recalls.reach(name)))


@router.get("/lots/items", responses={**returns(200, "items, in the order of the log", JSON), **_REFUSED})
def get_items(subject: Subject, recalls: TheRecalls, after: AfterNumber = 0, limit: Limit = 1000) -> Response:
    """Return the items of a lot or product and the lots made from it, page by page. Reserved for agencies."""
    return _told(items_json(subject, recalls.items(subject, first=after, most=limit)))


def _told(value: dict[str, object]) -> Response:
    response = answer_json(value)
    response.headers["Cache-Control"] = "no-cache"
    return response
