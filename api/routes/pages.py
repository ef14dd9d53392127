"""The home page, the search field behind it, styles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from api.dependencies import Language, TheLedger
from api.digital_link import subject_of_text
from api.openapi import problems, returns
from api.pages import render_page, static_file
from api.parameters import strict_query
from api.views.home_view import view_home
from api.views.words import page_of

router = APIRouter(dependencies=[Depends(strict_query)])
Typed = Annotated[str, Query(max_length=512, description="a barcode number, a Digital Link, or a subject")]


@router.get("/", responses={**returns(200, "the home page", "text/html"), **problems(400)})
def get_home(request: Request, ledger: TheLedger, language: Language) -> Response:
    """Return the home page: the ledger's state, and a search field."""
    return render_page(request, "home.html", {"home": view_home(ledger, language)})


@router.get("/search", status_code=303, responses=problems(400))
def search(q: Typed, language: Language) -> Response:
    """Go to the page of what somebody typed."""
    return RedirectResponse(page_of(subject_of_text(q), language), 303)


@router.get("/static/{name}", include_in_schema=False)
def get_static(name: str) -> Response:
    """Return a style or picture."""
    return static_file(name)
