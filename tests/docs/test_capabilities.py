"""The page of capabilities against the vocabulary: types, roles, rows, routes."""

from __future__ import annotations

import re

import pytest

from fixtures.zone.actors import all_types
from tests.docs.pages import ROOT
from verifier.vocabulary import registry_types

PAGE = (ROOT / "docs" / "capabilities.md").read_text("utf-8")
TEXTS = ("西安", "河南", "江西", "海东", "嘉兴")
AGENCIES = {"customs", "inspection-quarantine", "tax", "foreign-exchange", "market-regulator", "commerce", "post"}
STATUS = re.compile(r"(here|in part|not yet|the ledger itself)(?:: (.+))?")
TYPES = {name: kind for name, kind in all_types().items() if name not in registry_types()}


def rows():
    """Return the cells of each numbered row."""
    lines = [line.strip("|\n").split("|") for line in PAGE.splitlines() if re.match(r"\| [0-9]+ \|", line)]
    return [[cell.strip() for cell in line] for line in lines]


def named(cell):
    return re.findall(r"`([a-z-]+(?:\.[a-z-]+)+)`", cell)


each_row = pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])


def test_every_clause_has_a_row_and_only_one():
    assert [int(row[0]) for row in rows()] == list(range(1, 71))
    assert {len(row) for row in rows()} == {6}


@each_row
def test_a_row_says_where_its_clause_stands_and_how_it_is_with_it(row):
    _, clause, types, _, proof, status = row
    words, _, place = clause.partition("<br>")
    assert words
    assert place.startswith(TEXTS)
    word, more = STATUS.fullmatch(status).groups()
    assert more, "the way to it, or the reason why not"
    without = not [each for each in named(types) if each in TYPES]
    assert (word in ("not yet", "the ledger itself")) == without
    assert proof != "—" or word == "not yet"


@each_row
def test_every_type_that_a_row_names_exists(row):
    assert set(named(row[2])) <= TYPES.keys() | registry_types().keys()
    assert row[2] == ("<br>".join(f"`{each}`" for each in named(row[2])) or "—")


@each_row
def test_who_may_say_it_is_what_the_type_files_say(row):
    roles = {role for each in named(row[2]) if each in TYPES for role in TYPES[each].roles}
    if "*" in roles:
        assert row[3] == "any participant"
        return
    agencies = ["agencies"] if roles >= AGENCIES else []
    expected = agencies + sorted(roles - AGENCIES if agencies else roles)
    assert row[3] == (", ".join(expected) or "—")


def test_every_type_of_the_vocabulary_stands_in_a_row_or_carries_the_ledger_itself():
    in_rows = {each for row in rows() for each in named(row[2])}
    itself = set(named(PAGE.partition("## Types that carry the ledger itself")[2]))
    assert in_rows | itself >= TYPES.keys()
    assert not in_rows & itself


def test_addresses_that_it_names_are_documented():
    documented = (ROOT / "docs" / "http.md").read_text("utf-8")
    addresses = set(re.findall(r"`((?:GET|POST) /[^`]*)`", PAGE))
    assert addresses
    assert [each for each in addresses if each.split(" ")[1] not in documented] == []
