"""The match of order, payment, waybill and list: three documents, one list, in whatever order they arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from verifier.errors import UnsupportedError
from verifier.results import normalisation
from verifier.results.amounts import Tolerance
from verifier.results.comparison import Comparison, Documents
from verifier.results.findings import Finding, Result
from verifier.results.listed import check_mode, check_single_limit, check_yearly_limit
from verifier.results.reckoned import check_lines, check_money, check_packages, check_return
from verifier.results.rules import PAIRS, RULES, TOLERANCES, VERSION


def match(documents: Documents, *, rules: str = VERSION, used: Decimal | None = None) -> Result:
    """Return what the rules say of the documents that are there; what is missing is named, and nothing is refused.

    Args:
        documents: by source (`verifier.results.documents.SOURCES`).
        rules: version; it decides how exact declared amounts have to be.
        used: what the buyer used of the year's limit before, in yuan; None leaves the year out.

    Raises:
        UnsupportedError: another version.
    """
    if rules not in TOLERANCES:
        raise UnsupportedError("rules", came=rules, expected=f"one of {', '.join(TOLERANCES)}")
    asked = set(RULES)
    if "return" not in documents:
        asked.remove("match.return")
    if used is None:
        asked.remove("match.yearly-limit")
    findings = tuple(_judge(rule, documents, TOLERANCES[rules], used) for rule in RULES if rule in asked)
    return Result(rules, normalisation.VERSION, findings)


def _judge(rule: str, documents: Documents, tolerance: Tolerance, used: Decimal | None) -> Finding:
    found = Comparison(documents)
    for pair in PAIRS.get(rule, ()):
        found.compare(pair)
    checks: Mapping[str, Callable[[], None]] = {
        "match.money": lambda: check_money(found, tolerance),
        "match.payment": lambda: _need_both(found),
        "match.lines": lambda: check_lines(found),
        "match.packages": lambda: check_packages(found),
        "match.return": lambda: check_return(found),
        "match.mode": lambda: check_mode(found),
        "match.single-limit": lambda: check_single_limit(found),
        "match.yearly-limit": lambda: check_yearly_limit(found, used or Decimal(0)),
    }
    if rule in checks:
        checks[rule]()
    return found.finding(rule)


def _need_both(found: Comparison) -> None:
    """An order need not know its payment; whether it does is only told once both are there."""
    found.missing.extend(each for each in ("order", "payment") if each not in found.documents)
