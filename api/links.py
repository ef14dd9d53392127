"""Subjects out of the path of a GS1 Digital Link, as its bytes came; and the address that links begin with."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import Path, Request

from api.digital_link import subject_of_path
from verifier.errors import MalformedError

Gtin = Annotated[str, Path(description="14 digits with a right check digit", examples=["06901234567892"])]
Sscc = Annotated[str, Path(description="18 digits with a right check digit", examples=["069012345000000011"])]
Gln = Annotated[str, Path(description="13 digits with a right check digit", examples=["6901234500004"])]
Lot = Annotated[str, Path(description="1 to 20 characters, percent-encoded", examples=["L2026-01"])]
Serial = Annotated[str, Path(description="1 to 20 characters, percent-encoded", examples=["A0001"])]


def linked_subject(request: Request, *parts: str) -> str:
    """Return the subject of a request's path, whose decoded parts are `parts`.

    The escapes decide: `%2F` is a character of a lot, `/` begins another key.

    Raises:
        MalformedError: no canonical subject follows from it.
    """
    raw: bytes = request.scope["raw_path"]
    path = raw.decode("latin-1").removeprefix(request.scope.get("root_path", ""))
    if [unquote(each) for each in path.split("/")] != ["", *parts]:
        raise MalformedError("path", came=path, expected="one key, or one and its lot or serial; a slash in it as %2F")
    return subject_of_path(path)


def base_of(request: Request) -> str:
    """Return scheme and host under which the asker knows this server."""
    configured: str | None = request.app.state.public_url
    return configured or f"{request.url.scheme}://{request.headers.get('host', '')}"
