"""Named queries: what a participant keeps under a name of its own. Nothing is derived from them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from ledger.epcis.query import parse_query
from ledger.errors import UnknownError
from ledger.store.queries import QueryRows
from verifier.errors import MalformedError

MOST = 100  # of one participant
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
Given = Mapping[str, Sequence[str]]


class NamedQueries:
    """Named queries by their owner; any thread may ask."""

    def __init__(self, rows: QueryRows) -> None:
        """Keep them where the store keeps such rows."""
        self._rows = rows

    def add(self, owner: str, name: str, given: Given) -> None:
        """Keep a query.

        Raises:
            MalformedError: the name or the query.
            ConflictError: its owner has one of this name.
            TooLargeError: its owner has too many.
        """
        if not _NAME.fullmatch(name):
            raise MalformedError("name", came=name[:80], expected="1 to 64 letters, digits, - or _")
        parse_query(given)
        self._rows.add(owner, name, json.dumps(dict(given)), most=MOST)

    def names(self, owner: str) -> list[str]:
        """Return the names of a participant's queries, sorted."""
        return self._rows.names(owner)

    def find(self, owner: str, name: str) -> dict[str, list[str]]:
        """Return a query; raise UnknownError where its owner has none of this name."""
        text = self._rows.find(owner, name)
        if text is None:
            raise _unknown(name)
        found: dict[str, list[str]] = json.loads(text)
        return found

    def delete(self, owner: str, name: str) -> None:
        """Forget a query; raise UnknownError where its owner has none of this name."""
        if not self._rows.delete(owner, name):
            raise _unknown(name)


def _unknown(name: str) -> UnknownError:
    return UnknownError("queryName", came=name, expected="the name of a query of yours")
