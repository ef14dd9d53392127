"""Summary declarations recomputed from the history of their enterprise and period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.ledgerformat.head import Head
from verifier.results import normalisation
from verifier.results.findings import INCOMPLETE, Difference, Finding, Result, conclude
from verifier.results.recomputation import (
    STATUS,
    UNTOLD,
    Input,
    Recomputation,
    history_of,
    in_log_order,
    is_stated,
    lacking,
    read_input,
    stated_count,
    worst_of,
)
from verifier.results.rules import VERSION
from verifier.results.totals import COVERAGE, TOTALS, Coverage, Member, check_totals, cover

SUMMARY, CANCELLED = "clearance.summary", "clearance.list-cancelled"
LISTS = ("clearance.list", "clearance.export-list")


def recompute_summaries(inputs: Iterable[Input]) -> list[Recomputation]:
    """Return every summary declaration recomputed: which lists it covers, and its totals.

    It covers what its `state` says: the first entries of the history of its enterprise and period. Whether these are
    all of them is told by the root that it states; where they are not here, nothing is told.
    """
    shown = in_log_order(inputs)
    return [_recompute(each, shown) for each in shown if each.event.head.type == SUMMARY]


def _recompute(summary: Input, shown: Sequence[Input]) -> Recomputation:
    name, state = summary.event.name, summary.event.head.state
    pair = (state.kind, state.name) if state else ("", b"")
    history = history_of(shown, pair)
    if not is_stated(summary, history, pair):
        return Recomputation("summary", name, UNTOLD, None, {}, (), ("summary/state",))
    covered = cover([_member(each) for each in history])
    stated = {"summary/state": stated_count(summary), "expected": "more than the summary before it"}
    findings = [conclude(COVERAGE, [Difference(stated)] if name in covered.faulty else (), ())]
    lists = [each for each in history if each.event.name in covered.lists.get(name, ())]
    findings += _totals(summary, lists) if name in covered.lists else []
    result = Result(VERSION, normalisation.VERSION, tuple(findings))
    rules = {each.rule: STATUS[each.outcome] for each in findings}
    inputs = tuple(each.event.name for each in lists)
    facts = _cancellations(covered, name)
    return Recomputation("summary", name, worst_of(rules.values()), result, rules, inputs, lacking(result), facts)


def _cancellations(covered: Coverage, name: bytes) -> dict[str, str | None]:
    """Return which lists were cancelled before a summary, and since it, and which events others replace; if any."""
    told = {
        "cancelled": covered.cancelled.get(name, ()),
        "cancelledSince": covered.since.get(name, ()),
        "changed": covered.changed.get(name, ()),
    }
    return {word: ", ".join(each.hex() for each in names) for word, names in told.items() if names}


def _totals(summary: Input, lists: Sequence[Input]) -> list[Finding]:
    """Return what is found about the totals; nothing where the summary states none."""
    body = summary.event.body
    stated = read_input("summary", summary) if body else None
    if stated is None or stated.is_withheld("/totals"):
        return [Finding(TOTALS, INCOMPLETE, ("summary/totals",))]
    totals = stated.find("/totals")
    if not isinstance(totals, dict):
        return []
    if bare := [each for each in lists if not each.event.body]:
        return [Finding(TOTALS, INCOMPLETE, tuple(sorted({f"list/{each.event.name.hex()}" for each in bare})))]
    return [check_totals(totals, [read_input("list", each) for each in lists])]


def _member(given: Input) -> Member:
    covers = stated_count(given) if given.event.head.type == SUMMARY else None
    return member_of(given.event.name, given.event.head, covers)


def member_of(name: bytes, head: Head, covers: int | None = None) -> Member:
    """Return an event of a period's history as what it is there; `covers` of a summary."""
    cancels = head.about if head.type == CANCELLED else ()
    traces = frozenset(each for kind, each in head.joins if kind == "trace") if head.type in LISTS else frozenset()
    return Member(name, covers, listed=head.type in LISTS, cancels=tuple(cancels), declares=traces)
