"""Returns within their terms, and behind them, by the day."""

from __future__ import annotations

import pytest

from verifier.ledgerformat.head import Head
from verifier.results.returns import DAY, WINDOWS, late_returns
from verifier.vocabulary import type_files

START = 1_790_000_000_000


def head(type_, days, milliseconds=0):
    joins = (("trace", bytes(32)),)
    return Head(type_, bytes(16), "urn:suyuan:agency:a", START + days * DAY + milliseconds, joins, bytes(32))


@pytest.mark.parametrize(
    ("begins", "returned", "days", "code"),
    [
        ("delivery.signed", "aftersales.return", 7, "returned-late-to-seller"),
        ("delivery.pick-up", "aftersales.return", 7, "returned-late-to-seller"),
        ("clearance.release", "aftersales.return", 30, "returned-late-to-customs"),
        ("clearance.joint-release", "aftersales.return", 30, "returned-late-to-customs"),
        ("clearance.release", "aftersales.export-return", 365, "exports-returned-late"),
    ],
)
def test_the_last_day_is_in_time_and_a_moment_later_is_late(begins, returned, days, code):
    assert late_returns([head(begins, 0), head(returned, days)]) == []
    (late,) = late_returns([head(returned, days, 1), head(begins, 0)])
    assert (late.window.code, late.days) == (code, days)
    (late,) = late_returns([head(begins, 0), head(returned, days + 3)])
    assert (late.days, late.since) == (days + 3, begins)


def test_the_latest_beginning_before_the_return_counts():
    """An item that was sold again is returned by its new buyer."""
    told = [head("delivery.signed", 0), head("delivery.signed", 50), head("delivery.signed", 99)]
    assert late_returns([*told, head("aftersales.return", 55)]) == []
    (late,) = late_returns([*told, head("aftersales.return", 58)])
    assert (late.days, late.returned.type) == (8, "aftersales.return")


def test_each_term_is_judged_by_itself():
    told = [head("clearance.release", 0), head("delivery.signed", 3), head("aftersales.return", 31)]
    assert {each.window.code for each in late_returns(told)} == {"returned-late-to-seller", "returned-late-to-customs"}


def test_without_a_beginning_nothing_is_said():
    assert late_returns([head("aftersales.return", 400), head("delivery.signed", 401)]) == []


def test_windows_name_types_that_there_are_and_their_law_in_both_languages():
    names = type_files().keys()
    assert all({each.returns, *each.since} <= names and all(each.basis) for each in WINDOWS)
