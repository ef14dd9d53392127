"""The register: which handle stands for which number. Private to the gateway, in its file.

A number is known by its *form* (`order`, `parcel`, `declaration`, `summary`), a *code* that makes it unique (platform,
carrier, whose number it is) and itself. A waybill does not name the platform: there the number alone must do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ledger.readers.ceb.keys import HALF_YEAR, DeclarationKey, OrderKey, ParcelKey, SummaryKey
from verifier.errors import IncompleteError
from verifier.primitives.quick import maker_of


@dataclass(frozen=True, slots=True)
class Number:
    """A number that somebody gave to something.

    Attributes:
        form: of the handle: `order`, `parcel`, `declaration` or `summary`.
        code: what makes it unique; empty where the sender could not say it.
        number: itself.
        time: when it was used, milliseconds since 1970; numbers of parcels come again after half a year. Else 0.
    """

    form: str
    code: str
    number: str
    time: int = 0


make_number = maker_of(Number)  # the same, quickly


@dataclass(frozen=True, slots=True)
class Known:
    """A handle that is kept.

    Attributes:
        handle: `urn:suyuan:…`.
        item: that opens it here; None where it was opened elsewhere.
    """

    handle: str
    item: int | None


_make_known = maker_of(Known)


class Register:
    """Finds and keeps handles over the gateway's connection, within its holder's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read and write over a connection."""
        self._connection = connection

    def find(self, number: Number) -> Known | None:
        """Return the handle of a number, None where nobody has told it.

        Raises:
            IncompleteError: the code is not known, and several have this number.
        """
        sql = "SELECT code, time, handle, item FROM handle WHERE form = ? AND number = ?"
        rows = self._connection.execute(sql, (number.form, number.number)).fetchall()
        if not rows:
            return None
        if number.form == "parcel":
            near = [row for row in rows if row[0] == number.code and abs(row[1] - number.time) < HALF_YEAR]
            return Known(*min(near, key=lambda row: abs(row[1] - number.time))[2:]) if near else None
        known = {code: _make_known(handle, item) for code, _, handle, item in rows}
        if not number.code:
            if len({each.handle for each in known.values()}) > 1:
                raise IncompleteError("platform", came="nothing", expected="the platform whose order number this is")
            return next(iter(known.values()))
        return known.get(number.code) or known.get("")

    def keep(self, numbers: Iterable[Number], handle: str, *, item: int | None, event: bytes | None) -> None:
        """Keep the handle of numbers: with the item that opens it here, or the event that opened it elsewhere."""
        rows = [(each.form, each.code, each.number, each.time, handle, item, event) for each in numbers]
        sql = (
            "INSERT OR IGNORE INTO handle (form, code, number, time, handle, item, event) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        self._connection.executemany(sql, rows)

    def learn(self, numbers: Sequence[Number]) -> list[Number]:
        """Keep the other numbers of what is known by one of them; return those that nobody had told."""
        found = [self.find(each) for each in numbers]
        told = next((each for each in found if each), None)
        new = [number for number, known in zip(numbers, found, strict=True) if known is None]
        if told is None or not new:
            return []
        self.keep(new, told.handle, item=None, event=None)
        return new

    def opener(self, handle_names: Iterable[str]) -> set[int]:
        """Return the items that open handles here and are not recorded yet."""
        sql = (
            "SELECT i.seq FROM handle h JOIN item i ON i.seq = h.item "
            "WHERE h.handle = ? AND i.state NOT IN ('recorded', 'parked')"
        )
        return {seq for name in handle_names for (seq,) in self._connection.execute(sql, (name,))}


class ByNumbers:
    """What all have in common that know handles by numbers; implements `ledger.readers.ceb.keys.Handles`."""

    __slots__ = ()

    def order(self, key: OrderKey) -> str:
        """Return the handle of an order."""
        return self.of([make_number("order", key.platform or "", key.number)])

    def parcel(self, key: ParcelKey) -> str:
        """Return the handle of a parcel."""
        return self.of([make_number("parcel", key.carrier, key.number, key.time)])

    def declaration(self, key: DeclarationKey) -> str:
        """Return the handle of a list, by the first of its numbers that is known."""
        return self.of(numbers_of_declaration(key.agent, key.customs_number, key.own_number, key.port_number))

    def summary(self, key: SummaryKey) -> str:
        """Return the handle of a summary declaration."""
        return self.of([Number("summary", f"own {key.agent}", key.own_number)])

    def of(self, numbers: list[Number]) -> str:
        """Return the handle of what has these numbers, the strongest first."""
        raise NotImplementedError


@dataclass(slots=True)
class DocumentHandles(ByNumbers):
    """The handles that one document asks for: known ones, and one drawn for each number that nobody has told.

    Attributes:
        register: where handles are looked up; nothing is kept there before the document has become an event.
        random: source of random bytes.
        drawn: the numbers that each new handle stands for.
        known: the item that opens each other handle here; None where none does, or nobody knows here.
    """

    register: Register
    random: Callable[[int], bytes]
    drawn: dict[str, list[Number]] = field(default_factory=dict)
    known: dict[str, int | None] = field(default_factory=dict)

    def of(self, numbers: list[Number], *, drawn: str | None = None) -> str:
        """Return the handle of something, by the first of its numbers that is known, else a new one, or `drawn`."""
        for each in numbers:
            if told := self.register.find(each):
                self.known[told.handle] = told.item
                return told.handle
        for handle, stands_for in self.drawn.items():
            if not set(stands_for).isdisjoint(numbers):
                return handle
        drawn = drawn or draw_handle(numbers, self.random)
        self.drawn[drawn] = numbers
        return drawn


def draw_handle(numbers: Sequence[Number], random: Callable[[int], bytes]) -> str:
    """Return a new handle for what has these numbers."""
    return f"urn:suyuan:{numbers[0].form}:{random(16).hex()}"


def numbers_of_declaration(agent: str, customs: str | None, own: str | None, port: str | None) -> list[Number]:
    """Return the numbers of a list that are there, the strongest first."""
    named = [("customs", customs), (f"own {agent}", own), ("port", port)]
    return [make_number("declaration", code, number) for code, number in named if number]
