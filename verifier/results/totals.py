"""Summary declarations (汇总申报): every list in exactly one summary, and totals that follow from the lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    """

    name: bytes
    covers: int | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which lists are in which summary.

    Attributes:
        lists: names of lists by the name of their summary, in log order.
        open: lists that are in none.
        faulty: summaries that cover nothing that an earlier one had not, or what does not stand before them.
    """

    lists: Mapping[bytes, tuple[bytes, ...]]
    open: tuple[bytes, ...]
    faulty: tuple[bytes, ...]


def cover(history: Sequence[Member]) -> Coverage:
    """Return which lists each summary covers: those between the count that the one before it states, and its own.

    So a list cannot be in two summaries, nor be left out between two.
    """
    lists: dict[bytes, tuple[bytes, ...]] = {}
    faulty: list[bytes] = []
    done = 0
    for place, each in enumerate(history):
        if each.covers is None:
            continue
        if not done < each.covers <= place:
            faulty.append(each.name)
            continue
        lists[each.name] = tuple(one.name for one in history[done : each.covers] if one.listed)
        done = each.covers
    return Coverage(lists, tuple(each.name for each in history[done:] if each.listed), tuple(faulty))


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
