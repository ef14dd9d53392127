"""The balance of a line of a bonded account book: what went in, less what went out, since a reconciliation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from verifier.results.amounts import add


@dataclass(frozen=True, slots=True)
class Movement:
    """One event of a book line.

    Attributes:
        name: of the event, 32 bytes.
        change: what it adds, below zero what it takes; None where the amount is not shown.
        stated: the balance that it states, of a reconciliation; None of any other event.
        reconciles: whether it is a reconciliation.
    """

    name: bytes
    change: Decimal | None
    stated: Decimal | None = None
    reconciles: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """What a line's events make.

    Attributes:
        amount: the balance; None where an amount since the last reconciliation is not shown.
        since: name of the last reconciliation that states its balance, from which it was reckoned; None from the start.
        overdrawn: events after which less than nothing is left.
        wrong: reconciliations that state something else than the events before them make.
        told: reconciliations whose balance could be reckoned from the events before them.
        withheld: events whose amount is not shown.
    """

    amount: Decimal | None
    since: bytes | None
    overdrawn: tuple[bytes, ...]
    wrong: tuple[bytes, ...]
    told: tuple[bytes, ...]
    withheld: tuple[bytes, ...]


def reckon_balance(movements: Iterable[Movement], *, start: Decimal | None = Decimal(0)) -> Balance:
    """Return the balance of a line.

    Args:
        movements: its events in log order.
        start: the balance before the first of them; None where it is not known, up to the first reconciliation.
    """
    amount, since = start, None
    overdrawn: list[bytes] = []
    wrong: list[bytes] = []
    told: list[bytes] = []
    withheld: list[bytes] = []
    for each in movements:
        if each.reconciles:
            if each.stated is None:
                withheld.append(each.name)
                continue
            if amount is not None:
                told.append(each.name)
                wrong += [each.name] if amount != each.stated else []
            amount, since = each.stated, each.name
            continue
        if each.change is None:
            withheld.append(each.name)
        amount = None if amount is None or each.change is None else add((amount, each.change))
        if amount is not None and each.change is not None and amount < 0 > each.change:
            overdrawn.append(each.name)
    return Balance(amount, since, tuple(overdrawn), tuple(wrong), tuple(told), tuple(withheld))
