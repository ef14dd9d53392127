"""Where participants' named queries are kept: beside the ledger, of which they are no part."""

from __future__ import annotations

from typing import Protocol

from ledger.errors import ConflictError
from verifier.errors import TooLargeError


class QueryRows(Protocol):
    """Texts under names, each its owner's alone. Any thread may use it. Each call raises BusyError where it cannot."""

    def add(self, owner: str, name: str, text: str, *, most: int) -> None:
        """Keep a text; durable, and seen by every process, when it returns.

        Args:
            owner: whose it is.
            name: under which.
            text: as it is given back.
            most: how many its owner may have.

        Raises:
            ConflictError: its owner has one of this name.
            TooLargeError: its owner has too many.
        """
        ...

    def names(self, owner: str) -> list[str]:
        """Return the names of an owner's texts, sorted by their bytes."""
        ...

    def find(self, owner: str, name: str) -> str | None:
        """Return a text, None where its owner has none of this name."""
        ...

    def delete(self, owner: str, name: str) -> bool:
        """Forget a text; return whether there was one."""
        ...

    def close(self) -> None:
        """Ask nothing more."""
        ...


def require_room(name: str, *, count: int, same: int, most: int) -> None:
    """Return if an owner who has so many, and so many of this name, may have one more.

    Raises:
        ConflictError, TooLargeError: as `QueryRows.add`.
    """
    if same:
        raise ConflictError("name", came=name, expected="a name that is not taken", todo="Delete it first.")
    if count >= most:
        raise TooLargeError("queries", came=f"{count}", expected=f"at most {most}", todo="Delete one.")
