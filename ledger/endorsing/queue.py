"""The agency's side of its inbox, page by page, filtered. The server's word: nothing is signed by it alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.client.client import LedgerClient
from verifier.errors import MalformedError
from verifier.ledgerformat.vocabulary import matches_any
from verifier.primitives.base64strict import parse_hash_hex

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """What awaits the agency, as the service says it.

    Attributes:
        name: of the event, 32 bytes.
        type: its type's name.
        issuer: URI of whose event it is.
        issuer_names: its names by language; empty where the service does not say.
        leaf: of its statement.
        position: in its statement.
        time: ledger time, milliseconds since 1970.
        deadline: by when an answer is asked for, None where nothing says.
        outcome: what the policies make of it so far.
        policies: which ask; none for a request for assistance.
        subjects: in clear, where the service names them.
    """

    name: bytes
    type: str
    issuer: str
    issuer_names: Mapping[str, str]
    leaf: int
    position: int
    time: int
    deadline: int | None
    outcome: str
    policies: tuple[str, ...]
    subjects: tuple[str, ...]

    def is_overdue(self, now: int) -> bool:
        """Return whether its deadline has passed; `now` in milliseconds since 1970."""
        return self.deadline is not None and self.deadline <= now


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an inbox: its items, how many await in all, and the place that the next page begins after."""

    items: tuple[Item, ...]
    total: int
    next: str | None


def label_of(agency: str) -> str:
    """Return the label of an agency's URI; raise MalformedError where it is none."""
    prefix, label = "urn:suyuan:agency:", agency.removeprefix("urn:suyuan:agency:")
    if not agency.startswith(prefix) or not label:
        raise MalformedError("agency", came=agency, expected=f"{prefix}…")
    return label


def read_inbox(client: LedgerClient, agency: str, *, types: Sequence[str] = ()) -> Iterator[Item]:
    """Yield what awaits an agency, oldest first, of types that match a pattern (all where none is given).

    Raises:
        PrivateError: it is not open to whoever asks.
        MalformedError: an answer of another shape.
    """
    after = None
    while True:
        page = read_page(client, agency, after=after, limit=_PAGE)
        yield from (each for each in page.items if not types or matches_any(tuple(types), each.type))
        after = page.next
        if after is None:
            return


def read_page(
    client: LedgerClient, agency: str, *, after: str | None = None, limit: int = _PAGE, types: Sequence[str] = ()
) -> Page:
    """Return a page of what awaits an agency, oldest first, of types that match a pattern.

    Args:
        client: asks, signed.
        agency: its URI.
        after: the `next` of the page before; None for the first.
        limit: most items.
        types: patterns; all types where none is given.

    Raises:
        PrivateError: it is not open to whoever asks.
        MalformedError: an answer of another shape.
    """
    label, found = label_of(agency), list[Item]()
    while True:
        answer = client.inbox(label, after=after, limit=_PAGE if types else limit)
        items, total = answer.get("items"), answer.get("total")
        if not isinstance(items, list) or not isinstance(total, int):
            raise MalformedError("inbox.items", came=type(items).__name__, expected="a list, and a total")
        found += [each for each in map(_item, items) if not types or matches_any(tuple(types), each.type)]
        after = answer.get("next")
        if len(found) > limit:
            last = found[limit - 1]
            return Page(tuple(found[:limit]), total, f"{last.leaf}.{last.position}")
        if after is None or not types:
            return Page(tuple(found), total, after)


def _item(value: Any) -> Item:
    if not isinstance(value, dict):
        raise MalformedError("inbox.items", came=type(value).__name__, expected="objects")
    deadline, issuer = value.get("deadline"), value.get("issuer")
    names = issuer.get("names") if isinstance(issuer, dict) else None
    return Item(
        name=parse_hash_hex(str(value.get("name")), "inbox.items.name"),
        type=str(value.get("type")),
        issuer=str(issuer.get("uri", "")) if isinstance(issuer, dict) else "",
        issuer_names={str(lang): str(name) for lang, name in names.items()} if isinstance(names, dict) else {},
        leaf=_number(value, "leaf"),
        position=_number(value, "position"),
        time=_number(value, "ledgerTime"),
        deadline=None if deadline is None else _number(value, "deadline"),
        outcome=str(value.get("outcome")),
        policies=_texts(value.get("policies")),
        subjects=_texts(value.get("subjects")),
    )


def _number(value: Mapping[str, Any], member: str) -> int:
    number = value.get(member)
    if not isinstance(number, int):
        raise MalformedError(f"inbox.items.{member}", came=type(number).__name__, expected="a number")
    return number


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise MalformedError("inbox.items", came=value, expected="lists of texts")
    return tuple(value)
