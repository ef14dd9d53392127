"""docs/matching.md says what the rules do, and every rule, outcome and gap has words."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT
from verifier.results import custody, declaration, limits
from verifier.results.findings import OUTCOMES
from verifier.results.modes import MODES
from verifier.results.recomputation import CONFIRMED, REFUTED, UNRECORDED, UNTOLD
from verifier.results.recomputed_balances import BALANCE
from verifier.results.returns import WINDOWS
from verifier.results.rules import AMOUNT, BOTH, EXPORT_RULES, GIVEN, PAIRS, RULE_SETS, RULES
from verifier.results.totals import COVERAGE, TOTALS
from verifier.texts import VERDICTS

PAGE = (ROOT / "docs/matching.md").read_text("utf-8")


def table(heading: str, place: int = 0) -> list[list[str]]:
    """Return the rows of a table under a heading, cell by cell."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    tables = re.findall(r"^\|[-|]+\|\n((?:\|.*\n)+)", section, re.MULTILINE)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in tables[place].splitlines()]


def spelt(rule: str) -> set[tuple[str, str, str]]:
    """Return the comparisons of a rule as the page writes them: left, sign, right."""
    signs = {BOTH: "??", GIVEN: "?="}
    return {
        (str(each.left), signs.get(each.asked, "==" if each.kind == AMOUNT else "="), str(each.right))
        for each in PAIRS.get(rule, ())
    }


def said(cell: str) -> set[tuple[str, str, str]]:
    """Return the comparisons that a cell says: `a` = `b`, = `c`; …"""
    found = set()
    for clause in cell.split(";"):
        left = re.match(r"\s*`([^`]+)`", clause)
        found |= {(left[1], sign, right) for sign, right in re.findall(r"(==|\?=|\?\?|=) `([^`]+)`", clause) if left}
    return found


def test_the_page_has_every_rule_in_its_order_with_its_comparisons():
    rows = table("The match of three documents and a list")
    assert [row[0].strip("`") for row in rows] == list(RULES)
    assert list(dict.fromkeys(row[1] for row in rows)) == [f"R{number}" for number in range(1, 13)]
    for row in rows:
        assert said(row[2]) == spelt(row[0].strip("`")), row[0]
    assert all(f"`{each}`" in PAGE for each in RULE_SETS)


def test_the_page_has_every_rule_of_exports_in_its_order_with_its_comparisons():
    rows = table("The match of an export")
    assert [row[0].strip("`") for row in rows] == list(EXPORT_RULES)
    for row in rows:
        assert said(row[1]) == spelt(row[0].strip("`")), row[0]


def test_the_page_says_what_an_export_list_states_by_mode():
    section = PAGE.partition("\n## Modes\n")[2]
    for mode in MODES.values():
        for stated in (*mode.export_required, *mode.export_required_items):
            assert f"`{stated}`" in section.partition("By 1210 and 1239 an export list states")[2], mode.code
    assert [each.code for each in MODES.values() if each.export_required] == ["1210", "1239"]


def test_the_page_has_the_limits():
    rows = [[each.since, str(each.single), str(each.yearly), each.basis] for each in limits.LIMITS]
    assert table("Limits") == rows


def test_the_page_has_the_modes():
    for row, mode in zip(table("Modes"), MODES.values(), strict=True):
        stated = [*mode.required, *mode.required_items]
        assert (row[0], re.findall(r"`([^`]+)`", row[1]), row[3]) == (mode.code, stated, mode.basis)
        assert tuple(re.findall(r"`([^`]+)`", row[2])) == mode.forbidden


def test_the_page_has_the_states_of_an_import_list():
    states = {row[0].replace("none", ""): tuple(row[1].split()) for row in table("States of a declaration")}
    assert states == declaration.TABLES["622"]


KEYS = [
    *(f"rule.{each}" for each in (*RULES, *EXPORT_RULES, COVERAGE, TOTALS, BALANCE)),
    *(f"outcome.{each}" for each in OUTCOMES),
    *(f"recomputed.{each}" for each in (CONFIRMED, REFUTED, UNTOLD, UNRECORDED)),
    *(f"limit.{getattr(limits, each)}" for each in ("WITHIN", "IN_FULL", "ABOVE_SINGLE", "ABOVE_YEARLY")),
    *(
        f"custody.{getattr(custody, each)}"
        for each in ("DEPARTED_AGAIN", "NEVER_DEPARTED", "ANOTHER_RECIPIENT", "MOVED_UNSEEN", "BACKWARDS")
    ),
    *(
        f"step.{getattr(declaration, each)}"
        for each in ("REGULAR", "REPEATED", "SKIPPED", "IRREGULAR", "UNKNOWN", "FAULT")
    ),
    *(f"mode.{each}" for each in MODES),
]


@pytest.mark.parametrize("key", KEYS)
def test_every_rule_outcome_and_gap_has_words_in_both_languages(key):
    assert all(VERDICTS.text(f"result.{key}", lang) for lang in ("zh", "en"))


@pytest.mark.parametrize("word", [CONFIRMED, REFUTED, UNTOLD, UNRECORDED])
def test_the_page_says_what_the_command_says(word):
    assert f"| {VERDICTS.text(f'result.recomputed.{word}', 'en').partition(':')[0]} |" in PAGE


def test_the_page_of_declarations_has_the_terms_of_returns():
    page = (ROOT / "docs/declarations.md").read_text("utf-8")
    for each in WINDOWS:
        since = ", ".join(f"`{type_}`" for type_ in sorted(each.since))
        assert f"| `{each.code}` | {since} | {each.days} | {each.basis[0]} |" in page
        for lang, basis in zip(("zh", "en"), each.basis, strict=True):
            assert basis in VERDICTS.text(f"notice.{each.code}", lang, event="", days=0, term=0)
