"""Who may read what: there is no login yet, so what is reserved is open to everybody or to nobody."""

from __future__ import annotations

from ledger.errors import PrivateError


class Reads:
    """Which reads are open.

    Attributes:
        open: whether those reserved for agencies, witnesses, auditors and parties are open to everybody.
    """

    def __init__(self, *, open_: bool) -> None:
        """Open the reserved reads, or leave them closed."""
        self.open = open_

    def require(self, what: str) -> None:
        """Return if a reserved read is open.

        Raises:
            PrivateError: it is not.
        """
        if not self.open:
            expected = "an agency, witness, auditor or party"
            todo = "This server answers it to nobody: its operator has not set SUYUAN_OPEN_READS."
            raise PrivateError(what, came="anybody", expected=expected, todo=todo)

    def require_walk(self, walk: str) -> None:
        """Return if a walk is public or reserved reads are open; raise PrivateError if not."""
        if walk != "public":
            self.require("walk")
