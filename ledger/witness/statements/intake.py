"""Is a ledger's intake open to others? Measured from outside, by what it answers and by what it logs."""

from __future__ import annotations

from collections.abc import Callable

from ledger.client.transport import Patience, Transport
from ledger.errors import UnreachableError

_OTHERS = 2  # leaves more between two looks: a statement and the seal over it; an idle ledger's seals come one by one


class IntakeWatch:
    """Looks at one ledger again and again."""

    def __init__(self, url: str, size: Callable[[], int]) -> None:
        """Look at the service below `url`; `size` returns the leaves of the newest checkpoint that was cosigned."""
        self._transport = Transport(url, timeout=5.0, patience=Patience(attempts=1))
        self._size = size
        self._seen = size()

    def __call__(self) -> bool:
        """Return whether it logs what others send, or answers and says that it is ready to.

        What it logs counts more than what it says: a ledger that tells one witness that it is not ready, and
        goes on, is open.
        """
        size = self._size()
        grew, self._seen = size - self._seen >= _OTHERS, size
        return grew or (self._answers("/healthz") and self._answers("/readyz"))

    def _answers(self, path: str) -> bool:
        try:
            return self._transport.get(path).status == 200
        except UnreachableError:
            return False
