"""Custody: every departure has an arrival; gaps, dwell times, and excursions of what sensors saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

DEPARTED, ARRIVED = "transport.departed", "transport.arrived"
DEPARTED_AGAIN, NEVER_DEPARTED = "departed-again", "arrived-without-departure"
ANOTHER_RECIPIENT, MOVED_UNSEEN, BACKWARDS = "another-recipient", "moved-unseen", "arrived-before-departed"


@dataclass(frozen=True, slots=True)
class Movement:
    """A departure or an arrival of one subject.

    Attributes:
        name: of the event, 32 bytes.
        type: DEPARTED or ARRIVED.
        time: claimed, milliseconds since 1970.
        place: where.
        by: URI of who says it.
        to: URI of who is to receive it, of a departure; None where it does not say.
    """

    name: bytes
    type: str
    time: int
    place: str
    by: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Where the story of custody does not hold.

    Attributes:
        code: one of this module's.
        event: the movement at which it shows, 32 bytes.
        before: the movement before it; None if it is the first.
    """

    code: str
    event: bytes
    before: bytes | None


@dataclass(frozen=True, slots=True)
class Stay:
    """Time between two movements, milliseconds: at `place`, or on the way to it where it was `underway`."""

    place: str
    start: int
    end: int
    underway: bool

    @property
    def duration(self) -> int:
        """Return its milliseconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Custody:
    """The story of custody.

    Attributes:
        gaps: in order.
        stays: legs and dwell times, in order; none across a gap of its order.
        underway: the departure that no arrival has answered yet, 32 bytes; None where there is none.
    """

    gaps: tuple[Gap, ...]
    stays: tuple[Stay, ...]
    underway: bytes | None


def follow_custody(movements: Sequence[Movement]) -> Custody:
    """Return what movements tell of custody.

    Args:
        movements: of one subject, in log order: as they were said, so that nobody can put one in between.
    """
    gaps: list[Gap] = []
    stays: list[Stay] = []
    last: Movement | None = None
    for each in movements:
        codes = _codes(last, each)
        gaps += [Gap(code, each.name, last.name if last else None) for code in codes]
        if last and last.type != each.type and BACKWARDS not in codes:
            stays.append(Stay(each.place, last.time, each.time, underway=each.type == ARRIVED))
        last = each
    return Custody(tuple(gaps), tuple(stays), last.name if last and last.type == DEPARTED else None)


def _codes(last: Movement | None, now: Movement) -> list[str]:
    codes = []
    if now.type == ARRIVED:
        if last is None or last.type == ARRIVED:
            codes.append(NEVER_DEPARTED)
        elif last.to is not None and last.to != now.by:
            codes.append(ANOTHER_RECIPIENT)
    elif last is not None and last.type == DEPARTED:
        codes.append(DEPARTED_AGAIN)
    elif last is not None and last.place != now.place:
        codes.append(MOVED_UNSEEN)
    if last is not None and now.time < last.time:
        codes.append(BACKWARDS)
    return codes


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sensor reports: the lowest and the highest value of one measure.

    Attributes:
        name: of the event, 32 bytes.
        measure: like `temperature`.
        unit: as stated; bounds are of the same.
        lowest: value.
        highest: value.
        excursion: whether the reporter itself calls it one.
    """

    name: bytes
    measure: str
    unit: str
    lowest: Decimal
    highest: Decimal
    excursion: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a measure may be; None where there is no bound."""

    measure: str
    unit: str
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Excursion:
    """A reading outside its bounds, or one that its reporter calls an excursion.

    Attributes:
        event: 32 bytes.
        below: by how much, zero if not.
        above: by how much, zero if not.
        reported: whether the reporter says so; what only the reporter says has both at zero.
    """

    event: bytes
    below: Decimal
    above: Decimal
    reported: bool


def find_excursions(readings: Iterable[Reading], bounds: Sequence[Bounds]) -> tuple[Excursion, ...]:
    """Return the readings that are out of bounds; a reading of another unit is only judged by its reporter's word."""
    found = []
    for each in readings:
        mine = [one for one in bounds if (one.measure, one.unit) == (each.measure, each.unit)]
        below = max((one.least - each.lowest for one in mine if one.least is not None), default=Decimal(0))
        above = max((each.highest - one.most for one in mine if one.most is not None), default=Decimal(0))
        below, above = max(below, Decimal(0)), max(above, Decimal(0))
        if below or above or each.excursion:
            found.append(Excursion(each.name, below, above, each.excursion))
    return tuple(found)
