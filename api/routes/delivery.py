"""What carries pages to a browser: the release, its service worker, the page that is one file."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.dependencies import TheRelease
from api.middleware.headers import PAGE_CONTENT
from api.pages import HTML
from api.parameters import strict_query
from api.web.release.release import SCRIPT
from ledger.errors import UnknownError

router = APIRouter(dependencies=[Depends(strict_query)], include_in_schema=False)
_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


@router.get("/static/{fingerprint}/{name}")
def get_released(request: Request, fingerprint: str, name: str, release: TheRelease) -> Response:
    """Return a file of the release. Its address names the release, so that it never changes."""
    if f"/static/{fingerprint}/" != release.folder:
        raise UnknownError("release", came=fingerprint, expected=f"the release that is served: {release.fingerprint}")
    if name not in release.files:
        raise UnknownError("name", came=name, expected=f"one of {', '.join(sorted(release.files))}")
    file = release.files[name]
    if not _takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(file.data, media_type=file.media_type, headers=_EVER)
    return Response(file.packed, media_type=file.media_type, headers=_EVER | {"Content-Encoding": "gzip"})


@router.get("/sw.js")
def get_worker(release: TheRelease) -> Response:
    """Return the service worker. Browsers ask for it again each time: a new one brings the new release."""
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/", "Content-Security-Policy": PAGE_CONTENT}
    return Response(release.worker, media_type=SCRIPT, headers=headers)


@router.get("/suyuan-verify.html")
def get_single(release: TheRelease) -> Response:
    """Return the page that is one file, to be kept and opened from a disk."""
    headers = {
        "Cache-Control": "no-cache",
        "Content-Disposition": 'attachment; filename="suyuan-verify.html"',
        "Suyuan-Release": release.fingerprint,
    }
    return Response(release.single, media_type=HTML, headers=headers)


def _takes_gzip(accepted: str) -> bool:
    """Return whether an asker takes gzip; these files hold no secrets, so that nothing is told by their length."""
    codings = dict(each.replace(" ", "").partition(";")[::2] for each in accepted.lower().split(","))
    return codings.get("gzip", "q=0") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
