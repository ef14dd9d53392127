"""States of declarations: every transition, against the page's own sentences, and statuses in any order."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.results.declaration import CHANGEABLE, TABLES, follow_statuses, judge_step

# The codes that each receipt's definition lists, from the flattened definitions of version 202205.
LISTED = {
    "312 412 512": "2 3 4 100 120 399",
    "514": "2 3 4 100 399",
    "622": "1 2 3 4 100 120 300 399 800 899 500 501 502 503 599 700",
    "624 626 712": "1 2 3 4 100 120 399",
    "304 404 506 508 606 608 702 216": "1 2 3 4 100 399",
    "510": "1 2 3 4 100 399",
    "604": "1 2 3 4 100 120 300 399 800 899",
    "214": "1 2 3 4 100 120 300 500 505 600 800",
}
# Each edge of the import list, spelt out: from, then to.
IMPORT_LIST = """
- 1 2 / 1 2 / 2 3 4 100 / 3 120 100 / 4 2 3 100 / 100 1 2 / 120 300 399 100 / 300 399 100 / 399 500 800
500 501 502 503 599 800 / 501 700 800 / 502 700 800 / 503 700 800 / 599 700 800 / 800 899
"""
EXPORT_LIST = """
- 1 2 / 1 2 / 2 3 4 100 / 3 120 100 / 4 2 3 100 / 100 1 2 / 120 300 399 100 / 300 399 100 / 399 800 / 800 899
"""


def edges(spelt: str) -> set[tuple[str, str]]:
    rows = [each.split() for line in spelt.strip().splitlines() for each in line.split("/")]
    return {(row[0].replace("-", ""), to) for row in rows for to in row[1:]}


@pytest.mark.parametrize(("receipts", "codes"), LISTED.items())
def test_every_code_that_a_receipt_lists_is_known_and_no_other(receipts, codes):
    for receipt in receipts.split():
        known = {each for row in TABLES[receipt].values() for each in row} | TABLES[receipt].keys() - {""}
        assert known == set(codes.split()), receipt


def test_every_receipt_with_a_return_status_has_a_table():
    assert set(TABLES) == {each for receipts in LISTED for each in receipts.split()}


@pytest.mark.parametrize(("receipt", "spelt"), [("622", IMPORT_LIST), ("604", EXPORT_LIST)])
def test_each_pair_of_states_is_judged_regular_exactly_where_the_page_says(receipt, spelt):
    states = sorted(TABLES[receipt])
    regular = {
        (before, code) for before, code in product(states, states)
        if code and judge_step(receipt, before=before, code=code) == "regular"
    }  # fmt: skip
    assert regular == edges(spelt)


@pytest.mark.parametrize("receipt", sorted(TABLES))
def test_each_pair_of_states_is_judged_against_reachability_step_by_step(receipt):
    """A slow model: which states lie ahead without passing a rejection or a failure, found by walking paths."""
    table = TABLES[receipt]
    for before in table:
        paths, ahead = [[before]], set()
        while paths:
            path = paths.pop()
            for each in table[path[-1]]:
                ahead.add(each)
                if each not in path and each not in ("4", "100"):
                    paths.append([*path, each])
        for code in table.keys() - {""}:
            verdict = judge_step(receipt, before=before, code=code)
            if code == before:
                assert verdict == "repeated"
            elif code in table[before]:
                assert verdict == "regular"
            else:
                assert verdict == ("skipped" if code in ahead else "irregular"), (before, code)


def test_a_released_parcel_passes_regularly():
    state = follow_statuses("622", ["1", "2", "3", "120", "300", "399", "500", "800", "899"])
    assert state.code == "899"
    assert {each.verdict for each in state.steps} == {"regular"}
    assert state.irregular == ()


def test_a_rejected_list_may_be_declared_again_and_a_released_one_may_not():
    assert follow_statuses("622", ["2", "3", "100", "2", "3", "120", "399", "800"]).irregular == ()
    again = follow_statuses("622", ["2", "3", "120", "399", "800", "2"])
    assert [each.verdict for each in again.steps][-1] == "irregular"
    assert [(each.code, each.before) for each in again.irregular] == [("2", "800")]
    assert set(CHANGEABLE) == {state for state in TABLES["622"] if "2" in TABLES["622"][state]} - {""}


def test_unknown_codes_are_named_and_change_nothing():
    state = follow_statuses("622", ["2", "18", "3"])
    assert [(each.code, each.verdict) for each in state.steps] == [
        ("2", "regular"),
        ("18", "unknown"),
        ("3", "regular"),
    ]
    assert follow_statuses("514", ["120"]).irregular[0].verdict == "unknown"


@pytest.mark.parametrize("code", ["-621005", "-621018", "-621029", "-1", "0002", "1001", "3999"])
def test_faults_of_processing_and_of_the_platform_are_no_state(code):
    state = follow_statuses("622", ["2", code])
    assert (state.code, state.steps[-1].verdict) == ("2", "fault")


@pytest.mark.parametrize("code", ["", "-", "--1", "\uff12", "2 ", "02", "4000"])
def test_what_is_no_code_is_unknown(code):
    assert judge_step("622", before="", code=code) == "unknown"


@given(st.sampled_from(sorted(TABLES)), st.lists(st.sampled_from([*sorted(TABLES["622"]), "505", "600", "-1", "7"])))
def test_the_state_is_the_last_status_that_is_a_state_whatever_came(receipt, codes):
    state = follow_statuses(receipt, codes)
    known = [each for each in codes if each and each in TABLES[receipt]]
    assert state.code == (known[-1] if known else "")
    assert [each.code for each in state.steps] == codes
