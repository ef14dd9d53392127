"""Numbers and times: which texts are one, and what they mean."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.readers.ceb.fields import collapsed, moment, text, time
from ledger.readers.ceb.values import canonical, canonical_number, canonical_whole, milliseconds

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("-0.00", "0"),
        ("+19050.00", "19050"),
        ("00012.50", "12.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-3.10", "-3.1"),
        (" \t19050\r\n", "19050"),
        ("12345678901234.12345", "12345678901234.12345"),
        ("1234567890123456789", "1234567890123456789"),
        ("0.00001", "0.00001"),
    ],
)
def test_a_number_has_one_spelling(text, value):
    assert canonical_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["", ".", "+", "1e2", "1_000", "1 000", "0x1", "\uff11\uff12", "0.000001", "123456789012345.12345", "INF", "1.2.3"],
)
def test_what_is_no_number_of_n19_5(text):
    assert canonical_number(text) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**13), max_value=10**13))
def test_the_spelling_keeps_the_value(value):
    spelt = canonical_number(f"{value:f}")
    assert spelt is not None
    assert Decimal(spelt) == value
    assert canonical_number(spelt) == spelt


@pytest.mark.parametrize(("text", "value"), [("1", "1"), ("+01", "1"), ("2147483647", "2147483647"), ("-1", "-1")])
def test_a_whole_number_has_one_spelling(text, value):
    assert canonical_whole(text) == value


@pytest.mark.parametrize("text", ["", "1.0", "1.", "2147483648", "-2147483649", "9" * 5_000, "一"])
def test_what_is_no_whole_number_of_32_bits(text):
    assert canonical_whole(text) is None


@given(st.datetimes(min_value=datetime(1992, 1, 1)))  # noqa: DTZ001 - what a clock on a wall in China shows
def test_times_are_those_of_china(wall):
    wall = wall.replace(microsecond=0)
    expected = int(wall.replace(tzinfo=SHANGHAI).timestamp()) * 1000
    assert milliseconds(wall.strftime("%Y%m%d%H%M%S").zfill(14)) == expected


def test_a_known_moment():
    assert milliseconds("20260101080000") == 1_767_225_600_000  # 2026-01-01T00:00Z
    assert milliseconds("19700101080000") == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "19700101075959",
        "20260230000000",
        "20260101240000",
        "20260101006000",
        "20260101000060",
        "00000101000000",
        "2026010100000",
        "202601010000000",
        "\uff12\uff10\uff12\uff160101000000",
        "2026-01-01T00:",
    ],
)
def test_what_is_no_time(text):
    assert milliseconds(text) is None


def test_a_time_may_have_milliseconds_where_its_field_does():
    assert milliseconds("20260101080000123") == 1_767_225_600_123
    assert canonical(moment("returnTime"), "20260101080000123") == "20260101080000123"
    assert canonical(moment("returnTime"), "20260101080000") is None
    assert canonical(time("appTime"), "20260101080000") == "20260101080000"
    assert canonical(time("appTime"), "20260101080000123") is None


@pytest.mark.parametrize(
    ("text", "value"), [("9999", "9999"), ("0012345", None), ("00012", "12"), ("-9999", "-9999"), ("12345", None)]
)
def test_a_whole_number_has_no_more_digits_than_its_field(text, value):
    assert canonical_whole(text, 4) == value


def test_runs_of_blanks_are_one_where_the_field_says_so():
    field = collapsed(text("trafName", 0, 5))
    assert canonical(field, " \t a \r\n  b ") == "a b"
    assert canonical(field, " \n ") == ""
    assert canonical(field, " abcdef ") is None
    assert canonical(text("note", 0, 5), " a  b") == " a  b"
