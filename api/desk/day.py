"""Statistics of a day in Beijing: what came, what was answered, what waits and for how long. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from statistics import median_low

from api.desk.answered import PROMISED, RECORDED, Answered
from api.desk.decisions import BEIJING
from ledger.endorsing.queue import Item


@dataclass(frozen=True, slots=True)
class Day:
    """A day's figures; lengths of time in milliseconds, None where nothing waits.

    Attributes:
        date: the day, as `2026-11-23`.
        received: events recorded on it that await the agency, or that this machine answered.
        answered: events that this machine answered on it and the ledger promised or recorded.
        waiting: events that await the agency.
        overdue: those of them whose deadline has passed.
        median, oldest: how long they have waited.
        by_type: type name, how many wait, how many were answered on the day; the most waiting first.
        by_verb: verb and how many were answered so on the day.
    """

    date: str
    received: int
    answered: int
    waiting: int
    overdue: int
    median: int | None
    oldest: int | None
    by_type: tuple[tuple[str, int, int], ...]
    by_verb: tuple[tuple[str, int], ...]


def midnight_before(now: int) -> int:
    """Return when the Beijing day of a time began; both in milliseconds since 1970."""
    day = datetime.fromtimestamp(now / 1000, BEIJING).date()
    return int(datetime.combine(day, time.min, BEIJING).timestamp()) * 1000


def tell_day(items: Sequence[Item], batches: Sequence[Answered], *, now: int) -> Day:
    """Return the figures of the Beijing day of `now`, in milliseconds since 1970.

    Args:
        items: all that awaits the agency.
        batches: what this machine answered, of this day and maybe of others.
        now: the clock.
    """
    begin = midnight_before(now)
    today = [each for each in batches if each.time >= begin and each.state in (PROMISED, RECORDED)]
    targets = [target for each in today for target in each.targets]
    waits = [now - each.time for each in items]
    came = {each.name.hex() for each in items if each.time >= begin}
    came |= {each.name for each in targets if each.time >= begin}
    waiting, answered = Counter(each.type for each in items), Counter(each.type for each in targets)
    types = sorted(waiting.keys() | answered.keys(), key=lambda each: (-waiting[each], each))
    verbs = Counter[str]()
    for each in today:
        verbs[each.verb] += len(each.targets)
    return Day(
        date=datetime.fromtimestamp(begin / 1000, BEIJING).date().isoformat(),
        received=len(came),
        answered=len(targets),
        waiting=len(items),
        overdue=sum(each.is_overdue(now) for each in items),
        median=median_low(waits) if waits else None,
        oldest=max(waits, default=None),
        by_type=tuple((each, waiting[each], answered[each]) for each in types),
        by_verb=tuple(verbs.most_common()),
    )
