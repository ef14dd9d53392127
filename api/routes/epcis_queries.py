"""EPCIS 2.0 named queries: a participant's own, asked with its own rights each time."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from api.answers import JSON, answer_json
from api.epcis_headers import HEADERS
from api.openapi import body, problems, returns
from api.parameters import strict_query
from api.reading import require_media_type
from api.routes.epcis import EVENTS, TheReads, Token, told
from ledger.epcis.queries import NamedQueries
from verifier.errors import MalformedError, UnsupportedError
from verifier.primitives.strict_json import parse_json

router = APIRouter(prefix="/epcis/queries", dependencies=[Depends(strict_query)])
_REFUSED = problems(400, 401, 403, 404, 406)
_LIMIT = 65_536
Name = Annotated[str, Path(max_length=64, description="1 to 64 letters, digits, - or _")]


def _named(request: Request) -> NamedQueries:
    queries: NamedQueries = request.app.state.epcis_queries
    return queries


TheQueries = Annotated[NamedQueries, Depends(_named)]


@router.get("", responses={**returns(200, "queries", JSON), **_REFUSED})
def get_epcis_queries(reads: TheReads, queries: TheQueries) -> Response:
    """Return the asker's named queries. Reserved."""
    owner = reads.owner()
    return _answer([_query_json(each, queries.find(owner, each)) for each in queries.names(owner)])


@router.post(
    "",
    status_code=201,
    responses={**returns(201, "the query", JSON), **_REFUSED, **problems(409, 413, 415)},
    openapi_extra=body(JSON),
)
async def add_epcis_query(request: Request, reads: TheReads, queries: TheQueries) -> Response:
    """Keep a query under a name: `{"name": …, "query": {"EQ_bizStep": ["shipping"], …}}`. Reserved."""
    owner = reads.owner()
    require_media_type(request, JSON)
    async with request.app.state.intake.bodies.read(request, _LIMIT) as data:
        name, given = _parse(data)
    await to_thread.run_sync(queries.add, owner, name, given)
    response = _answer(_query_json(name, given), 201)
    response.headers["Location"] = f"/epcis/queries/{name}"
    return response


@router.get("/{name}", responses={**returns(200, "the query", JSON), **_REFUSED})
def get_epcis_query(name: Name, reads: TheReads, queries: TheQueries) -> Response:
    """Return a named query of the asker's. Reserved."""
    return _answer(_query_json(name, queries.find(reads.owner(), name)))


@router.delete("/{name}", status_code=204, responses={204: {"description": "it is gone"}, **_REFUSED})
def delete_epcis_query(name: Name, reads: TheReads, queries: TheQueries) -> Response:
    """Forget a named query of the asker's. Reserved."""
    queries.delete(reads.owner(), name)
    return Response(status_code=204, headers=dict(HEADERS))


@router.get("/{name}/events", responses=EVENTS)
def get_epcis_query_events(  # noqa: PLR0917 - what the framework gives
    request: Request,
    name: Name,
    reads: TheReads,
    queries: TheQueries,
    perPage: str | None = None,  # noqa: N803
    GE_recordTime: Annotated[str | None, Query(max_length=64, description="in place of the query's own")] = None,  # noqa: N803
    nextPageToken: Token = None,  # noqa: N803
) -> Response:
    """Return the events of a named query of the asker's, from a record time on where one is given. Reserved."""
    given = queries.find(reads.owner(), name)
    asked = {"perPage": perPage, "GE_recordTime": GE_recordTime}
    given |= {parameter: [value] for parameter, value in asked.items() if value is not None}
    return told(request, reads.events(given, nextPageToken, name=name))


@router.api_route("/{name}/subscriptions", methods=["GET", "POST"], include_in_schema=False)
def refuse_epcis_subscriptions(name: Name) -> Response:
    """Say that standing queries are polled: the ledger calls nobody."""
    todo = f"Ask /epcis/queries/{name}/events again, with GE_recordTime: the last answer's suyuan:recordedBefore."
    raise UnsupportedError("subscriptions", came="one", expected="a query that is polled", todo=todo)


def _answer(value: Any, status: int = 200) -> Response:
    response = answer_json(value, status)
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = "no-store"
    return response


def _query_json(name: str, given: dict[str, list[str]]) -> dict[str, Any]:
    return {"name": name, "query": given}


def _parse(data: bytes) -> tuple[str, dict[str, list[str]]]:
    """Return name and parameters of a query; a value may stand alone, as number, or in a list."""
    told_ = parse_json(data, "query")
    if not isinstance(told_, dict) or told_.keys() != {"name", "query"} or not isinstance(told_["query"], dict):
        raise MalformedError("query", came="another shape", expected='{"name": …, "query": {…}}')
    if not isinstance(told_["name"], str):
        raise MalformedError("name", came=type(told_["name"]).__name__, expected="text")
    return told_["name"], {name: _values(name, value) for name, value in told_["query"].items()}


def _values(name: str, value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str | int) for each in listed):
        raise MalformedError(f"query.{name}", came="another value", expected="text, a number, or a list of them")
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in listed]
