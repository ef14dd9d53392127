"""The match of a list with order, payment or funds, and waybill: in whatever order they arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from verifier.errors import UnsupportedError
from verifier.results import normalisation
from verifier.results.comparison import Comparison, Documents
from verifier.results.exported import check_export_lines, check_export_mode, check_export_return, check_funds
from verifier.results.findings import Finding, Result
from verifier.results.listed import check_mode, check_single_limit, check_yearly_limit
from verifier.results.reckoned import check_lines, check_money, check_packages, check_return, check_tally
from verifier.results.rules import ASKED_WITH, PAIRS, RULE_SETS, VERSION, RuleSet


def match(documents: Documents, *, rules: str = VERSION, used: Decimal | None = None) -> Result:
    """Return what the rules say of the documents that are there; what is missing is named, and nothing is refused.

    Args:
        documents: by source (the rules' `sources`).
        rules: version; it decides which direction is judged, and how exact declared amounts have to be.
        used: what the buyer used of the year's limit before, in yuan; None leaves the year out.

    Raises:
        UnsupportedError: another version.
    """
    if rules not in RULE_SETS:
        raise UnsupportedError("rules", came=rules, expected=f"one of {', '.join(RULE_SETS)}")
    chosen = RULE_SETS[rules]
    asked = [each for each in chosen.rules if each not in ASKED_WITH or ASKED_WITH[each] in documents]
    if used is None:
        asked = [each for each in asked if each != "match.yearly-limit"]
    findings = tuple(_judge(rule, documents, chosen, used) for rule in asked)
    return Result(rules, normalisation.VERSION, findings)


def _judge(rule: str, documents: Documents, rules: RuleSet, used: Decimal | None) -> Finding:
    found = Comparison(documents)
    if rule == "match.export-funds" and "funds" not in documents:
        check_funds(found)
        return found.finding(rule)
    for pair in PAIRS.get(rule, ()):
        found.compare(pair)
    checks: Mapping[str, Callable[[], None]] = {
        "match.money": lambda: check_money(found, rules.tolerance),
        "match.payment": lambda: _need_both(found),
        "match.tally": lambda: check_tally(found),
        "match.lines": lambda: check_lines(found),
        "match.packages": lambda: check_packages(found),
        "match.return": lambda: check_return(found),
        "match.mode": lambda: check_mode(found),
        "match.single-limit": lambda: check_single_limit(found),
        "match.yearly-limit": lambda: check_yearly_limit(found, used or Decimal(0)),
        "match.export-lines": lambda: check_export_lines(found),
        "match.export-mode": lambda: check_export_mode(found),
        "match.export-return": lambda: check_export_return(found),
    }
    if rule in checks:
        checks[rule]()
    return found.finding(rule)


def _need_both(found: Comparison) -> None:
    """An order need not know its payment; whether it does is only told once both are there."""
    found.missing.extend(each for each in ("order", "payment") if each not in found.documents)
