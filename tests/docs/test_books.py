"""The page about counters says what the types do."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT
from verifier.ledgerformat.type_rules import format_amount
from verifier.ledgerformat.vocabulary import parse_type
from verifier.vocabulary import type_files

PAGE = (ROOT / "docs/books.md").read_text("utf-8")
ROWS = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| ") and "`counts." in line]


def rules():
    types = [parse_type(data, name) for name, data in type_files().items()]
    return [(each, rule) for each in types for rule in each.counts]


def named(text):
    return set(re.findall(r"`([a-z][a-z.-]+)`", text))


def test_every_type_that_counts_stands_in_the_table_on_its_side():
    up, down = ({name for row in ROWS for name in named(row[column])} for column in (1, 2))
    assert up == {each.name for each, rule in rules() if rule.adds and not rule.equals}
    assert down == {each.name for each, rule in rules() if not rule.adds or (rule.signed and not rule.equals)}
    assert all(f"`counts.{rule.code}`" in PAGE for _, rule in rules() if rule.equals)


def test_every_bound_stands_in_the_table_under_its_code():
    for each, rule in rules():
        if (rule.least, rule.most) == (None, None):
            continue
        rows = [row for row in ROWS if f"counts.{rule.code}" in row[4] and f"`{each.name}`" in row[1] + row[2]]
        assert len(rows) == len([other for other in each.counts if other.code == rule.code]), each.name
        for bound in (rule.least, rule.most):
            assert bound is None or all(re.search(rf"\b{format_amount(bound)}\b", row[3]) for row in rows)
