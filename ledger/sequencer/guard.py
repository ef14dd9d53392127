"""The guard: what this ledger has committed to, kept apart from the database and its backups.

A restored backup, or a second machine, would sign another root for a size that was signed already. So
before a signature over (size, root) leaves, both are durable here; at start the ledger must extend what
stands here, or it stays read-only.

A guard is a file (`guard_file`), or an object in storage outside the database's failover domain that every
candidate for writing shares (`guard_object`).
"""

from __future__ import annotations

from typing import Protocol

from ledger.errors import StoppedError

Committed = tuple[int, bytes]  # size, root


class Guard(Protocol):
    """The newest (size, root) that may have left. One ledger at a time has it."""

    @property
    def name(self) -> str:
        """Return where it is, for people."""
        ...

    @property
    def newest(self) -> Committed | None:
        """Return the newest (size, root), None for a new guard."""
        ...

    def record(self, size: int, root: bytes) -> None:
        """Make (size, root) durable; only then may a signature over them leave.

        Raises:
            StoppedError: another root for this size or a smaller size, another ledger has the guard now,
                or it cannot be written.
        """
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def require_extension(newest: Committed | None, size: int, root: bytes, where: str) -> None:
    """Refuse to commit to less than, or to something else than, what stands in a guard.

    Raises:
        StoppedError: another root for this size, or a smaller size.
    """
    if newest and (size < newest[0] or (size == newest[0] and root != newest[1])):
        raise StoppedError(where, came=f"size {size}", expected=f"an extension of size {newest[0]}")
