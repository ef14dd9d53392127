"""Summary declarations (汇总申报): every list in exactly one summary, and totals that follow from the lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from verifier.results.amounts import add, read_amount, spell_amount
from verifier.results.documents import Document
from verifier.results.findings import Difference, Finding, conclude

COVERAGE, TOTALS = "summary.coverage", "summary.totals"
_WEIGHTS = {"grossWeight": "/lines/grossWeight", "netWeight": "/lines/netWeight"}


@dataclass(frozen=True, slots=True)
class Member:
    """An entry of the history of an enterprise and a period.

    Attributes:
        name: of the event, 32 bytes.
        covers: of a summary, how many first entries of the history it states; None of a list or anything else.
        listed: whether it is a list, which has to be in a summary.
        cancels: names of the lists that it cancels.
        declares: of a list, the traces that it joins: those of its declaration. Events that join the same are of one
            list; none stands for a list of its own.
    """

    name: bytes
    covers: int | None = None
    listed: bool = False
    cancels: tuple[bytes, ...] = ()
    declares: frozenset[bytes] = frozenset()

    @property
    def list(self) -> frozenset[bytes]:
        """Return what all events of one list have in common."""
        return self.declares or frozenset({self.name})


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which lists are in which summary.

    Attributes:
        lists: names of lists by the name of their summary, in log order.
        open: lists that are in none, and not cancelled.
        faulty: summaries that cover nothing that an earlier one had not, or what does not stand before them.
        cancelled: lists that a summary would cover, had they not been cancelled among its first entries; by summary.
        since: lists that a summary covers and that were cancelled after its first entries; by summary.
        changed: events that do not count where a summary covers them, since the list counts by a newer event there, or
            in an earlier summary; by summary.
    """

    lists: Mapping[bytes, tuple[bytes, ...]]
    open: tuple[bytes, ...]
    faulty: tuple[bytes, ...]
    cancelled: Mapping[bytes, tuple[bytes, ...]] = field(default_factory=dict)
    since: Mapping[bytes, tuple[bytes, ...]] = field(default_factory=dict)
    changed: Mapping[bytes, tuple[bytes, ...]] = field(default_factory=dict)


def cover(history: Sequence[Member]) -> Coverage:
    """Return which lists each summary covers: those between the count that the one before it states, and its own.

    So a list cannot be in two summaries, nor be left out between two. A list that was changed is one list: its newest
    event there counts, and none that comes after a summary which covers it. A list that was cancelled among the first
    entries that a summary states does not count in it; one that was cancelled later did.
    """
    ends = _ends(history)
    lists: dict[bytes, tuple[bytes, ...]] = {}
    cancelled: dict[bytes, tuple[bytes, ...]] = {}
    since: dict[bytes, tuple[bytes, ...]] = {}
    changed: dict[bytes, tuple[bytes, ...]] = {}
    faulty: list[bytes] = []
    done, before = 0, frozenset[frozenset[bytes]]()
    for place, each in enumerate(history):
        if each.covers is None:
            continue
        if not done < each.covers <= place:
            faulty.append(each.name)
            continue
        there = [one for one in history[done : each.covers] if one.listed]
        newest, older = newest_of(there, before)
        counted = [one for one in newest if ends.get(one.list, each.covers) >= each.covers]
        lists[each.name], changed[each.name] = _names(counted), _names(older)
        cancelled[each.name] = _names(one for one in newest if ends.get(one.list, each.covers) < each.covers)
        since[each.name] = _names(one for one in counted if one.list in ends)
        done, before = each.covers, before | {one.list for one in there}
    rest, _ = newest_of([one for one in history[done:] if one.listed], before)
    open_ = _names(one for one in rest if one.list not in ends)
    return Coverage(lists, open_, tuple(faulty), cancelled, since, changed)


def newest_of(listed: Sequence[Member], before: Collection[frozenset[bytes]] = ()) -> tuple[list[Member], list[Member]]:
    """Return of events the newest of each list that no earlier summary covers, and all others, in log order."""
    newest = {each.list: each.name for each in listed if each.list not in before}
    counted = [each for each in listed if newest.get(each.list) == each.name]
    return counted, [each for each in listed if newest.get(each.list) != each.name]


def _names(members: Iterable[Member]) -> tuple[bytes, ...]:
    return tuple(each.name for each in members)


def _ends(history: Sequence[Member]) -> dict[frozenset[bytes], int]:
    """Return at which place of the history each list that was cancelled was so: after itself, and first."""
    ends: dict[frozenset[bytes], int] = {}
    seen: dict[bytes, frozenset[bytes]] = {}
    for place, each in enumerate(history):
        seen[each.name] = each.list
        for name in each.cancels:
            if name in seen:
                ends.setdefault(seen[name], place)
    return ends


def check_totals(stated: Mapping[str, Any], lists: Sequence[Document], *, what: str = "summary/totals") -> Finding:
    """Return whether stated totals are those of the lists.

    Args:
        stated: `lists` (how many), `goods` (the sum of all lines), `grossWeight`, `netWeight`; those that are there
            are checked, and a total of another name cannot be told.
        lists: the lists that the summary covers, as disclosed.
        what: where the totals stand.
    """
    differences, missing = [], []
    for name, value in stated.items():
        made = _total(name, lists)
        if made is None:
            missing.append(f"{what}/{name}")
        elif read_amount(value) != made:
            differences.append(Difference({f"{what}/{name}": value, "expected": spell_amount(made)}))
    return conclude(TOTALS, differences, missing)


def _total(name: str, lists: Sequence[Document]) -> Decimal | None:
    """Return a total; None where a list does not show what it is made of."""
    if name == "lists":
        return Decimal(len(lists))
    if name == "goods":
        parts = [read_amount(item.get("total")) for each in lists for item in each.items]
        parts += [None for each in lists if not each.items]
    elif name in _WEIGHTS:
        parts = [read_amount(each.find(_WEIGHTS[name])) for each in lists]
    else:
        return None
    known = [each for each in parts if each is not None]
    return add(known) if len(known) == len(parts) else None
