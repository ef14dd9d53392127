"""Parameters of paths and queries: strict, bounded, each refusal naming its parameter."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal
from urllib.parse import unquote_to_bytes

from fastapi import Path, Query, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query as QueryParameter
from fastapi.routing import APIRoute
from pydantic import BeforeValidator, WithJsonSchema

from verifier.errors import MalformedError
from verifier.judgement.trace import HISTORY_WALKS
from verifier.ledgerformat.subject import MAX_LENGTH, form_of, is_participant
from verifier.primitives.base64strict import parse_base64url, parse_decimal, parse_hash_hex

MAX_NUMBER = 2**53 - 1
LATEST = "latest"
_CUT_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
MAX_PAGE = 1000
_LABEL = re.compile(r"[a-z][a-z0-9-]{0,62}")
_HEX: dict[str, Any] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": MAX_NUMBER}
_PARTICIPANT: dict[str, Any] = {"type": "string", "pattern": "^urn:suyuan:(agency|enterprise):", "format": "uri"}


async def strict_query(request: Request) -> None:
    """Refuse a query with a parameter that the route does not know, one twice, or bytes that are no text.

    Raises:
        MalformedError: as said; it names the parameter.
    """
    allowed = _names_of(request.scope["route"])
    seen = set()
    for piece in request.scope["query_string"].decode("latin-1").split("&"):
        if not piece:
            continue
        name, _, value = piece.partition("=")
        _require_text(value, f"query.{_require_text(name, 'query')}")
        name = _require_text(name, "query")
        if name not in allowed:
            raise MalformedError("query", came=name, expected=f"one of {', '.join(sorted(allowed)) or 'none'}")
        if name in seen:
            raise MalformedError(f"query.{name}", came="twice", expected="once")
        seen.add(name)


_names: dict[str, frozenset[str]] = {}  # by operation: routes are the same in every app of a process


def _names_of(route: APIRoute) -> frozenset[str]:
    if route.unique_id not in _names:
        fields = get_flat_params(route.dependant)
        queries = (each.alias for each in fields if isinstance(each.field_info, QueryParameter))
        _names[route.unique_id] = frozenset(queries)
    return _names[route.unique_id]


def _require_text(escaped: str, what: str) -> str:
    """Return what a piece of a query spells; refuse cut escapes, bytes that are not UTF-8, control characters."""
    if cut := _CUT_ESCAPE.search(escaped):
        raise MalformedError(what, came=escaped[cut.start() :][:3], expected="% and two hexadecimal digits")
    try:
        text = unquote_to_bytes(escaped.replace("+", " ")).decode()
    except UnicodeDecodeError as error:
        raise MalformedError(what, came=f"byte {error.start} is not UTF-8", expected="UTF-8") from None
    if not text.isprintable():
        raise MalformedError(what, came="control characters", expected="text without them")
    return text


def _read(parse: Callable[[str, str], Any], what: str) -> BeforeValidator:
    return BeforeValidator(lambda value: parse(str(value), what))


def _parse_number(text: str, what: str) -> int:
    return parse_decimal(text, what, MAX_NUMBER)


def _parse_limit(text: str, what: str) -> int:
    if not (limit := parse_decimal(text, what, MAX_PAGE)):
        raise MalformedError(what, came=text, expected=f"1 to {MAX_PAGE}")
    return limit


def _parse_label(text: str, what: str) -> str:
    if not _LABEL.fullmatch(text):
        raise MalformedError(what, came=text, expected="a label, as in urn:suyuan:agency:{label}")
    return text


def parse_place(text: str, what: str = "after") -> tuple[int, int]:
    """Return the leaf and position that a text like `12.3` spells."""
    leaf, _, position = text.partition(".")
    return parse_decimal(leaf, what, MAX_NUMBER), parse_decimal(position, what, MAX_NUMBER)


def _require_place(text: str, what: str) -> str:
    parse_place(text, what)
    return text


def _parse_subject(text: str, what: str) -> str:
    form_of(text, what)
    return text


def _parse_participant(text: str, what: str) -> str:
    if not is_participant(text):
        raise MalformedError(what, came=text, expected="the URI of an agency or enterprise")
    return text


def _parse_kid(text: str, what: str) -> bytes:
    raw = parse_base64url(text, what)
    if len(raw) != 32:
        raise MalformedError(what, came=text, expected="base64url of a 32-byte thumbprint")
    return raw


def _parse_since(text: str, what: str) -> int | None:
    if text == LATEST:
        return None
    if not (count := parse_decimal(text, what, MAX_NUMBER)):
        raise MalformedError(what, came=text, expected=f"a number of entries from 1 on, or {LATEST}")
    return count


def one_of(words: tuple[str, ...], what: str) -> BeforeValidator:
    """Return what refuses a parameter that is none of some words."""

    def parse(value: Any) -> Any:
        if value not in words:
            raise MalformedError(what, came=value, expected=f"one of {', '.join(words)}")
        return value

    return BeforeValidator(parse)


Identity = Annotated[
    bytes, _read(parse_hash_hex, "identity"), WithJsonSchema(_HEX), Path(description="SHA-256 of header and payload")
]
EventName = Annotated[
    bytes, _read(parse_hash_hex, "name"), WithJsonSchema(_HEX), Path(description="the event's name, SHA-256")
]
OfEvent = Annotated[
    bytes,
    _read(parse_hash_hex, "event"),
    WithJsonSchema(_HEX),
    Query(description="the name of the event whose attachment it is"),
]
Sha256 = Annotated[
    bytes, _read(parse_hash_hex, "digest"), WithJsonSchema(_HEX), Path(description="SHA-256 of the bytes")
]
Kid = Annotated[
    bytes,
    _read(_parse_kid, "kid"),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}),
    Path(description="RFC 9679 thumbprint, base64url without padding"),
]
Size = Annotated[int, _read(_parse_number, "size"), WithJsonSchema(_NUMBER), Path(description="leaves")]
Newer = Annotated[int, _read(_parse_number, "newer"), WithJsonSchema(_NUMBER), Path(description="leaves")]
Leaf = Annotated[int, _read(_parse_number, "leaf"), WithJsonSchema(_NUMBER), Path(description="a log position")]
End = Annotated[
    int, _read(_parse_number, "end"), WithJsonSchema(_NUMBER), Path(description="the log position behind the last")
]
Subject = Annotated[
    str,
    _read(_parse_subject, "subject"),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_LENGTH, "format": "uri"}),
    Query(description="a subject in its canonical spelling (docs/formats.md, section 3)"),
]
Agent = Annotated[
    str,
    _read(_parse_participant, "agent"),
    WithJsonSchema(_PARTICIPANT),
    Query(description="the agency or enterprise that may act for others"),
]
Grantee = Annotated[
    str,
    _read(_parse_participant, "grantee"),
    WithJsonSchema(_PARTICIPANT),
    Query(description="the agency or enterprise that may read"),
]
OptionalSubject = Annotated[
    str | None,
    _read(_parse_subject, "subject"),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_LENGTH, "format": "uri"}),
    Query(description="a subject in its canonical spelling (docs/formats.md, section 3)"),
]
AgencyLabel = Annotated[
    str,
    _read(_parse_label, "label"),
    WithJsonSchema({"type": "string", "pattern": _LABEL.pattern}),
    Path(description="the agency's label: urn:suyuan:agency:{label}"),
]
AfterPlace = Annotated[
    str | None,
    _read(_require_place, "after"),
    WithJsonSchema({"type": "string", "pattern": "^(0|[1-9][0-9]{0,14})[.](0|[1-9][0-9]{0,3})$"}),
    Query(description="the page before's `next`; the first page has none"),
]
AfterNumber = Annotated[
    int,
    _read(_parse_number, "after"),
    WithJsonSchema(_NUMBER),
    Query(description="the page before's `next`; the first page has none"),
]
Limit = Annotated[
    int,
    _read(_parse_limit, "limit"),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_PAGE}),
    Query(description="how many at most"),
]
Walk = Annotated[
    Literal["public", "parties", "registry"],
    one_of(("public", "parties", "registry"), "walk"),
    Query(description="over which kinds of history; the parties' walk is reserved"),
]
HistoryKind = Annotated[
    Literal["list", "claim", "member", "quota", "recall"],
    one_of(HISTORY_WALKS, "kind"),
    Path(description="the kind of history; claim, member and quota are reserved"),
]
Since = Annotated[
    int | None,
    _read(_parse_since, "since"),
    WithJsonSchema({"type": "string", "pattern": "^([1-9][0-9]{0,15}|latest)$"}),
    Query(
        description="how many of its first entries are not shown; an event behind them states their root; or `latest`"
    ),
]
Form = Annotated[
    Literal["proof", "json", "page"] | None,
    one_of(("proof", "json", "page"), "format"),
    Query(alias="format", description="overrides the Accept header, for links"),
]
PageForm = Annotated[
    Literal["json", "page"] | None,
    one_of(("json", "page"), "format"),
    Query(alias="format", description="overrides the Accept header, for links"),
]
LinkType = Annotated[
    str | None, Query(alias="linkType", max_length=100, description="a link type of GS1, or `linkset` for all links")
]
Lang = Annotated[
    Literal["zh", "en"] | None,
    one_of(("zh", "en"), "lang"),
    Query(description="overrides the Accept-Language header"),
]
