"""EPCIS 2.0 capture at the gateway (REST bindings: `/capture`, capture jobs, `/events`, `GS1-*` headers)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response

from api.gateway.answers import answer, refusal
from api.gateway.gate import require_token
from api.gateway.routes import As, TheTaking
from api.language import language_of
from api.parameters import strict_query
from api.problems import describe, status_of
from api.reading import require_media_type
from ledger.errors import ConflictError
from ledger.gateway.intake import EPCIS
from ledger.gateway.jobs import error_of_json
from ledger.gateway.looking import job_json, jobs_json, wait_done
from ledger.gateway.received import EVENT, Received
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
_PATIENCE = 10.0  # seconds that an answer waits for the ledger
_MOST_JOBS = 100
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
    _require_version(version)
    whole = behaviour == "rollback"
    told = await taking.take(request, partial(Received, EPCIS), sender=as_, limit=MAX_DOCUMENT, whole=whole)
    if told.is_refused:
        response = refusal(error_of_json(told.faults[0]), language_of(request), told.faults)
    else:
        response = Response(status_code=202, headers={"Location": f"/epcis/capture/{told.id}"})
    response.headers.update(HEADERS | {"GS1-Capture-Error-Behaviour": behaviour})
    return response


@router.options("/events")
async def describe_events() -> Response:
    """Return what capturing one event takes."""
    return Response(status_code=204, headers={**HEADERS, "Allow": "POST, OPTIONS"})


@router.post("/events", status_code=201)
async def capture_event(request: Request, taking: TheTaking, as_: As = None, version: Version = _VERSION) -> Response:
    """Take one EPCIS event; the answer comes when the ledger has it: where it is found, or why it is refused.

    An event that takes longer is told of by its capture job.
    """
    require_media_type(request, *_OWN)
    _require_version(version)
    told = await taking.take(request, partial(Received, EVENT), sender=as_, limit=MAX_DOCUMENT, whole=True)
    language = language_of(request)
    if told.is_refused:
        return _with_headers(refusal(error_of_json(told.faults[0]), language, told.faults))
    found = f"{taking.gateway.client.url}/epcis/events/{quote(told.notes['eventID'], safe='')}"
    job = job_json(taking.gateway, told.id)
    if job["done"] and any(each["again"] for each in told.items):
        taken = ConflictError("event", came=told.notes["eventID"], expected="one that was not captured here")
        return _with_headers(refusal(taken, language), Location=found)
    job = await to_thread.run_sync(wait_done, taking.gateway, told.id, _PATIENCE)
    if reasons := [each["reason"] for each in job["items"] if "reason" in each]:
        return _with_headers(refusal(error_of_json(reasons[0]), language, reasons))
    if not job["done"]:
        return _with_headers(Response(status_code=202), Location=f"/epcis/capture/{told.id}")
    return _with_headers(Response(status_code=201), Location=found)


@router.get("/capture")
def get_captures(
    request: Request,
    taking: TheTaking,
    perPage: Annotated[int, Query(ge=1, le=_MOST_JOBS)] = 30,  # noqa: N803
    nextPageToken: Annotated[str | None, Query(pattern="^[0-9]{1,18}-[0-9a-f]{32}$")] = None,  # noqa: N803
) -> Response:
    """Return capture jobs, the newest first."""
    received, _, id_ = (nextPageToken or "").partition("-")
    before = (int(received), id_) if nextPageToken else None
    jobs, behind = jobs_json(taking.gateway, EPCIS, before=before, most=perPage)
    told = [capture_json(each, language_of(request)) for each in jobs]
    headers = dict(HEADERS)
    if behind:
        query = urlencode({"perPage": perPage, "nextPageToken": f"{behind[0]}-{behind[1]}"})
        headers["Link"] = f'</epcis/capture?{query}>; rel="next"'
    return answer(told, headers=headers)


@router.get("/capture/{job}")
def get_capture(request: Request, job: str, taking: TheTaking) -> Response:
    """Return a capture job: whether it runs, whether all of it stands, and what went wrong."""
    return answer(capture_json(job_json(taking.gateway, job), language_of(request)), headers=HEADERS)


def capture_json(told: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a job as EPCIS describes capture jobs; `items` is ours.

    What the ledger refuses keeps nothing else out, whatever was asked for: then the job says that it proceeded.
    """
    refused = [each["reason"] for each in told["items"] if "reason" in each]
    errors = [error_of_json(each) for each in (*told["faults"], *refused)]
    proceeded = not told["whole"] or 0 < len(refused) < len(told["items"])
    return {
        "captureID": told["id"],
        "createdAt": _spell(told["received"]),
        **({"finishedAt": _spell(told["finished"])} if told["done"] else {}),
        "running": not told["done"],
        "success": not errors,
        "captureErrorBehaviour": "proceed" if proceeded else "rollback",
        "errors": [describe(each, status_of(each), language) for each in errors],
        "items": told["items"],
    }


def _spell(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")


def _require_version(version: str) -> None:
    if not version.startswith("2."):
        raise UnsupportedError("GS1-EPCIS-Version", came=version, expected=_VERSION)


def _with_headers(response: Response, **own: str) -> Response:
    response.headers.update(HEADERS | own)
    return response
