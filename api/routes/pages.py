"""The home page, the search field behind it, and what carries pages: the release, its worker, the single file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from api.dependencies import Language, TheLedger, TheRelease
from api.digital_link import subject_of_text
from api.middleware.headers import PAGE_CONTENT
from api.openapi import problems, returns
from api.pages import HTML, render_page, static_file
from api.parameters import strict_query
from api.views.home_view import view_home
from api.views.words import page_of
from api.web.release.release import SCRIPT
from ledger.errors import UnknownError

router = APIRouter(dependencies=[Depends(strict_query)])
_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
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


@router.get("/static/{fingerprint}/{name}", include_in_schema=False)
def get_released(fingerprint: str, name: str, release: TheRelease) -> Response:
    """Return a file of the release. Its address names the release, so that it never changes."""
    if f"/static/{fingerprint}/" != release.folder:
        raise UnknownError("release", came=fingerprint, expected=f"the release that is served: {release.fingerprint}")
    if name not in release.files:
        raise UnknownError("name", came=name, expected=f"one of {', '.join(sorted(release.files))}")
    file = release.files[name]
    return Response(file.data, media_type=file.media_type, headers=_EVER)


@router.get("/sw.js", include_in_schema=False)
def get_worker(release: TheRelease) -> Response:
    """Return the service worker. Browsers ask for it again each time: a new one brings the new release."""
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/", "Content-Security-Policy": PAGE_CONTENT}
    return Response(release.worker, media_type=SCRIPT, headers=headers)


@router.get("/suyuan-verify.html", include_in_schema=False)
def get_single(release: TheRelease) -> Response:
    """Return the page that is one file, to be kept and opened from a disk."""
    headers = {
        "Cache-Control": "no-cache",
        "Content-Disposition": 'attachment; filename="suyuan-verify.html"',
        "Suyuan-Release": release.fingerprint,
    }
    return Response(release.single, media_type=HTML, headers=headers)
