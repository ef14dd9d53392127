"""What a form of the desk sent: read strictly, and only where it carries the session's value."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from fastapi import Request

from api.desk.gate import Session
from ledger.errors import PrivateError
from verifier.errors import MalformedError

MAX_FORM = 1 << 20  # bytes; 4,096 names of 64 digits are about 300 kB


async def read_form(request: Request, session: Session) -> Mapping[str, list[str]]:
    """Return the fields of a form of this desk.

    Raises:
        MalformedError: no form, or more than anybody fills in.
        PrivateError: a form that this desk did not make.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise MalformedError("content-type", came=kind, expected="application/x-www-form-urlencoded")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise MalformedError("form", came="more", expected=f"at most {MAX_FORM} bytes")
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=5_000, errors="strict")
    except ValueError as error:
        raise MalformedError("form", came="other bytes", expected="fields of a form") from error
    if not session.is_our_form(one(fields, "form")):
        raise PrivateError("form", came="a form of another page", expected="this desk's", todo="Load the page again.")
    return fields


def one(fields: Mapping[str, list[str]], name: str) -> str:
    """Return the one value of a field, empty where it is missing."""
    return fields.get(name, [""])[0].strip()
