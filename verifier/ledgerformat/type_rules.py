"""What a type file says of other events: rules of order, and counters (docs/formats.md, sections 5 and 15)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from verifier.errors import MalformedError
from verifier.ledgerformat.disclosure import require_pointer
from verifier.ledgerformat.type_words import require_kind, require_patterns, require_word

HISTORY, REACH, EACH = "history", "reach", "each"
_WORDS = (HISTORY, REACH, EACH)
AMOUNT_UNITS = 100_000  # a counter is a whole number of hundred-thousandths: it fits into 64 bits

Demand: TypeAlias = Literal["after", "once", "last", "needs", "advances"]
_COMMON = {"code", "in", "refuse"}
_MEMBERS: dict[Demand, set[str]] = {
    "after": _COMMON | {"after", "by"},
    "once": _COMMON | {"once"},
    "last": _COMMON | {"last", "is"},
    "needs": _COMMON | {"last", "needs"},
    "advances": _COMMON | {"advances"},
}
_EQUALS = "equals"
_SIGNS = ("add", "subtract", "either", _EQUALS)
_DECIMAL = re.compile(r"(-?)(0|[1-9][0-9]{0,12})(?:\.([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class OrderRule:
    """A rule of order (docs/formats.md, section 15).

    Attributes:
        code: the rule's name, in errors and verdicts.
        demand: what it asks for.
        within: in which histories: `history` (trace and case), `reach` (those, and along follows), `each` (of each
            history that it follows by itself, and along its follows), or one kind.
        patterns: of types: what must stand before (`after`), or what the latest must be (`last`, `needs`).
        last: of types: among which the latest is sought (`last`, `needs`).
        by_time: whether claimed time decides, instead of log position (`after`).
        refuse: whether admission refuses, or only the trace is contradicted.
    """

    code: str
    demand: Demand
    within: str
    refuse: bool
    patterns: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    by_time: bool = False

    @property
    def reach(self) -> bool:
        """Return whether to look along follows as well."""
        return self.within in (REACH, EACH)

    @property
    def each(self) -> bool:
        """Return whether it has to hold of each history that the event follows, by itself."""
        return self.within == EACH

    @property
    def kind(self) -> str | None:
        """Return the one kind of histories that it looks at, None for `history`, `reach` and `each`."""
        return None if self.within in _WORDS else self.within


@dataclass(frozen=True, slots=True)
class CountRule:
    """A counter that an event moves (docs/formats.md, section 5).

    Attributes:
        code: the rule's name, in errors.
        role: whose subject has the counter.
        amount: JSON pointer of a decimal, in `data` or in a disclosure.
        adds: whether the amount is added; else it is subtracted.
        signed: whether the amount may be below zero: then its own sign says which way.
        equals: whether the amount is what the counter is, and moves nothing.
        least: hundred-thousandths below which the result is refused.
        most: hundred-thousandths above which it is refused.
    """

    code: str
    role: str
    amount: str
    adds: bool
    least: int | None
    most: int | None
    signed: bool = False
    equals: bool = False


def parse_order(value: Any, what: str) -> tuple[OrderRule, ...]:
    """Return the rules of order of a type file."""
    if not isinstance(value, list):
        raise MalformedError(what, came=value, expected="a list of rules")
    return tuple(_order_rule(given, f"{what}[{place}]") for place, given in enumerate(value))


def parse_counts(value: Any, what: str) -> tuple[CountRule, ...]:
    """Return the counters of a type file."""
    if not isinstance(value, list):
        raise MalformedError(what, came=value, expected="a list of counters")
    return tuple(_count_rule(given, f"{what}[{place}]") for place, given in enumerate(value))


def parse_amount(value: Any, what: str) -> int:
    """Return a decimal text as whole hundred-thousandths: at most 13 digits before the point and 5 behind it.

    Raises:
        MalformedError: no such text; leading zeros and `-0` are none.
    """
    match = _DECIMAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise MalformedError(what, came=value, expected="a decimal below 10**13 with at most 5 decimals, as a text")
    sign, whole, part = match.groups()
    units = int(whole) * AMOUNT_UNITS + int((part or "").ljust(5, "0"))
    if sign and not units:
        raise MalformedError(what, came=value, expected="zero without a sign")
    return -units if sign else units


def format_amount(units: int) -> str:
    """Return whole hundred-thousandths as a decimal text, without zeros behind the last place that counts."""
    whole, part = divmod(abs(units), AMOUNT_UNITS)
    spelt = f"{whole}.{part:05}".rstrip("0").rstrip(".")
    return f"-{spelt}" if units < 0 else spelt


def _order_rule(given: Any, what: str) -> OrderRule:
    demand = _demand(given, what)
    within, refuse, by = given["in"], given["refuse"], given.get("by", "position")
    require_kind(within, f"{what}.in")
    if by not in ("position", "time") or not isinstance(refuse, bool):
        raise MalformedError(what, came=given, expected="by position or time; refuse true or false")
    if given.get("once", True) is not True or given.get("advances", True) is not True:
        raise MalformedError(f"{what}.{demand}", came=given[demand], expected="true")
    if demand == "advances" and within in _WORDS:
        raise MalformedError(f"{what}.in", came=within, expected="one kind: the state is about one history")
    if demand != "after" and within == EACH:
        raise MalformedError(f"{what}.in", came=within, expected="history, reach or one kind: each is of after alone")
    if demand == "needs" and within == REACH:
        raise MalformedError(f"{what}.in", came=within, expected="history, or one kind: each of them must have one")
    last = require_patterns(given["last"], f"{what}.last") if "last" in given else ()
    patterns = _patterns(given, demand, what)
    code = require_word(given["code"], f"{what}.code")
    return OrderRule(code, demand, within, refuse, patterns, last, by == "time")


def _demand(given: Any, what: str) -> Demand:
    for demand, members in _MEMBERS.items():
        if isinstance(given, dict) and given.keys() == members:
            return demand
    spelt = "; or ".join(", ".join(sorted(members)) for members in _MEMBERS.values())
    raise MalformedError(what, came=given, expected=spelt)


def _patterns(given: Mapping[str, Any], demand: Demand, what: str) -> tuple[str, ...]:
    """Return what must stand before or be the latest; of `is` there may be none: then none may stand earlier."""
    if demand == "last":
        return require_patterns(given["is"], f"{what}.is", least=0)
    return require_patterns(given[demand], f"{what}.{demand}") if demand in ("after", "needs") else ()


def _count_rule(given: Any, what: str) -> CountRule:
    required = {"code", "role", "amount", "sign"}
    if not isinstance(given, dict) or not required <= given.keys() <= required | {"least", "most"}:
        raise MalformedError(what, came=given, expected="code, role, amount, sign, and at most least and most")
    code, sign = require_word(given["code"], f"{what}.code"), given["sign"]
    if sign not in _SIGNS:
        raise MalformedError(f"{what}.sign", came=sign, expected=", ".join(_SIGNS))
    if not isinstance(given["role"], str) or not isinstance(given["amount"], str):
        raise MalformedError(what, came=given, expected="the name of a role, and a JSON pointer as amount")
    require_pointer(given["amount"], f"{what}.amount")
    least, most = (parse_amount(given[name], f"{what}.{name}") if name in given else None for name in ("least", "most"))
    if least is not None and most is not None and least > most:
        raise MalformedError(what, came=f"least {given['least']}", expected=f"at most {given['most']}, the most")
    if sign == _EQUALS and not (least is None is most):
        raise MalformedError(what, came="bounds", expected="none where the amount is what the counter is")
    adds, signed = sign != "subtract", sign in ("either", _EQUALS)
    return CountRule(code, given["role"], given["amount"], adds, least, most, signed, sign == _EQUALS)
