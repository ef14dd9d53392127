"""Pages of an answer: which events, in which order, and the token that asks for the next ones.

A token holds where its page begins and which query it belongs to; it is sealed under a key of the projection, so that
nobody but the server makes one, and expires.
"""

from __future__ import annotations

import hmac
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ledger.epcis.query import EventQuery
from ledger.epcis.shapes import DOCUMENTS
from ledger.epcis.store import RESERVED
from ledger.following.file import meta
from verifier.errors import MalformedError, SuyuanError, TooLargeError
from verifier.primitives.base64strict import format_base64url, parse_base64url

LIFETIME = 600_000  # milliseconds
_SEAL = 16
_DOCUMENTS = ", ".join(f"'{prefix}{role}'" for role in DOCUMENTS for prefix in ("", RESERVED))


@dataclass(frozen=True, slots=True)
class Page:
    """A page of events.

    Attributes:
        events: their numbers in the projection, in order.
        token: asks for the next page; None at the end.
        expires: of the token, milliseconds since 1970.
        before: milliseconds since 1970; of what was recorded before, all pages together leave nothing out.
    """

    events: tuple[int, ...]
    token: str | None
    expires: int
    before: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Behind which event a page begins, up to which number it looks, how many events came, and what is whole."""

    time: int
    id: int
    until: int
    served: int
    before: int


def read_page(
    connection: sqlite3.Connection,
    query: EventQuery,
    *,
    party: str | None,
    token: str | None,
    now: int,
    before: int = 0,
) -> Page:
    """Return a page of a query's events.

    Args:
        connection: a snapshot of the projection.
        query: what is asked.
        party: only events of this participant; None for those of all.
        token: of the page before; None for the first.
        now: milliseconds since 1970.
        before: when what the projection has not followed yet was recorded at the earliest.

    Raises:
        MalformedError: a token that is none of ours, of another query, or expired.
        TooLargeError: more events than `maxEventCount` allows.
    """
    key = bytes.fromhex(meta(connection, "key"))
    digest = _digest(query, party)
    place = _Place(*open_token(key, token, digest, now)) if token else None
    until = place.until if place else connection.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()[0]
    before = place.before if place else max(before, query.since)
    where, values = _where(query, party, until)
    if place is None and query.most is not None:
        _require_few(connection, where, values, query.most)
    served = place.served if place else 0
    size = query.page if query.limit is None else min(query.page, query.limit - served)
    rows = _rows(connection, query, place, where, values, size + 1)
    more = len(rows) > size and (query.limit is None or served + size < query.limit)
    rows = rows[:size]
    expires = now + LIFETIME
    end = [rows[-1][1], rows[-1][0], until, served + size, before] if more else None
    token = seal_token(key, end, digest, expires) if end else None
    return Page(tuple(id_ for id_, _ in rows), token, expires, before)


def read_words(
    connection: sqlite3.Connection, column: str, *, party: str | None, size: int, token: str | None, now: int
) -> tuple[list[str], str | None, int]:
    """Return which values a column has (`epc` for things), a page of them, its token and when that expires.

    Raises:
        MalformedError: a token that is none of ours, of another list, or expired.
    """
    key = bytes.fromhex(meta(connection, "key"))
    digest = sha256(f"{column}|{party}".encode()).hexdigest()[:32]
    (after,) = open_token(key, token, digest, now) if token else ("",)
    name, table = ("t.uri", "thing t JOIN event e ON e.id = t.event") if column == "epc" else (f"e.{column}", "event e")
    limits = " AND e.id IN (SELECT event FROM party WHERE uri = ?)" if party is not None else ""
    limits += f" AND t.role NOT IN ({_DOCUMENTS})" if column == "epc" else ""
    sql = f"SELECT DISTINCT {name} FROM {table} WHERE {name} > ?{limits} ORDER BY {name} LIMIT ?"  # noqa: S608
    rows = connection.execute(sql, (after, *([party] if party is not None else []), size + 1))
    found = [value for (value,) in rows]
    expires = now + LIFETIME
    more = len(found) > size
    return found[:size], (seal_token(key, [found[size - 1]], digest, expires) if more else None), expires


def _where(query: EventQuery, party: str | None, until: int) -> tuple[str, list[object]]:
    conditions = [each.sql for each in query.conditions]
    values: list[object] = [value for each in query.conditions for value in each.values]
    if party is not None:
        conditions.append("e.id IN (SELECT event FROM party WHERE uri = ?)")
        values.append(party)
    return " AND ".join([*conditions, "e.id <= ?"]), [*values, until]


def _rows(  # noqa: PLR0917 - a query and where it goes on
    connection: sqlite3.Connection,
    query: EventQuery,
    place: _Place | None,
    where: str,
    values: Sequence[object],
    most: int,
) -> list[tuple[int, int]]:
    sign, direction = (">", "ASC") if query.ascending else ("<", "DESC")
    behind = f" AND (e.{query.order}, e.id) {sign} (?, ?)" if place else ""
    sql = (
        f"SELECT e.id, e.{query.order} FROM event e WHERE {where}{behind} "  # noqa: S608 - own columns
        f"ORDER BY e.{query.order} {direction}, e.id {direction} LIMIT ?"
    )
    at = (place.time, place.id) if place else ()
    return list(connection.execute(sql, (*values, *at, most)))


def _require_few(connection: sqlite3.Connection, where: str, values: Sequence[object], most: int) -> None:
    sql = f"SELECT count(*) FROM (SELECT 1 FROM event e WHERE {where} LIMIT ?)"  # noqa: S608 - own columns
    (count,) = connection.execute(sql, (*values, most + 1)).fetchone()
    if count > most:
        todo = "Ask for less, or for pages."
        raise TooLargeError("query.maxEventCount", came=f"more than {most} events", expected="no more", todo=todo)


def _digest(query: EventQuery, party: str | None) -> str:
    return sha256(repr((query, party)).encode()).hexdigest()[:32]


def seal_token(key: bytes, place: Sequence[Any], digest: str, expires: int) -> str:
    """Return a token that holds where a page begins, of which question, and until when."""
    content = json.dumps([*place, digest, expires]).encode()
    return format_base64url(hmac.new(key, content, sha256).digest()[:_SEAL] + content)


def open_token(key: bytes, token: str, digest: str, now: int) -> list[Any]:
    """Return the place that `seal_token` sealed.

    Raises:
        MalformedError: a token that is none of ours, of another question, or expired.
    """
    expected = "the token of the page before, asked with the same query"
    try:
        raw = parse_base64url(token, "query.nextPageToken")
    except SuyuanError:
        raise MalformedError("query.nextPageToken", came=token[:80], expected=expected) from None
    seal, content = raw[:_SEAL], raw[_SEAL:]
    if not hmac.compare_digest(seal, hmac.new(key, content, sha256).digest()[:_SEAL]):
        raise MalformedError("query.nextPageToken", came=token[:80], expected=expected)
    *place, of, expires = list[Any](json.loads(content))
    if of != digest:
        raise MalformedError("query.nextPageToken", came="a token of another query", expected=expected)
    if expires <= now:
        todo = "Ask for the first page again."
        raise MalformedError("query.nextPageToken", came="an expired token", expected=expected, todo=todo)
    return place
