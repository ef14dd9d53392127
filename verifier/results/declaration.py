"""States of declarations by `returnStatus`, as a table: which codes each receipt knows, and what may follow what.

Source: message specification of customs, version 202205, the explanations of `returnStatus` in each receipt. That
page lists codes and not their order; the order is the one that the codes' meanings allow, and a step that is left
out (receipts get lost, and nobody has to subscribe to all) is told from one that cannot be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

START = ""
REGULAR, REPEATED, SKIPPED, IRREGULAR, UNKNOWN, FAULT = (
    "regular", "repeated", "skipped", "irregular", "unknown", "fault",
)  # fmt: skip
_FAULT = re.compile(r"-[0-9]{1,9}|[0-3][0-9]{3}", re.ASCII)  # of processing (negative), or of the exchange platform
Table = Mapping[str, tuple[str, ...]]

_DRAFTED: Table = {START: ("1", "2"), "1": ("2",), "2": ("3", "4", "100")}
_SENT: Table = {START: ("2",), "2": ("3", "4", "100")}
_AGAIN: Table = {"4": ("2", "3", "100"), "100": ("1", "2")}  # declared again, changed
_STORED: Table = {"3": ("120", "100"), "120": ("399", "100"), "399": ()}
_CONCLUDED: Table = {"3": ("399", "100"), "399": ()}
_DETAINED = ("501", "502", "503", "599")
_IMPORT_LIST: Table = {
    **_DRAFTED,
    **_AGAIN,
    "3": ("120", "100"),
    "120": ("300", "399", "100"),
    "300": ("399", "100"),
    "399": ("500", "800"),
    "500": (*_DETAINED, "800"),
    **dict.fromkeys(_DETAINED, ("700", "800")),
    "700": (),
    "800": ("899",),
    "899": (),
}
_EXPORT_LIST: Table = {
    **_DRAFTED,
    **_AGAIN,
    "3": ("120", "100"),
    "120": ("300", "399", "100"),
    "300": ("399", "100"),
    "399": ("800",),
    "800": ("899",),
    "899": (),
}
_EXPORT_RETURN: Table = {
    **_DRAFTED,
    **_AGAIN,
    "3": ("120", "100"),
    "120": ("300", "500", "800", "100"),
    "300": ("500", "600", "800", "100"),
    "500": ("505", "600", "800"),
    "505": ("600", "800"),
    "600": ("500", "800", "100"),
    "800": (),
}
_DOCUMENT: Table = {**_SENT, "4": ("2", "3", "100"), "100": ("2",), **_STORED}
_DELIVERY: Table = {**_SENT, "4": ("2", "3", "100"), "100": ("2",), **_CONCLUDED}
_APPLICATION: Table = {**_DRAFTED, **_AGAIN, **_STORED}
_EXPORT: Table = {**_DRAFTED, **_AGAIN, **_CONCLUDED}
TABLES: Mapping[str, Table] = {
    **dict.fromkeys(("312", "412", "512"), _DOCUMENT),
    "514": _DELIVERY,
    "622": _IMPORT_LIST,
    **dict.fromkeys(("624", "626", "712"), _APPLICATION),
    "604": _EXPORT_LIST,
    "214": _EXPORT_RETURN,
    **dict.fromkeys(("304", "404", "506", "508", "510", "606", "608", "702", "216"), _EXPORT),
}
CHANGEABLE = ("1", "4", "100")  # a change (appType 2) is taken in these; elsewhere customs answers -621012
RELEASED = ("800", "899")


@dataclass(frozen=True, slots=True)
class Step:
    """A status that came.

    Attributes:
        code: returnStatus.
        before: the state in which it came; empty before the first.
        verdict: regular; repeated (the state that it is in); skipped (possible, but for steps that did not come);
            irregular (not possible from there); unknown (no code of this receipt); fault (of processing: the state
            stays).
    """

    code: str
    before: str
    verdict: str


@dataclass(frozen=True, slots=True)
class State:
    """Where a declaration stands.

    Attributes:
        code: the last status that is a state; empty before the first.
        steps: every status, in order.
    """

    code: str
    steps: tuple[Step, ...]

    @property
    def irregular(self) -> tuple[Step, ...]:
        """Return what cannot have come then, or is not in the table."""
        return tuple(each for each in self.steps if each.verdict in (IRREGULAR, UNKNOWN))


def follow_statuses(receipt: str, codes: Iterable[str]) -> State:
    """Return where a declaration stands after statuses, each step judged.

    An irregular status is a statement of customs all the same: the state is what it says. One that is unknown, or a
    fault, changes nothing.

    Args:
        receipt: number of the receipt, like `622`; a key of TABLES.
        codes: returnStatus of each receipt, in the order of their return times.

    Raises:
        KeyError: no such receipt.
    """
    state, steps = START, []
    for code in codes:
        verdict = judge_step(receipt, before=state, code=code)
        steps.append(Step(code, state, verdict))
        if verdict not in (UNKNOWN, FAULT):
            state = code
    return State(state, tuple(steps))


def judge_step(receipt: str, *, before: str, code: str) -> str:
    """Return what a status is in a state: regular, repeated, skipped, irregular, unknown or fault."""
    table = TABLES[receipt]
    if _FAULT.fullmatch(code):
        return FAULT
    if code not in table or code == START:
        return UNKNOWN
    if code == before:
        return REPEATED
    if code in table[before]:
        return REGULAR
    return SKIPPED if code in _beyond(receipt, before) else IRREGULAR


@cache
def _beyond(receipt: str, state: str) -> frozenset[str]:
    """Return every state that can be reached, without going back through a rejection or a failure to send."""
    table, found, waiting = TABLES[receipt], set[str](), [state]
    while waiting:
        for each in table[waiting.pop()]:
            if each not in found:
                found.add(each)
                if each not in ("4", "100"):
                    waiting.append(each)
    return frozenset(found)
