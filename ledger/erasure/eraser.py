"""The eraser: once a quorum checkpoint covers a complete order, never before, it takes out what that is about.

It belongs to the one writer: it runs before a ledger serves, and whenever a newer checkpoint has its quorum. It looks
at what is there, not at what it did before, so a crash anywhere, or an older copy of the database, is finished or
done again at the next start. What readers at an older snapshot keep from being cut off is tried again at each turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.admission.candidate import Candidate
from ledger.erasure.plan import attachments_by, erased_body, plan_deletion
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
        self._waiting = _Waiting(None, 0, {})
        self._size = 0
        self._has_erased = bool(store.reader().erasures())
        self._unscoured = self._has_erased  # a crash may have come before

    @property
    def pending(self) -> bool:
        """Return whether a copy of what was taken out may still lie in the write-ahead log."""
        return self._unscoured

    def require_not_erased(self, candidate: Candidate, registry: Registry, leaf: int, reader: Reader) -> None:
        """Refuse what would bring back what an order takes out, though it be said as another event.

        From the leaf on at which the order is in force, carried out or not: bytes that come again while it waits for
        its quorum would be named by an event that the order is not about, and so outlast it.

        Args:
            candidate: what is to be recorded.
            registry: what holds before the leaf.
            leaf: where it would stand.
            reader: of the same state.

        Raises:
            NotPermittedError: the same body (no two that are composed anew are: each is salted), or an attachment
                with the same bytes.
        """
        waiting = self._waiting_for(registry, reader)
        for place, event in enumerate(candidate.events):
            order = self._bodies.get(event.head.body) or waiting.order_of(event.head.body, leaf)
            if order is not None:
                raise _refusal(f"events[{place}].body", order)
        for digest in candidate.attachments:
            order = waiting.order_of(digest, leaf)
            if order is None and self._has_erased and reader.is_attachment_erased(digest):
                order = _order_that_took(digest, reader)
            if order is not None:
                raise _refusal("attachments", order)

    def _waiting_for(self, registry: Registry, reader: Reader) -> _Waiting:
        """Return what orders that are not carried out yet are about; looked up once for each state of the registry."""
        known, done = self._waiting, len(self._done)
        if known.registry is not registry or known.done != done:
            orders = [each for each in registry.erasures if each.event not in self._done]
            known = self._waiting = _Waiting(registry, done, _hashes(orders, reader, registry))
        return known

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
            count += self._erase(orders[start : start + _AT_ONCE], registry)
        return count

    def _erase(self, orders: Sequence[Erasure], registry: Registry) -> int:
        reader = self._store.reader()
        planned = [each for order in orders if (each := plan_deletion(order, reader, registry))]
        if planned:
            reach("erase-before-commit")
            self._has_erased = self._unscoured = True
            self._store.erase(planned, self._clock(), attachments_by(registry))
            reach("erase-after-commit")
        self._done.update(each.event for each in orders)
        self._bodies |= {hashed: each.event for each in orders if (hashed := erased_body(each, reader))}
        return len(planned)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Bodies and attachments that orders in force will take out.

    Attributes:
        registry: that has the orders.
        done: how many orders had been carried out when it was asked.
        orders: by hash, each order with the first leaf at which it is in force.
    """

    registry: Registry | None
    done: int
    orders: Mapping[bytes, Sequence[tuple[int, bytes]]]

    def order_of(self, hashed: bytes, leaf: int) -> bytes | None:
        """Return the order in force at a leaf that is about these bytes, None if there is none."""
        return next((order for since, order in self.orders.get(hashed, ()) if since <= leaf), None)


def _hashes(orders: Sequence[Erasure], reader: Reader, registry: Registry) -> dict[bytes, list[tuple[int, bytes]]]:
    found: dict[bytes, list[tuple[int, bytes]]] = {}
    for order in sorted(orders, key=lambda each: each.since):
        planned, body = plan_deletion(order, reader, registry), erased_body(order, reader)
        for hashed in (*(planned.attachments if planned else ()), *([body] if body else ())):
            found.setdefault(hashed, []).append((order.since, order.event))
    return found


def _order_that_took(digest: bytes, reader: Reader) -> bytes:
    """Return the order that took an attachment out; of several the first that was written down."""
    taken = (each.deletion for each in reader.erasures() if digest in each.deletion.attachments)
    return next((each.order for each in taken), b"")


def _refusal(field: str, order: bytes) -> NotPermittedError:
    todo = "Leave it out: an order in force says that it is not kept here."
    came, expected = f"what {order.hex()} erases", "nothing that was erased by order"
    return NotPermittedError(field, came=came, expected=expected, todo=todo)
