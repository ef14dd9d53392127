"""The home page, the search field behind it, styles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from api.dependencies import Language, TheLedger
from api.negotiation import prefers_page
from api.openapi import problems, returns
from api.pages import render_page, static_file
from api.parameters import strict_query
from api.search.finding import find, in_language
from api.search.readings import read_text
from api.views.home_view import view_home
from api.views.search_view import search_page
from verifier.errors import MalformedError

router = APIRouter(dependencies=[Depends(strict_query)])
Typed = Annotated[str, Query(max_length=512, description="a number, code, link, hash or subject")]


@router.get("/", responses={**returns(200, "the home page", "text/html"), **problems(400)})
def get_home(request: Request, ledger: TheLedger, language: Language) -> Response:
    """Return the home page: the ledger's state, and a search field."""
    return render_page(request, "home.html", {"home": view_home(ledger, language)})


@router.get(
    "/search",
    status_code=303,
    responses={
        **returns(200, "what it may mean", "text/html"),
        **returns(404, "nothing", "text/html"),
        **problems(400),
    },
)
def search(q: Typed, request: Request, ledger: TheLedger, language: Language) -> Response:
    """Go to the page of what somebody typed; where it may mean several things, show them all."""
    try:
        found = find(ledger, read_text(q))
    except MalformedError as error:
        if not prefers_page(request.headers.get("accept")):
            raise
        return render_page(request, "search.html", search_page(q, (), language, error.expected), status=400)
    recorded = [each for each in found if each.recorded]
    only = recorded or [each for each in found if each.absence]
    if len(only) == 1 and (recorded or len(found) == 1):
        return RedirectResponse(in_language(only[0].path, language), 303)
    page = search_page(q, found, language)
    return render_page(request, "search.html", page, status=200 if recorded else 404)


@router.get("/static/{name}", include_in_schema=False)
def get_static(name: str) -> Response:
    """Return a style or picture."""
    return static_file(name)
