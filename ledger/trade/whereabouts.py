"""Where an item is, as far as the ledger was told: by heads of its own trace and of the parcels it was put into."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from verifier.ledgerformat.head import Head

Where: TypeAlias = Literal["stock", "away", "held", "delivered", "returning", "returned"]
WHERES: tuple[Where, ...] = ("stock", "away", "held", "delivered", "returning", "returned")
"""In stock; in a parcel on its way; that parcel held or seized; delivered; asked to be returned; come back."""

_PACKED, _UNPACKED = "transport.packing", "transport.unpacking"
_DELIVERED = frozenset({"delivery.signed", "delivery.pick-up"})
_RETURNS = frozenset({"aftersales.return", "aftersales.export-return"})
_CLOSED = "aftersales.return-closed"
_HELD, _LIFTED = frozenset({"clearance.hold", "clearance.seizure"}), "clearance.hold-lifted"

Told: TypeAlias = tuple[Head, Callable[[], "bytes | None"]]
"""An event's head, and how to get its body, where that is asked for."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a parcel, unit or order says of whatever is in it.

    Attributes:
        delivered: head of its first delivery, None where it was not delivered.
        held: whether it is held, or was seized.
        follows: subject names of what it goes on at.
    """

    delivered: Head | None
    held: bool
    follows: tuple[bytes, ...]


@dataclass(slots=True)
class Whereabouts:
    """Finds items; what parcels say is kept, since many items share them.

    Attributes:
        heads_of: the heads of a trace by subject name, in log order.
        place_of: where in the log an event stands, by its head: leaf and position.
    """

    heads_of: Callable[[bytes], Sequence[Head]]
    place_of: Callable[[Head], tuple[int, int]]
    _parcels: dict[bytes, Parcel] = field(default_factory=dict)

    def of(self, trace: Iterable[Told]) -> Where:
        """Return where an item is, from the events of its trace in log order."""
        where: Where = "stock"
        inside: tuple[bytes, ...] = ()
        for head, body in trace:
            type_ = head.type
            if type_ == _PACKED:
                where, inside = "away", tuple(name for _, name in head.follows)
            elif type_ == _UNPACKED:
                where, inside = (self._taken_out(head, inside) if where == "away" else where), ()
            elif type_ in _DELIVERED:
                where = "delivered"
            elif type_ in _RETURNS:
                where = "returning"
            elif type_ == _CLOSED:
                where = "returned" if _came_back(body()) else "delivered"
        return self._on_the_way(inside) if where == "away" else where

    def _taken_out(self, out: Head, inside: tuple[bytes, ...]) -> Where:
        """Return what becomes of an item that is taken out: in stock, if that came before its parcel's delivery."""
        delivered = [each.delivered for each in map(self._parcel, inside) if each.delivered]
        return "delivered" if any(self.place_of(each) < self.place_of(out) for each in delivered) else "stock"

    def _on_the_way(self, inside: tuple[bytes, ...]) -> Where:
        """Return what became of an item that was put into a parcel and not taken out of it."""
        parcels = [self._parcel(name) for name in inside]
        if any(each.delivered for each in parcels):
            return "delivered"
        beyond = {name for each in parcels for name in each.follows}.difference(inside)
        return "held" if any(each.held for each in (*parcels, *map(self._parcel, beyond))) else "away"

    def _parcel(self, name: bytes) -> Parcel:
        if name not in self._parcels:
            heads = self.heads_of(name)
            delivered = next((each for each in heads if each.type in _DELIVERED), None)
            held = [each.type for each in heads if each.type in _HELD or each.type == _LIFTED]
            follows = {other for each in heads for _, other in each.follows}
            self._parcels[name] = Parcel(delivered, bool(held) and held[-1] != _LIFTED, tuple(follows))
        return self._parcels[name]


def _came_back(body: bytes | None) -> bool:
    """Return whether a closed return says that the item came back; one whose body was erased may have."""
    return body is None or json.loads(body)["data"].get("outcome") == "returned"
