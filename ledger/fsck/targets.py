"""Where derived tables are written anew: one transaction of the engine's one writer."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Target(Protocol):
    """The derived tables of a database that nobody else writes to."""

    def writing(self) -> AbstractContextManager[None]:
        """Return one transaction: whatever raises within leaves the tables as they were."""
        ...

    def replace(self, table: str, columns: int, rows: Iterable[tuple[Any, ...]]) -> int:
        """Put these rows in place of a table's; return how many."""
        ...

    def finish(self, upto: int) -> None:
        """Write what belongs to the engine alone; names of events before number `upto` are looked up in the table."""
        ...

    def leaves(self) -> list[tuple[bytes, bytes]]:
        """Return every key and leaf hash as they now are, by key."""
        ...
