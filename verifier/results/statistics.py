"""Statistical reports recomputed: figures that follow from all events of a range, by a named method.

A report (`statistics.report`) names how many leaves it counts over, their root, the types, the method and the figures.
Whoever may read the range gets the same figures from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from verifier.errors import IncompleteError, UnsupportedError
from verifier.results.amounts import read_amount
from verifier.results.findings import Difference, Finding, conclude

RULE = "statistics.figures"
_LISTS = ("clearance.list", "clearance.export-list")


@dataclass(frozen=True, slots=True)
class Counted:
    """An event of the range: its type, and what it says in clear; None where its body is not shown."""

    type: str
    data: Mapping[str, Any] | None


def make_figures(method: str, types: Iterable[str], events: Iterable[Counted]) -> dict[str, str]:
    """Return the figures of a range by code.

    Args:
        method: `events-by-type/1` (how many events each type has; the code is the type with `-` for each point) or
            `lists-by-mode/1` (how many lists, of import and export, each mode of supervision has: `mode-9610`).
        types: that are counted.
        events: all of the range.

    Raises:
        UnsupportedError: another method.
        IncompleteError: a body that the method asks for is not shown.
    """
    if method not in _METHODS:
        raise UnsupportedError("method", came=method, expected=" or ".join(_METHODS))
    wanted = set(types)
    return _METHODS[method](sorted(wanted), [each for each in events if each.type in wanted])


def check_figures(data: Mapping[str, Any], events: Iterable[Counted]) -> Finding:
    """Return whether the figures that a report states follow from the events of its range.

    Raises:
        UnsupportedError, IncompleteError: as `make_figures`.
    """
    made = make_figures(str(data["method"]), [str(each) for each in data["types"]], events)
    stated = {str(each["code"]): str(each["value"]) for each in data["figures"]}
    wrong = [
        Difference({f"report/figures/{code}": stated.get(code), "expected": made.get(code)})
        for code in sorted({*stated, *made})
        if code not in stated or code not in made or read_amount(stated[code]) != read_amount(made[code])
    ]
    return conclude(RULE, wrong, ())


def _by_type(types: list[str], events: list[Counted]) -> dict[str, str]:
    counts = Counter(each.type for each in events)
    return {each.replace(".", "-"): str(counts[each]) for each in types}


def _by_mode(_types: list[str], events: list[Counted]) -> dict[str, str]:
    counts: Counter[str] = Counter()
    for each in events:
        if each.type not in _LISTS:
            continue
        if each.data is None:
            raise IncompleteError("body", came="none", expected=f"that of every {each.type} of the range")
        counts[f"mode-{each.data['tradeMode']}"] += 1
    return {code: str(count) for code, count in counts.items()}


_METHODS: Mapping[str, Callable[[list[str], list[Counted]], dict[str, str]]] = {
    "events-by-type/1": _by_type,
    "lists-by-mode/1": _by_mode,
}
