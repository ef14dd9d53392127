"""What a signed request states (RFC 9421): the headers `Signature-Input` and `Content-Digest`, parsed strictly."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import http_sf

from api.errors import UnauthenticatedError

TAG = "suyuan"
SKEW = 60  # seconds
REQUIRED = ("@method", "@target-uri")
DIGEST = "content-digest"
_COMPONENTS = 16  # most that a signature may cover
_NONCE = re.compile(r"[\x21-\x7e]{16,64}")
_KID = re.compile(r"[0-9a-f]{64}")
_PARAMETERS = {"created", "expires", "nonce", "keyid", "tag"}


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What of a request a signature can cover.

    Attributes:
        method: as it was sent.
        url: absolute, as the asker wrote it: scheme, authority, path and query, nothing decoded.
        fields: every header line, names in any case, in their order.
        has_body: whether bytes follow.
    """

    method: str
    url: str
    fields: tuple[tuple[str, str], ...]
    has_body: bool

    def lines(self, name: str) -> str:
        """Return the lines of a header, joined as RFC 9110 §5.3 has it; empty where there are none."""
        return ", ".join(value for field, value in self.fields if field.lower() == name)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as its parameters describe it. Not verified.

    Attributes:
        label: in the two dictionaries.
        covered: names of the components, those with parameters spelt with them.
        kid: 32 bytes.
        created: POSIX seconds.
        expires: POSIX seconds.
        nonce: 16 to 64 visible characters.
    """

    label: str
    covered: tuple[str, ...]
    kid: bytes
    created: int
    expires: int
    nonce: str

    @property
    def until(self) -> int:
        """Return until when it can be used, milliseconds since 1970."""
        return (self.expires + SKEW) * 1000 + 999


def parse_signature(request: SignedRequest) -> Signature | None:
    """Return the one signature of a request that is tagged `suyuan`, None where none is.

    Raises:
        UnauthenticatedError: headers that are none, two such signatures, or parameters that this ledger does not take.
    """
    given = request.lines("signature-input")
    if not given:
        if request.lines("signature"):
            raise refusal("signature-input", came="none beside Signature", expected=accepted(has_body=request.has_body))
        return None
    tagged = [(label, member) for label, member in _dictionary(given).items() if _tag_of(member) == TAG]
    if not tagged:
        return None
    if len(tagged) > 1:
        raise refusal("signature-input", came=f"{len(tagged)} signatures tagged {TAG}", expected="one")
    label, (components, parameters) = tagged[0]
    if not isinstance(components, list):
        raise refusal("signature-input", came="no list of components", expected=accepted(has_body=request.has_body))
    return _read(label, _names_of(components), parameters)


def digest_of(request: SignedRequest) -> bytes:
    """Return the SHA-256 that a request's Content-Digest states of its body (RFC 9530), 32 bytes.

    Raises:
        UnauthenticatedError: none, or another spelling.
    """
    stated = _dictionary(request.lines(DIGEST), DIGEST).get("sha-256")
    value = stated[0] if isinstance(stated, tuple) else stated
    if not isinstance(value, bytes) or len(value) != 32:
        raise refusal(DIGEST, came="no sha-256", expected="sha-256=:…: over the body as it is sent")
    return value


def format_digest(digest: bytes) -> str:
    """Return a Content-Digest."""
    return f"sha-256=:{base64.b64encode(digest).decode()}:"


def accepted(*, has_body: bool = False) -> str:
    """Return what this ledger accepts, as a value of Accept-Signature (RFC 9421 §5.1)."""
    names = (*REQUIRED, DIGEST) if has_body else REQUIRED
    components = " ".join(f'"{each}"' for each in names)
    return f'{TAG}=({components});created;expires;nonce;keyid;tag="{TAG}"'


def refusal(field: str, *, came: object, expected: str, todo: str = "") -> UnauthenticatedError:
    """Return the refusal of a signature."""
    return UnauthenticatedError(field, came=came, expected=expected, todo=todo)


def _dictionary(value: str, what: str = "signature-input") -> dict[str, Any]:
    """Return what a header spells as a dictionary of structured fields (RFC 9651), each name once."""

    def refuse(name: str, _context: str) -> None:
        raise ValueError(f"{name} twice")

    try:
        parsed = http_sf.parse(value.encode("latin-1"), tltype="dictionary", on_duplicate_key=refuse)
    except Exception as error:  # noqa: BLE001 - whatever a hostile header makes of the parser: it is no dictionary
        raise refusal(what, came=str(error), expected="a dictionary of structured fields (RFC 9651)") from None
    return parsed if isinstance(parsed, dict) else {}


def _tag_of(member: Any) -> object:
    return member[1].get("tag") if isinstance(member, tuple) else None


def _names_of(components: list[Any]) -> tuple[str, ...]:
    """Return the names of covered components; one with parameters never stands for the plain one."""
    if len(components) > _COMPONENTS:
        raise refusal("signature.components", came=len(components), expected=f"at most {_COMPONENTS}")
    return tuple(f"{name};{sorted(parameters)}" if parameters else str(name) for name, parameters in components)


def _read(label: str, covered: tuple[str, ...], parameters: Mapping[str, Any]) -> Signature:
    if unknown := parameters.keys() - _PARAMETERS - {"alg"}:
        raise refusal("signature", came=f"parameter {min(unknown)}", expected=", ".join(sorted(_PARAMETERS)))
    created, expires = (_seconds(parameters, name) for name in ("created", "expires"))
    nonce, kid = parameters.get("nonce"), parameters.get("keyid")
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        raise refusal("signature.nonce", came=nonce or "none", expected="16 to 64 visible characters, drawn at random")
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise refusal("signature.keyid", came=kid or "none", expected="64 hexadecimal digits: the key's thumbprint")
    return Signature(label, covered, bytes.fromhex(kid), created, expires, nonce)


def _seconds(parameters: Mapping[str, Any], name: str) -> int:
    value = parameters.get(name)
    if type(value) is not int or not 0 <= value < 2**40:
        raise refusal(f"signature.{name}", came=value or "none", expected="POSIX seconds")
    return value
