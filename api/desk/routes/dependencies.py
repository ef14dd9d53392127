"""What requests to a desk share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from api.desk.answered import History
from api.desk.forms import read_form
from api.desk.office import Office
from api.desk.pages import language_of
from api.desk.preparing import Preparation
from api.desk.shelf import Shelf


class Work:
    """What a desk has under way between two pages.

    Attributes:
        chosen: events that were selected together.
        preparations: answers that are being checked, or wait to be signed.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.chosen: Shelf[tuple[bytes, ...]] = Shelf("selected")
        self.preparations: Shelf[Preparation] = Shelf("prepared")


async def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


async def _work(request: Request) -> Work:
    work: Work = request.app.state.work
    return work


async def _history(request: Request) -> History:
    history: History = request.app.state.history
    return history


async def read_own_form(request: Request) -> Mapping[str, list[str]]:
    """Return the fields of a form that this desk made; raises as `read_form` does."""
    return await read_form(request, request.app.state.session)


TheOffice = Annotated[Office, Depends(_office)]
TheWork = Annotated[Work, Depends(_work)]
TheHistory = Annotated[History, Depends(_history)]
TheForm = Annotated[Mapping[str, list[str]], Depends(read_own_form)]


def go_to(request: Request, path: str, **query: str) -> Response:
    """Return what sends the browser on to a page of the desk, in the language of this one."""
    kept = {name: value for name, value in query.items() if value}
    return RedirectResponse(f"{path}?{urlencode({**kept, 'lang': language_of(request)})}", status_code=303)
