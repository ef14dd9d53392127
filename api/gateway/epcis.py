"""EPCIS 2.0 capture at the gateway (REST bindings: `/capture`, capture jobs, `GS1-*` headers)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Request
from starlette.responses import Response

from api.gateway.answers import answer, refusal
from api.gateway.gate import require_token
from api.gateway.routes import As, TheTaking
from api.language import language_of
from api.parameters import strict_query
from api.problems import describe, status_of
from api.reading import require_media_type
from ledger.gateway.intake import read_capture
from ledger.gateway.jobs import error_of_json
from ledger.gateway.looking import job_json
from ledger.readers.epcis.document import MAX_DOCUMENT, MAX_EVENTS
from verifier.errors import UnsupportedError

router = APIRouter(prefix="/epcis", dependencies=[Depends(require_token), Depends(strict_query)])
_VERSION = "2.0.0"
HEADERS = {
    "GS1-EPCIS-Version": _VERSION,
    "GS1-EPCIS-Min": _VERSION,
    "GS1-EPCIS-Max": _VERSION,
    "GS1-CBV-Version": _VERSION,
    "GS1-CBV-Min": _VERSION,
    "GS1-CBV-Max": _VERSION,
    "GS1-EPC-Format": "No_Preference",
    "GS1-EPCIS-Capture-Limit": str(MAX_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(MAX_DOCUMENT),
    "GS1-Capture-Error-Behaviour": "rollback",
}
_OWN = ("application/json", "application/ld+json")
Behaviour = Annotated[Literal["rollback", "proceed"], Header(alias="GS1-Capture-Error-Behaviour")]
Version = Annotated[str, Header(alias="GS1-EPCIS-Version", max_length=32)]


@router.options("/capture")
async def describe_capture() -> Response:
    """Return what capturing takes."""
    return Response(status_code=204, headers={**HEADERS, "Allow": "POST, OPTIONS"})


@router.post("/capture", status_code=202)
async def capture(
    request: Request, taking: TheTaking, as_: As = None, behaviour: Behaviour = "rollback", version: Version = _VERSION
) -> Response:
    """Take an EPCIS document; its events stand in the ledger when the capture job says so."""
    require_media_type(request, *_OWN)
    if not version.startswith("2."):
        raise UnsupportedError("GS1-EPCIS-Version", came=version, expected=_VERSION)
    whole = behaviour == "rollback"
    told = await taking.take(request, read_capture, sender=as_, limit=MAX_DOCUMENT, whole=whole)
    if told.is_refused:
        response = refusal(error_of_json(told.faults[0]), language_of(request), told.faults)
    else:
        response = Response(status_code=202, headers={"Location": f"/epcis/capture/{told.id}"})
    response.headers.update(HEADERS | {"GS1-Capture-Error-Behaviour": behaviour})
    return response


@router.get("/capture/{job}")
def get_capture(request: Request, job: str, taking: TheTaking) -> Response:
    """Return a capture job: whether it runs, whether all of it stands, and what went wrong."""
    return answer(capture_json(job_json(taking.gateway, job), language_of(request)), headers=HEADERS)


def capture_json(told: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a job as EPCIS describes capture jobs; `items` is ours."""
    faults = [*told["faults"], *(each["reason"] for each in told["items"] if "reason" in each)]
    errors = [error_of_json(each) for each in faults]
    return {
        "captureID": told["id"],
        "createdAt": datetime.fromtimestamp(told["received"] / 1000, UTC).isoformat(timespec="milliseconds"),
        "running": not told["done"],
        "success": told["done"] and not errors,
        "captureErrorBehaviour": "proceed" if told["faults"] and told["items"] else "rollback",
        "errors": [describe(each, status_of(each), language) for each in errors],
        "items": told["items"],
    }
