"""What EPCIS asks of headers: versions, spelling of EPCs, pages (EPCIS 2.0 chapter 12, REST bindings)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from api.errors import NotAcceptableError
from ledger.epcis.document import spell_time

VERSION = "2.0.0"
LINKS, ORIGINAL, ANY = "Always_GS1_Digital_Link", "Never_Translates", "No_Preference"
HEADERS: Mapping[str, str] = {
    "GS1-EPCIS-Version": VERSION,
    "GS1-EPCIS-Min": VERSION,
    "GS1-EPCIS-Max": VERSION,
    "GS1-CBV-Version": VERSION,
    "GS1-CBV-Min": VERSION,
    "GS1-CBV-Max": VERSION,
    "GS1-Vendor-Version": "1",
    "GS1-Extensions": "suyuan=https://ns.suyuan.example/epcis/",
}


def epc_format(request: Request) -> str:
    """Return how EPCs are wanted: as links, or as they came.

    Raises:
        NotAcceptableError: as URNs, which a link alone does not give; or a version that is not spoken here.
    """
    for name in ("GS1-EPCIS", "GS1-CBV"):
        _require_spoken(request, name)
    wanted = request.headers.get("GS1-EPC-Format", ANY)
    if wanted not in (ANY, LINKS, ORIGINAL):
        expected = f"{ANY}, {LINKS} or {ORIGINAL}"
        raise NotAcceptableError("GS1-EPC-Format", came=wanted[:40], expected=expected)
    return ORIGINAL if wanted == ORIGINAL else LINKS


def _require_spoken(request: Request, name: str) -> None:
    least, most = request.headers.get(f"{name}-Min", VERSION), request.headers.get(f"{name}-Max", VERSION)
    if not _parts(least) <= _parts(VERSION) <= _parts(most):
        raise NotAcceptableError(f"{name}-Min", came=f"{least} to {most}"[:80], expected=VERSION)


def _parts(version: str) -> tuple[int, ...]:
    """Return a version as numbers of three places; what is none counts as too high."""
    parts = version.split(".")
    if not 0 < len(parts) <= 3 or not all(each.isascii() and each.isdigit() and len(each) < 6 for each in parts):
        return (1 << 20,)
    return tuple(map(int, parts + ["0"] * (3 - len(parts))))


def page_headers(request: Request, token: str | None, expires: int) -> dict[str, str]:
    """Return the headers that lead to the next page, none at the end."""
    if token is None:
        return {}
    query = [(name, value) for name, value in parse_qsl(request.url.query) if name != "nextPageToken"]
    raw = request.scope["raw_path"].decode("latin-1")
    address = f"{raw}?{urlencode([*query, ('nextPageToken', token)])}"
    return {"Link": f'<{address}>; rel="next"', "GS1-Next-Page-Token-Expires": spell_time(expires)}
