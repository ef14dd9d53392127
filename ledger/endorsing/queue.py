"""The agency's side of its inbox, page by page, filtered. The server's word: nothing is signed by it alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
        leaf: of its statement.
        time: ledger time, milliseconds since 1970.
        deadline: by when an answer is asked for, None where nothing says.
        outcome: what the policies make of it so far.
        policies: which ask; none for a request for assistance.
        subjects: in clear, where the service names them.
    """

    name: bytes
    type: str
    leaf: int
    time: int
    deadline: int | None
    outcome: str
    policies: tuple[str, ...]
    subjects: tuple[str, ...]

    def is_overdue(self, now: int) -> bool:
        """Return whether its deadline has passed; `now` in milliseconds since 1970."""
        return self.deadline is not None and self.deadline <= now


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
    label, after = label_of(agency), None
    while True:
        page = client.inbox(label, after=after, limit=_PAGE)
        items = page.get("items")
        if not isinstance(items, list):
            raise MalformedError("inbox.items", came=type(items).__name__, expected="a list")
        for each in items:
            item = _item(each)
            if not types or matches_any(tuple(types), item.type):
                yield item
        after = page.get("next")
        if after is None:
            return


def _item(value: Any) -> Item:
    if not isinstance(value, dict):
        raise MalformedError("inbox.items", came=type(value).__name__, expected="objects")
    deadline, time, leaf = value.get("deadline"), value.get("ledgerTime"), value.get("leaf")
    if not isinstance(time, int) or not isinstance(leaf, int) or not isinstance(deadline, int | None):
        raise MalformedError("inbox.items", came=value, expected="leaf, and times in milliseconds")
    return Item(
        name=parse_hash_hex(str(value.get("name")), "inbox.items.name"),
        type=str(value.get("type")),
        leaf=leaf,
        time=time,
        deadline=deadline,
        outcome=str(value.get("outcome")),
        policies=_texts(value.get("policies")),
        subjects=_texts(value.get("subjects")),
    )


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise MalformedError("inbox.items", came=value, expected="lists of texts")
    return tuple(value)
