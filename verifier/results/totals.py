"""Summary declarations (汇总申报): every list in exactly one summary, and totals that follow from the lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """

    name: bytes
    covers: int | None = None
    listed: bool = False
    cancels: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which lists are in which summary.

    Attributes:
        lists: names of lists by the name of their summary, in log order.
        open: lists that are in none, and not cancelled.
        faulty: summaries that cover nothing that an earlier one had not, or what does not stand before them.
        cancelled: lists that a summary would cover, had they not been cancelled among its first entries; by summary.
        since: lists that a summary covers and that were cancelled after its first entries; by summary.
    """

    lists: Mapping[bytes, tuple[bytes, ...]]
    open: tuple[bytes, ...]
    faulty: tuple[bytes, ...]
    cancelled: Mapping[bytes, tuple[bytes, ...]] = field(default_factory=dict)
    since: Mapping[bytes, tuple[bytes, ...]] = field(default_factory=dict)


def cover(history: Sequence[Member]) -> Coverage:
    """Return which lists each summary covers: those between the count that the one before it states, and its own.

    So a list cannot be in two summaries, nor be left out between two. A list that was cancelled among the first entries
    that a summary states does not count in it; one that was cancelled later did.
    """
    lists: dict[bytes, tuple[bytes, ...]] = {}
    cancelled: dict[bytes, tuple[bytes, ...]] = {}
    since: dict[bytes, tuple[bytes, ...]] = {}
    ends = _ends(history)
    faulty: list[bytes] = []
    done = 0
    for place, each in enumerate(history):
        if each.covers is None:
            continue
        if not done < each.covers <= place:
            faulty.append(each.name)
            continue
        there = [one.name for one in history[done : each.covers] if one.listed]
        lists[each.name] = tuple(one for one in there if ends.get(one, each.covers) >= each.covers)
        cancelled[each.name] = tuple(one for one in there if one not in lists[each.name])
        since[each.name] = tuple(one for one in lists[each.name] if one in ends)
        done = each.covers
    open_ = tuple(each.name for each in history[done:] if each.listed and each.name not in ends)
    return Coverage(lists, open_, tuple(faulty), cancelled, since)


def _ends(history: Sequence[Member]) -> dict[bytes, int]:
    """Return at which place of the history each list that was cancelled was so: after itself, and first."""
    ends: dict[bytes, int] = {}
    seen: set[bytes] = set()
    for place, each in enumerate(history):
        seen.add(each.name)
        for name in each.cancels:
            if name in seen:
                ends.setdefault(name, place)
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
