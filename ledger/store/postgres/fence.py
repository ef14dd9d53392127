"""The fence: whether this process may still write. Asked first in every transaction that writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from psycopg import Cursor


class Fence(Protocol):
    """Whoever leads, says so within the transaction: what the database answers holds until that is committed."""

    def hold(self, cursor: Cursor[Any]) -> None:
        """Return if this process leads, and keep everybody else from leading until the transaction ends.

        Args:
            cursor: inside a transaction that has written nothing yet.

        Raises:
            StoppedError: it leads no longer; nothing may be written.
        """
        ...
