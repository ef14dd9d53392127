"""Counting how often labels are seen: enough to notice copies, too little to follow anybody."""

from __future__ import annotations

import secrets
import sqlite3

import pytest

from ledger.activation.scans import (
    DAY,
    KEPT_DAYS,
    Visitors,
    count_again,
    count_scan,
    forget_old,
    read_counts,
)
from ledger.publicdesk.file import COUNTS

ITEM, OTHER = "https://id.gs1.org/01/06901234567892/21/A0001", "https://id.gs1.org/01/06901234567892/21/A0002"
NOW = 20_000 * DAY + 5


@pytest.fixture
def counts():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(COUNTS)
    yield connection
    connection.close()


def scan(counts, item=ITEM, region="CN-ZJ", now=NOW):
    count_scan(counts, item, region, now=now, random=secrets.token_bytes)


def seen(counts, item=ITEM, now=NOW, days=KEPT_DAYS):
    return read_counts(counts, item, now=now, days=days)


def rows(counts):
    return {table: counts.execute(f"SELECT * FROM {table}").fetchall() for table in ("scan", "again", "salt")}


def test_scans_are_counted_for_each_item_by_region_and_within_days(counts):
    for region, now in (("CN-ZJ", NOW), ("CN-ZJ", NOW), ("DE", NOW - 3 * DAY), ("", NOW - 8 * DAY)):
        scan(counts, region=region, now=now)
    scan(counts, OTHER)
    assert seen(counts).scans == {"CN-ZJ": 2, "DE": 1, "": 1}
    assert seen(counts, days=7).seen == 3
    assert seen(counts, OTHER).seen == 1


def test_whoever_reveals_again_on_one_day_counts_once(counts):
    for claim in (b"a", b"a", b"b"):
        count_again(counts, ITEM, claim, "CN-ZJ", now=NOW, random=secrets.token_bytes)
    assert seen(counts).again == {"CN-ZJ": 2}


def test_counts_hold_no_item_address_or_place(counts):
    scan(counts)
    scan(counts, now=NOW + DAY)
    (first, second) = rows(counts)["scan"]
    assert first[1] != second[1], "an item has another name every day"
    held = repr(rows(counts)).encode()
    assert b"A0001" not in held
    assert {len(row) for row in (first, second)} == {4}  # day, name of the day, region, count: no more is written


def test_after_90_days_nothing_of_a_count_is_left(counts):
    scan(counts)
    count_again(counts, ITEM, b"a", "DE", now=NOW, random=secrets.token_bytes)
    last = NOW + (KEPT_DAYS - 1) * DAY
    forget_old(counts, now=last)
    assert seen(counts, now=last).seen == 1
    forget_old(counts, now=last + DAY)
    assert rows(counts) == {"scan": [], "again": [], "salt": []}


def test_a_new_day_forgets_by_itself(counts):
    scan(counts)
    scan(counts, OTHER, now=NOW + KEPT_DAYS * DAY)
    assert len(rows(counts)["scan"]) == len(rows(counts)["salt"]) == 1


def test_an_address_counts_once_a_day_for_an_item_and_is_kept_nowhere():
    visitors = Visitors(secrets.token_bytes)
    assert visitors.is_new("192.0.2.1", ITEM, NOW)
    assert not visitors.is_new("192.0.2.1", ITEM, NOW + 1)
    assert visitors.is_new("192.0.2.1", OTHER, NOW)
    assert visitors.is_new("192.0.2.2", ITEM, NOW)
    assert visitors.is_new("192.0.2.1", ITEM, NOW + DAY)
    assert "192.0.2" not in repr(visitors)
    assert len(visitors._seen) == 1, "yesterday's marks are gone, and the secret that they were made with"


def test_memory_for_visitors_is_bounded():
    visitors = Visitors(secrets.token_bytes, most=2)
    assert [visitors.is_new(f"192.0.2.{each}", ITEM, NOW) for each in range(4)] == [True, True, False, False]
