"""What a label carries for machines, a link and nothing else, and what people read under it."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

from api.digital_link import path_of
from verifier.errors import MalformedError
from verifier.ledgerformat.subject import form_of

_PART = re.compile(r"/([0-9]{2,4})/([^/]+)")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_HALF = 16  # hexadecimal digits of a handle on a line


def link_of(subject: str, base: str) -> str:
    """Return a subject's link below a service's address.

    Raises:
        MalformedError: no subject, or no address that a stranger's phone may be sent to.
    """
    form_of(subject, "subject")
    path = path_of(subject)
    return _require_base(base) + (path or f"/trace?subject={quote(subject, safe=':')}")


def readable(subject: str) -> tuple[str, ...]:
    """Return a subject as people read it, a line each: GS1 keys with their numbers in brackets, handles in halves."""
    if path := path_of(subject):
        return tuple(f"({key}) {unquote(value)}" for key, value in _PART.findall(path))
    *_, word, rest = subject.split(":")
    return (word, *(rest[at : at + _HALF] for at in range(0, len(rest), _HALF)))


def _require_base(base: str) -> str:
    """Return an address without its last slash. Only over https does a browser check anything, but on loopback."""
    parts = urlsplit(base)
    if not parts.hostname or parts.query or parts.fragment or parts.username:
        raise MalformedError("--link", came=base, expected="an address like https://trace.example")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        todo = "Browsers give pages no cryptography over plain http, so that nothing would be checked."
        raise MalformedError("--link", came=base, expected="https://", todo=todo)
    return base.rstrip("/")
