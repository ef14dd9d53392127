"""What people send: a web form, or the same members as JSON."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256
from urllib.parse import parse_qsl

from fastapi import Request

from api.digital_link import subject_of_text
from api.reading import BodyReader, require_media_type
from ledger.publicdesk.regions import require_region
from verifier.errors import MalformedError
from verifier.ledgerformat.subject import form_of
from verifier.primitives.base64strict import format_base64url, parse_base64url
from verifier.primitives.strict_json import parse_json

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
_MOST = 16_384  # bytes
_SECRET = 16


class Form(dict[str, str]):
    """Members by name, all texts; what is not there is empty."""

    def __missing__(self, name: str) -> str:
        """Return what a member is that nobody filled in."""
        return ""


async def read_form(request: Request, bodies: BodyReader, allowed: Collection[str]) -> Form:
    """Return what a request sends.

    Raises:
        MalformedError: no texts, or a member that is not asked for.
        MediaTypeError: neither a form nor JSON.
    """
    kind = require_media_type(request, JSON, FORM)
    async with bodies.read(request, _MOST) as data:
        found = _members(data) if kind == JSON else _fields(data)
    for name in found:
        if name not in allowed:
            raise MalformedError("body", came=name, expected=f"at most {', '.join(sorted(allowed))}")
    return Form(found)


def _members(data: bytes) -> Mapping[str, str]:
    value = parse_json(data, "body")
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise MalformedError("body", came="another shape", expected="an object of texts")
    return value


def _fields(data: bytes) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(
            data.decode("ascii"), keep_blank_values=True, strict_parsing=bool(data), max_num_fields=32, errors="strict"
        )
    except ValueError as error:  # UnicodeDecodeError is one
        raise MalformedError("body", came="another coding", expected="a web form in UTF-8") from error
    if len(dict(pairs)) != len(pairs):
        raise MalformedError("body", came="a field twice", expected="each once")
    return dict(pairs)


def item_of(text: str, what: str = "item") -> str:
    """Return the item that an address, a link or a subject names.

    Raises:
        MalformedError: it is none.
    """
    subject = subject_of_text(text)
    if form_of(subject, what) != "item":
        raise MalformedError(what, came=text, expected="an item, with a serial number")
    return subject


def region_of(form: Form) -> str:
    """Return the region that a form states."""
    return require_region(form["region"])


def claim_of(form: Form, random: bytes) -> tuple[bytes, str | None]:
    """Return the claim, and the secret behind it where the sender left it to the desk to draw one.

    Args:
        form: with `claim`, base64url of a SHA-256; or with the `secret` that the form's page was given, so that who
            sends it twice is the same; or with neither.
        random: 16 random bytes.
    """
    if form["claim"]:
        claim = parse_base64url(form["claim"], "claim")
        if len(claim) != sha256().digest_size:
            raise MalformedError("claim", came=f"{len(claim)} bytes", expected="32: a SHA-256")
        return claim, None
    secret = secret_of(form) if form["secret"] else random[:_SECRET]
    return sha256(secret).digest(), format_base64url(secret)


def secret_of(form: Form) -> bytes:
    """Return the secret with which somebody asks for what is theirs."""
    secret = parse_base64url(form["secret"].strip(), "secret")
    if len(secret) != _SECRET:
        raise MalformedError("secret", came=f"{len(secret)} bytes", expected=f"{_SECRET}")
    return secret
