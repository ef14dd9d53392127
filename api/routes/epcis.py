"""EPCIS 2.0 queries: events, and the resources by which they are found."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from api.answers import JSON
from api.dependencies import TheAccess, TheLedger, TheMoment
from api.epcis import Answer, EpcisReads
from api.epcis_headers import HEADERS, LINKS, epc_format, page_headers
from api.openapi import problems, returns
from api.parameters import strict_query
from ledger.epcis.document import CONTEXT
from ledger.epcis.query import DEFAULT_PAGE, MAX_PAGE, PARAMETERS, parse_query
from ledger.epcis.shapes import EVENT_TYPES
from ledger.errors import UnknownError
from ledger.readers.epcis.lossless_json import format_lossless
from ledger.readers.epcis.zone_vocabulary import vocabulary_file

router = APIRouter(prefix="/epcis", dependencies=[Depends(strict_query)])
_REFUSED = problems(400, 401, 403, 404, 406, 413, 503)
EVENTS = {**returns(200, "an EPCISQueryDocument", JSON), **_REFUSED}
_LIST = {**returns(200, "a collection", JSON), **_REFUSED}
Given = Mapping[str, Sequence[str]]
Token = Annotated[str | None, Query(max_length=1024, description="the page before's, out of its Link header")]
PerPage = Annotated[str, Query(max_length=9, description=f"1 to {MAX_PAGE}")]


def _given(request: Request, **_: Any) -> dict[str, list[str]]:
    asked = request.query_params
    return {name: asked[name].split("|") for name in PARAMETERS if name in asked}


def _declared(name: str) -> inspect.Parameter:
    what = Query(alias=name, max_length=8192, description="values, alternatives separated by |")
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name.replace(":", "_"), kind, default=None, annotation=Annotated[str | None, what])


def _dependency(*, without: Sequence[str] = ()) -> Callable[..., dict[str, list[str]]]:
    """Return a dependency that takes the parameters of SimpleEventQuery, each declared by its name."""

    def given(request: Request, **_: Any) -> dict[str, list[str]]:
        return _given(request)

    request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    declared = [_declared(name) for name in PARAMETERS if name not in without]
    given.__signature__ = inspect.Signature([request, *declared])  # type: ignore[attr-defined]
    return given


TheQuery = Annotated[dict[str, list[str]], Depends(_dependency())]


def _reads(request: Request, ledger: TheLedger, access: TheAccess, moment: TheMoment) -> EpcisReads:
    links = epc_format(request) == LINKS
    return EpcisReads(ledger, request.app.state.epcis, access, moment, links=links)


TheReads = Annotated[EpcisReads, Depends(_reads)]


def told(request: Request, answer: Answer) -> Response:
    """Return a document with the headers of EPCIS."""
    response = Response(format_lossless(answer.value), media_type=JSON)
    response.headers.update(HEADERS)
    response.headers["GS1-EPC-Format"] = epc_format(request)
    response.headers.update(page_headers(request, answer.token, answer.expires))
    response.headers["Cache-Control"] = "no-cache"
    return response


def collection(request: Request, members: Sequence[str], token: str | None = None, expires: int = 0) -> Response:
    """Return a collection as EPCIS lists what there is."""
    return told(request, Answer({"@context": CONTEXT, "type": "Collection", "member": list(members)}, token, expires))


@router.options("", include_in_schema=False)
@router.options("/{_path:path}", include_in_schema=False)
async def describe_epcis(request: Request) -> Response:
    """Return versions and forms that are spoken here."""
    allow = "GET, POST, OPTIONS" if request.url.path.endswith("/queries") else "GET, OPTIONS"
    formats = {"GS1-EPC-Format": LINKS, "Allow": allow}
    return Response(status_code=204, headers={**HEADERS, **formats})


@router.get("/events", responses=EVENTS)
def get_epcis_events(request: Request, reads: TheReads, given: TheQuery, nextPageToken: Token = None) -> Response:  # noqa: N803
    """Return events by SimpleEventQuery. Without naming a thing or an event: reserved."""
    return told(request, reads.events(given, nextPageToken))


@router.get("/events/{event_id:path}", responses=EVENTS)
def get_epcis_event(request: Request, reads: TheReads, event_id: Annotated[str, Path(max_length=512)]) -> Response:
    """Return the events of an eventID or CBV event hash, error declarations among them."""
    return told(request, reads.event(event_id))


@router.get("/vocabulary", responses=returns(200, "steps, dispositions and transaction types of the zone's own", JSON))
def get_epcis_vocabulary() -> Response:
    """Return the zone's own words beside CBV's: labels, which events are which step, who may state it."""
    response = Response(vocabulary_file(), media_type=JSON)
    response.headers.update({**HEADERS, "Cache-Control": "no-cache"})
    return response


@router.get("/eventTypes", responses=_LIST)
def get_epcis_event_types(request: Request, reads: TheReads) -> Response:  # noqa: ARG001 - judges the headers
    """Return the event types that there are."""
    return collection(request, EVENT_TYPES)


_Resource = Literal["eventTypes", "epcs", "bizSteps", "bizLocations", "readPoints", "dispositions"]
_PARAMETER: Mapping[str, str] = {
    "eventTypes": "eventType",
    "epcs": "MATCH_anyEPC",
    "bizSteps": "EQ_bizStep",
    "bizLocations": "EQ_bizLocation",
    "readPoints": "EQ_readPoint",
    "dispositions": "EQ_disposition",
}
_COLUMN: Mapping[str, str] = {
    "epcs": "epc",
    "bizSteps": "bizStep",
    "bizLocations": "bizLocation",
    "readPoints": "readPoint",
    "dispositions": "disposition",
}
Value = Annotated[str, Path(max_length=512, description="percent-encoded")]


@router.get("/{resource}", responses=_LIST)
def get_epcis_values(
    request: Request,
    reads: TheReads,
    resource: Literal["epcs", "bizSteps", "bizLocations", "readPoints", "dispositions"],
    perPage: PerPage = str(DEFAULT_PAGE),  # noqa: N803
    nextPageToken: Token = None,  # noqa: N803
) -> Response:
    """Return which EPCs, steps, places or dispositions events have. Reserved: of whose events may be listed."""
    size = parse_query({"perPage": [perPage]}).page
    return collection(request, *reads.words(_COLUMN[resource], size, nextPageToken))


@router.get("/{resource}/{value:path}/events", responses=EVENTS)
def get_epcis_events_of(  # noqa: PLR0917 - what the framework gives
    request: Request,
    reads: TheReads,
    resource: _Resource,
    value: Value,
    given: TheQuery,
    nextPageToken: Token = None,  # noqa: N803
) -> Response:
    """Return the events of an event type, EPC, step, place or disposition. Of an EPC open, else reserved."""
    name = _PARAMETER[resource]
    if name in given and given[name] != [value]:
        parse_query({name: given[name]})
        return told(request, reads.events({**given, name: _both(given[name], value)}, nextPageToken))
    return told(request, reads.events({**given, name: [value]}, nextPageToken))


@router.get("/{resource}/{value:path}", responses=_LIST)
def get_epcis_sub_resources(request: Request, reads: TheReads, resource: _Resource, value: Value) -> Response:  # noqa: ARG001 - judges the headers
    """Return what there is below an event type, EPC, step, place or disposition: its events."""
    parse_query({_PARAMETER[resource]: [value]})
    return collection(request, ["events"])


def _both(asked: Sequence[str], value: str) -> list[str]:
    """Return what two conditions on one field have in common."""
    if value not in asked:
        raise UnknownError("query", came=value, expected=f"one of {', '.join(asked)}")
    return [value]
