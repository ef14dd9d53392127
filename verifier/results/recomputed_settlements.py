"""Settlements of foreign exchange against the export lists that they are for: no more is settled than was cleared.

A declaration is settled in parts, and a settlement is for several declarations; so all settlements that share a
declaration, directly or through others, are held against all their lists together. That these are all settlements of a
declaration is told by its trace in the parties' walk, whose case holds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from verifier.results import normalisation
from verifier.results.amounts import add, read_amount, spell_amount
from verifier.results.comparison import Comparison, agree
from verifier.results.findings import Difference, Result, conclude
from verifier.results.reckoned import NOT_NEGATIVE, items_of
from verifier.results.recomputation import STATUS, Input, Recomputation, in_log_order, lacking, read_input
from verifier.results.recomputed_summaries import CANCELLED
from verifier.results.rules import EXPORT_VERSION, TEXT

SETTLED, LISTED = "finance.fx-settled", "clearance.export-list"
AMOUNT = "settlement.amount"
_FIELD = "settlement/amounts/settled"


@dataclass(slots=True)
class _Together:
    """Settlements that share declarations, and what is found of them."""

    declarations: frozenset[str]
    settlements: tuple[Input, ...]
    differences: list[Difference] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def amount(self, where: str, value: object) -> list[Decimal]:
        """Return an amount, none where it is missing or none; which is noted."""
        amount = read_amount(value)
        if value is None:
            self.missing.append(where)
        elif amount is None or amount < 0:
            expected = "a decimal" if amount is None else NOT_NEGATIVE
            self.differences.append(Difference({where: value, "expected": expected}))
            return []
        return [] if amount is None else [amount]


def recompute_settlements(inputs: Iterable[Input]) -> list[Recomputation]:
    """Return for the settlements that share declarations whether they are no more than the totals of the lists.

    Of each declaration its newest list counts, and none that customs cancelled. Currencies are not converted: where a
    line is in another one than the settlement, nothing is told.
    """
    ordered = in_log_order(inputs)
    lists = _lists(ordered)
    shown = [each for each in ordered if each.event.head.type == SETTLED and each.event.body]
    return [_recompute(each, lists) for each in _groups(shown)]


def _named(given: Input, role: str) -> frozenset[str]:
    return frozenset(given.event.body.of_role(role)) if given.event.body else frozenset()


def _lists(ordered: Sequence[Input]) -> dict[str, Input | None]:
    """Return the newest list of each declaration, None for one that was cancelled."""
    over = {name for each in ordered if each.event.head.type == CANCELLED for name in each.event.head.about}
    found: dict[str, Input | None] = {}
    ended: set[str] = set()
    for each in ordered:
        if each.event.head.type == LISTED:
            declared = _named(each, "declaration")
            found |= dict.fromkeys(declared, each)
            ended |= declared if each.event.name in over else set()
    return found | dict.fromkeys(ended)


def _groups(settlements: Sequence[Input]) -> list[_Together]:
    groups: list[_Together] = []
    for each in settlements:
        named = _named(each, "declarations")
        touched = [one for one in groups if one.declarations & named]
        groups = [one for one in groups if not one.declarations & named]
        before = tuple(settlement for one in touched for settlement in one.settlements)
        groups.append(_Together(named.union(*(one.declarations for one in touched)), (*before, each)))
    return groups


def _recompute(found: _Together, lists: Mapping[str, Input | None]) -> Recomputation:
    settled = [each for given in found.settlements for each in _settled(found, given)]
    cleared = [each for name in sorted(found.declarations) for each in _cleared(found, name, lists)]
    if not found.missing and not found.differences and add(settled) > add(cleared):
        expected = f"at most {spell_amount(add(cleared))}"
        found.differences.append(Difference({_FIELD: spell_amount(add(settled)), "expected": expected}))
    finding = conclude(AMOUNT, found.differences, found.missing)
    result = Result(EXPORT_VERSION, normalisation.VERSION, (finding,))
    status = STATUS[finding.outcome]
    names = tuple(each.event.name for each in found.settlements)
    return Recomputation("settlement", names[-1], status, result, {AMOUNT: status}, names, lacking(result))


def _currency(given: Input) -> object:
    return given.event.body.data.get("currency") if given.event.body else None


def _settled(found: _Together, given: Input) -> list[Decimal]:
    if not agree(_currency(given), _currency(found.settlements[0]), TEXT):
        found.missing.append("settlement/currency")
    return found.amount(_FIELD, read_input("settlement", given).find("/amounts/settled"))


def _cleared(found: _Together, name: str, lists: Mapping[str, Input | None]) -> list[Decimal]:
    """Return the totals of a declaration's lines, none where it was cancelled."""
    given = lists.get(name)
    if given is None:
        found.missing += [] if name in lists else ["list"]
        return []
    part = Comparison({"list": read_input("list", given)})
    totals = []
    for number, item in items_of(part, "list", needed=True).items():
        where = f"list/lines/items/{number}"
        totals += found.amount(f"{where}/total", item.get("total"))
        if not agree(item.get("currency"), _currency(found.settlements[0]), TEXT):
            found.missing.append(f"{where}/currency")
    found.missing += part.missing
    found.differences += part.differences
    return totals
