"""Natural keys of documents, and the handles that stand for them in public.

Order, waybill and list numbers are personal data together with what everybody can look up, so a subject never holds
one: whoever gives a number draws a handle of 128 random bits for it (docs/formats.md, section 3) and tells the
parties. A register of handles is private to its owner; `DrawnHandles` keeps one in memory.

Natural keys, after specification 202205: an order number is unique for its platform; a waybill number is not used
again by its carrier within six months; a list is known by customs' number, else by the declarant's own, else by the
e-port's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from verifier.errors import IncompleteError

HALF_YEAR = 183 * 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class OrderKey:
    """An order: the platform's code and its order number (ebpCode, orderNo).

    A waybill does not name the platform. There `platform` is None unless the sender adds it, and whoever holds the
    handle must know it by the number alone.
    """

    platform: str | None
    number: str


@dataclass(frozen=True, slots=True)
class ParcelKey:
    """A parcel: the carrier's code, its waybill number, and when (milliseconds): numbers come again."""

    carrier: str
    number: str
    time: int


@dataclass(frozen=True, slots=True)
class DeclarationKey:
    """A list: customs' number (invtNo), the declarant's (agentCode, copNo), the e-port's (preNo)."""

    agent: str
    customs_number: str | None = None
    own_number: str | None = None
    port_number: str | None = None


@dataclass(frozen=True, slots=True)
class SummaryKey:
    """A summary declaration: the declarant's code and its own number (agentCode, copNo), one for all its parts."""

    agent: str
    own_number: str


class Handles(Protocol):
    """Who knows the handles of numbers: draws one for a number of its own, looks up those of others.

    Each method returns a subject like `urn:suyuan:order:{32 hex}`, the same for the same thing. Each may raise
    `verifier.errors.IncompleteError` where nobody has told it the handle.
    """

    def order(self, key: OrderKey) -> str:
        """Return the handle of an order."""
        ...

    def parcel(self, key: ParcelKey) -> str:
        """Return the handle of a parcel."""
        ...

    def declaration(self, key: DeclarationKey) -> str:
        """Return the handle of a list."""
        ...

    def summary(self, key: SummaryKey) -> str:
        """Return the handle of a summary declaration."""
        ...


@dataclass(slots=True)
class DrawnHandles:
    """Handles kept in memory: one is drawn for every number that was not seen before.

    Attributes:
        random: source of random bytes.
    """

    random: Callable[[int], bytes]
    _orders: dict[str, dict[str | None, str]] = field(default_factory=dict)  # number, platform
    _parcels: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    _declarations: dict[tuple[str, ...], str] = field(default_factory=dict)
    _summaries: dict[SummaryKey, str] = field(default_factory=dict)

    def order(self, key: OrderKey) -> str:
        """Return the handle of an order; without platform, of the one order with this number.

        Raises:
            IncompleteError: no platform came, and several have an order of this number.
        """
        known = self._orders.setdefault(key.number, {})
        if key.platform is None and len(known) > 1:
            raise IncompleteError("platform", came="nothing", expected="the platform whose order number this is")
        if key.platform is None and known:
            return next(iter(known.values()))
        if key.platform not in known:
            known[key.platform] = known.pop(None, "") or self._draw("order")
        return known[key.platform]

    def parcel(self, key: ParcelKey) -> str:
        """Return the handle of a parcel; a new one where the number rested for half a year."""
        used, handle = self._parcels.get((key.carrier, key.number), (0, ""))
        if not handle or abs(key.time - used) >= HALF_YEAR:
            handle = self._draw("parcel")
        self._parcels[key.carrier, key.number] = (max(key.time, used), handle)
        return handle

    def declaration(self, key: DeclarationKey) -> str:
        """Return the handle of a list, by the first of its numbers that is known."""
        names = _names_of(key)
        known = (self._declarations[name] for name in names if name in self._declarations)
        handle = next(known, None) or self._draw("declaration")
        for name in names:
            self._declarations.setdefault(name, handle)
        return handle

    def summary(self, key: SummaryKey) -> str:
        """Return the handle of a summary declaration."""
        return self._summaries.setdefault(key, self._draw("summary"))

    def _draw(self, word: str) -> str:
        return f"urn:suyuan:{word}:{self.random(16).hex()}"


def _names_of(key: DeclarationKey) -> list[tuple[str, ...]]:
    """Return the numbers of a list that are there, the strongest first."""
    numbers = [
        ("customs", key.customs_number),
        ("own", key.own_number and f"{key.agent} {key.own_number}"),
        ("port", key.port_number),
    ]
    return [(kind, value) for kind, value in numbers if value]
