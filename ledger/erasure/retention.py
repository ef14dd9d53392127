"""How long the law has a record kept, by type (`retention.json`), and which records are past that.

Counted from the ledger time of the event itself, since no record says when a transaction was completed: an operator
whose law counts from another day adds it to the years.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from ledger.store.interface import Reader, StoredSeal
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.vocabulary import matches_any

_ENVELOPE = 0xD2


@dataclass(frozen=True, slots=True)
class Retention:
    """A class of retention.

    Attributes:
        types: patterns of event types.
        years: for which they are kept, by the calendar.
        basis: the legal basis, {zh, en}.
    """

    types: tuple[str, ...]
    years: int
    basis: Mapping[str, str]

    def until(self, time: int) -> int:
        """Return when it ends for what was recorded at a time; milliseconds since 1970."""
        begun = datetime.fromtimestamp(time / 1000, UTC)
        day = 28 if (begun.month, begun.day) == (2, 29) else begun.day
        ended = begun.replace(year=begun.year + self.years, day=day)
        return round(ended.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Due:
    """A record whose retention has ended and whose body is still kept."""

    name: bytes
    type: str
    time: int
    ended: int


@cache
def retentions() -> tuple[Retention, ...]:
    """Return the classes, in the order in which they are looked at."""
    listed = json.loads(files(__package__).joinpath("retention.json").read_bytes())
    return tuple(Retention(tuple(each["types"]), each["years"], each["basis"]) for each in listed)


def retention_of(kind: str, classes: Sequence[Retention] | None = None) -> Retention | None:
    """Return the class of a type, None where no law that is listed has it kept."""
    return next((each for each in classes or retentions() if matches_any(each.types, kind)), None)


def events_due(reader: Reader, now: int) -> Iterator[Due]:
    """Yield the records whose retention ended by `now` (milliseconds since 1970), in log order."""
    seal: StoredSeal | None = None
    for stored in reader.events_from(0):
        if stored.body is None or stored.head[0] == _ENVELOPE:
            continue
        head = parse_head(stored.head)
        kept = retention_of(head.type)
        if kept is None:
            continue
        if seal is None or seal.leaf < stored.leaf:
            seal = reader.seal_covering(stored.leaf)
        time = seal.time if seal else head.time
        if (ended := kept.until(time)) <= now:
            yield Due(event_name(stored.head), head.type, time, ended)
