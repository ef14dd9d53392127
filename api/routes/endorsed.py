"""What awaits an agency, and what the policies make of an event or filing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.answers import JSON, answer_json
from api.dependencies import Language, TheAccess, TheLedger, TheMoment
from api.endorsed import Endorsed
from api.openapi import problems, returns
from api.parameters import AfterPlace, AgencyLabel, EventName, Limit, parse_place, strict_query
from api.views.endorsed_json import filing_json, inbox_json, recognition_json

router = APIRouter(dependencies=[Depends(strict_query)])
_FRESH = {"Cache-Control": "no-cache"}


async def _endorsed(request: Request, ledger: TheLedger, access: TheAccess, moment: TheMoment) -> Endorsed:
    return Endorsed(ledger, request.app.state.projection, access, moment)


TheEndorsed = Annotated[Endorsed, Depends(_endorsed)]


@router.get(
    "/agencies/{label}/inbox", responses={**returns(200, "what awaits it", JSON), **problems(400, 401, 403, 503)}
)
def get_inbox(label: AgencyLabel, endorsed: TheEndorsed, after: AfterPlace = None, limit: Limit = 100) -> Response:
    """Return what awaits an agency under the policies in force, oldest first. Reserved for that agency."""
    place = parse_place(after) if after is not None else None
    return _told(inbox_json(endorsed.inbox(f"urn:suyuan:agency:{label}", after=place, limit=limit)))


@router.get(
    "/events/{name}/recognition",
    responses={**returns(200, "outcome, reasons, endorsements, who is awaited", JSON), **problems(400, 404, 503)},
)
def get_recognition(name: EventName, endorsed: TheEndorsed, lang: Language) -> Response:
    """Return what the policies in force make of an event."""
    return _told(recognition_json(endorsed.recognition(name), lang))


@router.get(
    "/filings/{name}",
    responses={**returns(200, "recognition, amendments, uses", JSON), **problems(400, 404, 503)},
)
def get_filing(name: EventName, endorsed: TheEndorsed, lang: Language) -> Response:
    """Return who recognises a filing, who has not answered, and how often it was used."""
    return _told(filing_json(endorsed.filing(name), lang))


def _told(value: dict[str, object]) -> Response:
    response = answer_json(value)
    response.headers.update(_FRESH)
    return response
