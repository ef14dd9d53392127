from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.readers.epcis.times import is_zone, parse_time
from verifier.errors import MalformedError

TIMES = {
    "1970-01-01T00:00:00Z": 0,
    "1970-01-01T08:00:00.001+08:00": 1,
    "2005-04-03T20:33:31.116000-06:00": 1_112_582_011_116,
    "2026-02-28T23:59:59.9999999Z": 1_772_323_199_999,
    "2024-02-29T00:00:00.5Z": 1_709_164_800_500,
}
DEFECTS = {
    "no-offset": "2026-01-01T00:00:00",
    "no-time": "2026-01-01",
    "no-such-day": "2026-02-29T00:00:00Z",
    "no-such-hour": "2026-01-01T24:00:00Z",
    "leap-second": "2016-12-31T23:59:60Z",
    "before-1970": "1969-12-31T23:59:59.999Z",
    "a-year-that-only-utc-has": "9999-12-31T23:59:59-14:00",
    "year-zero": "0000-01-01T00:00:00Z",
    "offset-of-15-hours": "2026-01-01T00:00:00+15:00",
    "small-letters": "2026-01-01t00:00:00z",
    "space-instead-of-t": "2026-01-01 00:00:00Z",
    "basic-format": "20260101T000000Z",
    "point-without-digits": "2026-01-01T00:00:00.Z",
    "comma": "2026-01-01T00:00:00,5Z",
    "arabic-digits": "٢٠٢٦-01-01T00:00:00Z",
    "line-feed-at-the-end": "2026-01-01T00:00:00Z\n",
    "empty": "",
}


@pytest.mark.parametrize(("text", "milliseconds"), TIMES.items(), ids=TIMES)
def test_a_time_is_milliseconds_since_1970_and_never_rounded_up(text, milliseconds):
    assert parse_time(text, "eventTime") == milliseconds


@pytest.mark.parametrize("text", DEFECTS.values(), ids=DEFECTS)
def test_a_defective_time_is_refused(text):
    with pytest.raises(MalformedError) as refused:
        parse_time(text, "eventTime")
    assert refused.value.field == "eventTime"


@given(
    st.datetimes(min_value=datetime(1970, 1, 3), max_value=datetime(9999, 12, 29)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_a_time_is_the_same_moment_in_every_zone(moment, offset):
    told = moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=offset)))
    exact = (moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1)  # noqa: DTZ001
    assert parse_time(told.isoformat(timespec="microseconds"), "eventTime") == exact


def test_zones_reach_from_minus_to_plus_14_hours():
    assert all(map(is_zone, ["+00:00", "-14:00", "+14:00", "+13:59", "+05:45"]))
    assert not any(map(is_zone, ["Z", "+14:01", "+15:00", "08:00", "+8:00", "+08:60", "+0800", "+08:00\n", ""]))
