"""Counters: what an event adds to its subjects' counters or takes from them, and whether that is within bounds.

One definition for admission, for whoever checks a database, and for audits (docs/formats.md, section 5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from verifier.errors import MalformedError, NotPermittedError
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.disclosure import find_value
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.type_rules import AMOUNT_UNITS, CountRule, format_amount, parse_amount
from verifier.ledgerformat.vocabulary import EventType

MOST = 10**13 * AMOUNT_UNITS - 1  # a counter is a decimal itself


@dataclass(frozen=True, slots=True)
class Move:
    """What an event does to one counter.

    Attributes:
        rule: by which it does.
        name: of the subject whose counter it is, 32 bytes.
        change: hundred-thousandths that it adds, below zero what it takes; None where the amount is not shown, 0 where
            the rule moves nothing.
        stated: what the counter has to be, where the rule says so and the amount is shown; else None.
    """

    rule: CountRule
    name: bytes
    change: int | None
    stated: int | None = None


def read_moves(kind: EventType, body: Body, disclosed: Mapping[str, Any]) -> tuple[Move, ...]:
    """Return what an event does to counters, in the order of its type's rules.

    Args:
        kind: its type.
        body: its body.
        disclosed: values of its disclosures by pointer, as far as they are shown.

    Raises:
        MalformedError: an amount that is none, or is below zero where the rule says which way.
    """
    moves: list[Move] = []
    for rule in kind.counts:
        if subjects := body.of_role(rule.role):
            amount = _amount(rule, body, disclosed)
            change, stated = (0, amount) if rule.equals else (amount, None)
            moves += [Move(rule, subject_name(each), change, stated) for each in subjects]
    return tuple(moves)


def check_moves(moves: Sequence[Move], amount_of: Callable[[bytes], int]) -> dict[bytes, int]:
    """Return the counters after an event whose amounts are all shown, by subject name.

    Args:
        moves: of one event.
        amount_of: returns a counter before the event, in hundred-thousandths; 0 where nothing has moved it.

    Raises:
        NotPermittedError: one would be below its least or above its most, or is not what the event says that it is.
    """
    after: dict[bytes, int] = {}
    for move in moves:
        before = after[move.name] if move.name in after else amount_of(move.name)
        after[move.name] = before + (move.change or 0)
    for move in moves:
        _require_within(move, after[move.name])
    return after


@dataclass(slots=True)
class Recount:
    """Counters added up again from events in log order, by whoever is shown some of their amounts.

    Attributes:
        sums: what the amounts that were shown make, by subject name.
        withheld: subjects of whose counters an amount was not shown: of these nothing can be told.
    """

    sums: dict[bytes, int] = field(default_factory=dict)
    withheld: set[bytes] = field(default_factory=set)

    def take(self, event: Event, kind: EventType, disclosed: Mapping[str, Any]) -> None:
        """Add what an event moves; it stays added, whatever is found.

        Args:
            event: with its body, or without where it is not shown.
            kind: its type.
            disclosed: values of its disclosures by pointer, as far as they are shown.

        Raises:
            MalformedError: an amount that is none.
            NotPermittedError: a counter of which everything was shown is out of bounds, or is not what the event says.
        """
        try:
            moves = read_moves(kind, event.body, disclosed) if event.body else None
        except MalformedError:
            self.withheld |= _joined_by_counted(event, kind)
            raise
        if moves is None:
            self.withheld |= _joined_by_counted(event, kind)
            return
        self.withheld |= {move.name for move in moves if move.change is None}
        for move in moves:
            self.sums[move.name] = self.sums.get(move.name, 0) + (move.change or 0)
        for move in moves:
            if move.name not in self.withheld:
                _require_within(move, self.sums[move.name])


def _joined_by_counted(event: Event, kind: EventType) -> set[bytes]:
    """Return the names of all subjects whose counter an event may have moved: its head joins their histories."""
    moving = [rule for rule in kind.counts if not rule.equals]
    kinds = {joined for rule in moving for joined in kind.subjects[rule.role].joins}
    return {name for joined, name in event.head.joins if joined in kinds}


def _amount(rule: CountRule, body: Body, disclosed: Mapping[str, Any]) -> int | None:
    if rule.amount in disclosed:
        value = disclosed[rule.amount]
    elif rule.amount in body.digests:
        return None
    else:
        value = find_value(body.data, rule.amount)[1]
    what = f"counts.{rule.code}"
    amount = parse_amount(value, what)
    if amount < 0 and not rule.signed:
        raise MalformedError(what, came=value, expected=f"0 or more: it is {'added' if rule.adds else 'subtracted'}")
    return amount if rule.adds else -amount


def _require_within(move: Move, after: int) -> None:
    rule, what = move.rule, f"counts.{move.rule.code}"
    if move.stated not in (None, after):
        expected = f"{format_amount(after)}, what the counter holds now"
        raise NotPermittedError(what, came=format_amount(move.stated or 0), expected=expected)
    least, most = (-MOST if rule.least is None else rule.least), (MOST if rule.most is None else rule.most)
    if least <= after <= most:
        return
    change = move.change or 0
    came = f"{format_amount(change)} at {format_amount(after - change)}, which makes {format_amount(after)}"
    expected = f"at least {format_amount(least)}" if after < least else f"at most {format_amount(most)}"
    raise NotPermittedError(what, came=came, expected=expected)
