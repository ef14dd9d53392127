"""Counters, added up again from what is held; what was erased is believed, and said."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from ledger.errors import StoppedError
from ledger.fsck.rebuild import rebuild
from ledger.opening import LedgerFolder
from tests.ledger.fsck.conftest import check
from tests.verifier.proof.audit.rich import LINE
from tests.world import ORDER
from verifier.ledgerformat.subject import subject_name

NAME = subject_name(LINE)
ITS = f" WHERE name = x'{NAME.hex()}'"


def run(folder, *statements):
    with closing(sqlite3.connect(LedgerFolder(folder).database, isolation_level=None)) as connection:
        return [connection.execute(*each).fetchall() for each in statements]


def counters(folder):
    return run(folder, ("SELECT name, amount FROM counter ORDER BY name",))[0]


def erase_amount(folder):
    """Take the disclosed quantity of the line out, without an order: only what follows for counters matters here."""
    run(folder, ("UPDATE disclosure SET text = '' WHERE pointer = '/quantity'",))


def of_counters(checked):
    return [each for each in checked.damages if each.table == "counter"]


def test_the_log_of_the_tests_has_a_counter(folder):
    held = {NAME: 3 * 100_000, subject_name(ORDER): 6 * 100_000}
    assert dict(counters(folder)) == held
    assert check(folder).damages == ()


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        ("UPDATE counter SET amount = amount + 1" + ITS, "300001"),
        ("UPDATE counter SET amount = -amount" + ITS, "-300000"),
        ("UPDATE counter SET amount = 'much'" + ITS, "6d756368"),
        ("DELETE FROM counter" + ITS, "no row"),
        ("INSERT INTO counter VALUES (zeroblob(32), 0)", "a row too many"),
    ],
)
def test_a_counter_that_bodies_and_disclosures_do_not_give_is_named_and_written_anew(folder, spoil, what):
    before = counters(folder)
    run(folder, (spoil,))
    (found,) = of_counters(check(folder))
    assert what in found.came
    made = rebuild(LedgerFolder(folder).database, LedgerFolder(folder).tiles)
    assert made.rows["counter"] == 2
    assert counters(folder) == before
    assert check(folder).damages == ()


def test_where_an_amount_was_erased_the_row_is_believed_and_that_is_said(folder):
    erase_amount(folder)
    run(folder, ("UPDATE counter SET amount = 77" + ITS,))
    checked = check(folder)
    assert not of_counters(checked)
    said = [each for each in checked.unchecked if each.key == "fsck.unchecked.counters"]
    assert [each.values for each in said] == [{"count": 2}]  # the return took from the order, too


def test_a_lost_counter_of_which_an_amount_was_erased_is_not_made_up(folder):
    erase_amount(folder)
    run(folder, ("DELETE FROM counter" + ITS,))
    assert [each.came for each in of_counters(check(folder))] == ["no row"]
    with pytest.raises(StoppedError, match="Restore a backup"):
        rebuild(LedgerFolder(folder).database, LedgerFolder(folder).tiles)


def test_rebuilding_keeps_a_counter_of_which_an_amount_was_erased(folder):
    erase_amount(folder)
    kept = counters(folder)
    run(folder, ("DELETE FROM history",))
    rebuild(LedgerFolder(folder).database, LedgerFolder(folder).tiles)
    assert counters(folder) == kept
