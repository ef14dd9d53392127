"""The tables as they lie on disk: read-only, in one snapshot, and without believing that a column holds what it should.

Text comes as bytes and is decoded strictly here, so that a flipped bit is a damage and not an exception of the driver.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from ledger.fsck.damage import Damages

COLUMNS: dict[str, tuple[str, ...]] = {
    "statement": ("leaf", "entry", "identity", "kid", "first", "count", "seq"),
    "seal": ("leaf", "entry", "first", "time"),
    "participant": ("id", "uri"),
    "event": ("seq", "leaf", "position", "id", "issuer", "head", "body"),
    "event_lookup": ("lookup", "seq"),
    "registry_event": ("seq",),
    "disclosure": ("seq", "pointer", "text"),
    "attachment": ("sha256", "content"),
    "history_key": ("key", "id", "count", "frontier", "leaf", "owner", "guarded", "custodian"),
    "history": ("key_id", "n", "seq"),
    "counter": ("name", "amount"),
    "checkpoint": ("size", "note", "receipt_header", "receipt_signature", "quorum"),
    "cosignature": ("size", "line"),
    "meta": ("name", "value"),
}
_ORDER = {
    "disclosure": "seq, pointer",
    "history": "key_id, n",
    "cosignature": "size, line",
    "event_lookup": "lookup, seq",
}


class UnreadableError(Exception):
    """The database could not be read on: a damaged page, or a server that is gone."""


class Rows(ABC):
    """One snapshot of a database, on any engine. Text comes as bytes."""

    lags = False  # whether names of the newest events are not looked up in the table yet
    pages_unchecked: str | None = None  # the key of why `check` did not look at pages and indexes; None where it did

    @abstractmethod
    def all(self, table: str, *, order: str = "") -> Iterator[tuple[Any, ...]]:
        """Yield every row of a table, by its key."""

    @abstractmethod
    def between(self, table: str, column: str, low: int, high: int) -> list[tuple[Any, ...]]:
        """Return the rows whose number in a column is from `low` to before `high`, by that column."""

    @abstractmethod
    def where(self, table: str, column: str, value: object) -> list[tuple[Any, ...]]:
        """Return the rows with a value in a column."""

    @abstractmethod
    def check(self, damages: Damages) -> bool:
        """Look whether the tables are there and hang together; return whether they can be read."""

    @abstractmethod
    def check_beside(self, damages: Damages) -> None:
        """Check the tables that only this engine has."""


def order_of(table: str) -> str:
    """Return what a table's rows are sorted by: its key."""
    return _ORDER.get(table, COLUMNS[table][0])


def text_of(value: Any) -> str | None:
    """Return a text column's value; None where it is no text, or no UTF-8."""
    if not isinstance(value, bytes):
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
