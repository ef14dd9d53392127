"""The eraser: once a quorum checkpoint covers a complete order, never before, it takes out what that is about.

It belongs to the one writer: it runs before a ledger serves, and whenever a newer checkpoint has its quorum. It looks
at what is there, not at what it did before, so a crash anywhere, or an older copy of the database, is finished or
done again at the next start. What readers at an older snapshot keep from being cut off is tried again at each turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ledger.admission.candidate import Candidate
from ledger.erasure.plan import erased_body, plan_deletion
from ledger.failpoints import reach
from ledger.store.interface import Reader, WriteStore
from verifier.errors import NotPermittedError
from verifier.judgement.acts import Erasure
from verifier.judgement.registry import Registry

_AT_ONCE = 256  # orders of one transaction


class Eraser:
    """Takes out what orders are about."""

    def __init__(self, store: WriteStore, clock: Callable[[], int]) -> None:
        """Erase in a store; `clock` in milliseconds since 1970."""
        self._store = store
        self._clock = clock
        self._done: set[bytes] = set()
        self._bodies: dict[bytes, bytes] = {}
        self._size = 0
        self._unscoured = bool(store.reader().erasures())  # a crash may have come before

    @property
    def pending(self) -> bool:
        """Return whether a copy of what was taken out may still lie in the write-ahead log."""
        return self._unscoured

    def require_not_erased(self, candidate: Candidate, reader: Reader) -> None:
        """Refuse what would bring back what an order took out, though it be said as another event.

        Raises:
            NotPermittedError: the same body (no two that are composed anew are: each is salted), or an attachment
                with the same bytes.
        """
        for place, event in enumerate(candidate.events):
            order = self._bodies.get(event.head.body)
            if order is not None:
                raise _refusal(f"events[{place}].body", f"what {order.hex()} erased")
        for digest in candidate.attachments:
            if reader.is_attachment_erased(digest):
                raise _refusal("attachments", f"{digest.hex()}, which was erased")

    def turn(self, registry: Registry, size: int) -> int:
        """Take out what the orders that a quorum checkpoint covers are about; return how many were carried out.

        Args:
            registry: as of `size` or later.
            size: of the newest checkpoint with a quorum, 0 for none.

        Raises:
            StoppedError: the database could not write.
        """
        count = self._erase_covered(registry, size) if size > self._size else 0
        self._size = max(self._size, size)
        if self._unscoured and self._store.scour():
            reach("erase-scoured")
            self._unscoured = False
        return count

    def _erase_covered(self, registry: Registry, size: int) -> int:
        orders = [each for each in registry.erasures_at(size) if each.event not in self._done]
        orders.sort(key=lambda each: (each.since, each.event))
        count = 0
        for start in range(0, len(orders), _AT_ONCE):
            count += self._erase(orders[start : start + _AT_ONCE])
        return count

    def _erase(self, orders: Sequence[Erasure]) -> int:
        reader = self._store.reader()
        planned = [each for order in orders if (each := plan_deletion(order, reader))]
        if planned:
            reach("erase-before-commit")
            self._unscoured = True
            self._store.erase(planned, self._clock())
            reach("erase-after-commit")
        self._done.update(each.event for each in orders)
        self._bodies |= {hashed: each.event for each in orders if (hashed := erased_body(each, reader))}
        return len(planned)


def _refusal(field: str, came: str) -> NotPermittedError:
    todo = "Leave it out: an order in force says that it is not kept here."
    return NotPermittedError(field, came=came, expected="nothing that was erased by order", todo=todo)
