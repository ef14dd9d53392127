"""Event ids against another implementation of RFC 9562."""

import uuid_utils
from hypothesis import given
from hypothesis import strategies as st

from ledger.compose.event import uuid7


@given(st.integers(0, (1 << 48) - 1), st.binary(min_size=10, max_size=10))
def test_ids_are_version_7_of_the_standard_variant_and_hold_the_time(time, random):
    read = uuid_utils.UUID(bytes=uuid7(time, random))
    assert (read.version, read.variant, read.timestamp) == (7, uuid_utils.RFC_4122, time)


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_ids_of_one_time_differ_in_all_random_bits_but_the_six_that_are_fixed(one, other):
    mask = 0x0FFF_3FFF_FFFF_FFFF_FFFF
    same = int.from_bytes(one, "big") & mask == int.from_bytes(other, "big") & mask
    assert (uuid7(1, one) == uuid7(1, other)) == same


@given(st.integers(0, (1 << 48) - 2), st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_ids_sort_by_time(time, one, other):
    assert uuid7(time, one) < uuid7(time + 1, other)
