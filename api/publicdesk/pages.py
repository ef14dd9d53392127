"""The files of the desk's pages: the style of all pages, and a script of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.responses import Response

from api.pages import static_file

FOLDER = "/desk/static/"
_OWN = {
    "page.zh.js": ("web/publicdesk/desk.js", "text/javascript; charset=utf-8"),
    "page.en.js": ("web/publicdesk/desk.js", "text/javascript; charset=utf-8"),
    "manifest.webmanifest": ("web/page/manifest.webmanifest", "application/manifest+json"),
}


@dataclass(frozen=True, slots=True)
class DeskRelease:
    """What a page's template asks a release for: no fingerprint, for these pages check no proof."""

    folder: str = FOLDER
    fingerprint: str = ""


class DeskPages:
    """Stands where a ledger's server keeps its releases: the desk's pages have no verifier, and one script."""

    @staticmethod
    def current() -> DeskRelease:
        """Return what the templates are given."""
        return DeskRelease()


def desk_file(name: str) -> Response:
    """Return a file of the desk's pages.

    Raises:
        UnknownError: no such file.
    """
    if name not in _OWN:
        return static_file(name)
    path, media_type = _OWN[name]
    return Response(_content(path), media_type=media_type, headers={"Cache-Control": "public, max-age=3600"})


@cache
def _content(path: str) -> bytes:
    return files("api").joinpath(*path.split("/")).read_bytes()
