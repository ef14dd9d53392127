"""Balances of account book lines recomputed from their histories, and what reconciliations say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from verifier.ledgerformat.disclosure import find_value
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.type_rules import CountRule
from verifier.results import normalisation
from verifier.results.amounts import add, read_amount, spell_amount, subtract
from verifier.results.balance import Balance, Movement, reckon_balance
from verifier.results.findings import Difference, Result, conclude
from verifier.results.recomputation import (
    STATUS,
    UNRECORDED,
    UNTOLD,
    Input,
    Recomputation,
    history_of,
    in_log_order,
    is_stated,
    stated_count,
)
from verifier.results.rules import VERSION

RECONCILED = "book.reconciled"
BALANCE = "book.balance"
_LINE, _MEMBER = "line", "member"


def recompute_balances(inputs: Iterable[Input], starts: Mapping[Pair, int]) -> list[Recomputation]:
    """Return for every reconciliation whether it follows from what is before it, and the balance of every whole line.

    What an event adds or takes is what its type counts (`counts`, formats section 5) for the line.

    Args:
        inputs: verified events.
        starts: the histories that a verified proof shows to their end, and from which entry on (0, or its `since`).
            Of others the beginnings are known that a reconciliation states, and no balance after it.
    """
    shown = in_log_order(inputs)
    lines: dict[Pair, str] = {}
    for each in shown:
        for role in _counted_roles(each):
            for subject, pair in _subjects(each, role):
                lines.setdefault(pair, subject)
    return [found for pair, line in lines.items() for found in _recompute_line(pair, line, shown, starts)]


def _counted_roles(given: Input) -> set[str]:
    """Return the roles of an event whose subjects have a balance."""
    counted = {rule.role for rule in given.kind.counts}
    return counted | {_LINE} if given.event.head.type == RECONCILED else counted


def _subjects(given: Input, role: str) -> list[tuple[str, Pair]]:
    """Return the subjects of a role whose member history an event joins, and these histories."""
    body = given.event.body
    pairs = [(each, (_MEMBER, subject_name(each))) for each in (body.of_role(role) if body else ())]
    return [(subject, pair) for subject, pair in pairs if given.event.joins(pair)]


def _recompute_line(pair: Pair, line: str, shown: Sequence[Input], starts: Mapping[Pair, int]) -> list[Recomputation]:
    history, start = history_of(shown, pair), starts.get(pair, 0)
    found = reckon_balance(_movements(line, history, start), start=Decimal(0) if start == 0 else None)
    recorded = [each for each in history if each.event.head.type == RECONCILED]
    known = [each for each in recorded if start or is_stated(each, history, pair)]
    # What a proof begins with is what it rests on: there is nothing before it to reckon from.
    told = [each for each in recorded if not start or stated_count(each) != start]
    results = [_reconciliation(each, found, known=each in known) for each in told]
    return [*results, _balance(line, history, found)] if pair in starts else results


def _balance(line: str, history: Sequence[Input], found: Balance) -> Recomputation:
    amount = None if found.amount is None else spell_amount(found.amount)
    missing = tuple(f"book/{each.hex()}" for each in found.withheld)
    overdrawn = [Difference({f"book/{each.hex()}": "below 0", "expected": "0 or more"}) for each in found.overdrawn]
    finding = conclude(BALANCE, overdrawn, missing if amount is None else ())
    result = Result(VERSION, normalisation.VERSION, (finding,))
    names = tuple(each.event.name for each in history)
    facts = {"line": line, "amount": amount, "since": found.since.hex() if found.since else None}
    return Recomputation(
        "balance", None, UNRECORDED, result, {}, names, finding.fields if amount is None else (), facts
    )


def _movements(line: str, history: Sequence[Input], start: int) -> list[Movement]:
    """Return a line's movements in the order in which they count: a reconciliation where its state ends."""
    placed = [(start + place, 1, each) for place, each in enumerate(history)]
    placed = [(stated_count(each) or 0, 0, each) if each.event.head.type == RECONCILED else (at, last, each)
              for at, last, each in placed]  # fmt: skip
    ordered = sorted(placed, key=lambda each: each[:2])
    return [_movement(line, each) for _, _, each in ordered]


def _movement(line: str, given: Input) -> Movement:
    name = given.event.name
    if given.event.head.type == RECONCILED:
        return Movement(name, None, read_amount(_value(given, "/balance")), reconciles=True)
    changes = [
        _change(given, rule) for rule in given.kind.counts if not rule.equals and _counts(given, rule.role, line)
    ]
    if given.event.body is None or None in changes:
        return Movement(name, None)
    return Movement(name, add(each for each in changes if each is not None))


def _counts(given: Input, role: str, line: str) -> bool:
    return given.event.body is not None and line in given.event.body.of_role(role)


def _change(given: Input, rule: CountRule) -> Decimal | None:
    """Return what a rule of counting adds; None where the amount is not shown, or no amount, or on the wrong side."""
    amount = read_amount(_value(given, rule.amount))
    if amount is None or (amount < 0 and not rule.signed):
        return None
    return amount if rule.adds else subtract(Decimal(0), amount)


def _value(given: Input, pointer: str) -> Any:
    disclosed = {each.pointer: each.value for each in given.disclosures}
    if pointer in disclosed:
        return disclosed[pointer]
    return find_value(given.event.body.data, pointer)[1] if given.event.body else None


def _reconciliation(given: Input, found: Balance, *, known: bool) -> Recomputation:
    """Return what became of a reconciliation; `known` tells whether the events that it is about are here."""
    name = given.event.name
    if not known or name not in found.told:
        return Recomputation("balance", name, UNTOLD, None, {}, (), ("book/balance",) if known else ("book/state",))
    stated = {"book/balance": _value(given, "/balance"), "expected": "what the events before it make"}
    finding = conclude(BALANCE, [Difference(stated)] if name in found.wrong else (), ())
    status = STATUS[finding.outcome]
    result = Result(VERSION, normalisation.VERSION, (finding,))
    return Recomputation("balance", name, status, result, {BALANCE: status}, ())
