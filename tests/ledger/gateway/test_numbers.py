"""No sequence number is given twice, however many are taken ahead, whoever else takes some, and after any end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.client.sequence import next_number, take_numbers
from ledger.gateway.numbers import Numbers

KID, OTHER = b"k" * 32, b"o" * 32
STEPS = st.lists(
    st.tuples(st.sampled_from(["gateway", "program", "restart", "skip"]), st.integers(1, 200)), min_size=1, max_size=12
)


@given(steps=STEPS)
def test_no_number_is_given_twice(tmp_path_factory, steps):
    key, numbers = tmp_path_factory.mktemp("keys") / "firm.pem", Numbers()
    given: list[int] = []
    for who, count in steps:
        if who == "gateway":
            first = numbers.take(key, KID, count)
        elif who == "program":
            first = take_numbers(key, KID, count)
        else:
            if who == "restart":
                numbers = Numbers()
            else:
                numbers.skip(key, KID, least=max(given, default=0) + 1, gap=count)
            continue
        given += range(first, first + count)
    assert len(set(given)) == len(given)


def test_under_load_the_file_is_written_for_several_batches_at_once(tmp_path):
    key, numbers = tmp_path / "firm.pem", Numbers()
    assert numbers.take(key, KID, 100) == 0
    taken = next_number(key, KID)
    assert numbers.take(key, KID, 100) == 100
    assert next_number(key, KID) == taken >= 200


def test_a_few_numbers_are_taken_alone(tmp_path):
    key, numbers = tmp_path / "firm.pem", Numbers()
    assert [numbers.take(key, KID, 1), numbers.take(key, KID, 2)] == [0, 1]
    assert next_number(key, KID) == 3


def test_what_is_skipped_is_behind_the_gap_and_what_was_taken_ahead_is_not_given_any_more(tmp_path):
    key, numbers = tmp_path / "firm.pem", Numbers()
    numbers.take(key, KID, 50)
    following = next_number(key, KID)
    numbers.skip(key, KID, least=7, gap=10)
    assert numbers.take(key, KID, 1) == following + 10
    numbers.skip(key, KID, least=10_000, gap=0)
    assert numbers.take(key, KID, 1) == 10_000


def test_each_key_has_numbers_of_its_own(tmp_path):
    numbers = Numbers()
    assert [numbers.take(tmp_path / f"{kid[:1].decode()}.pem", kid, 20) for kid in (KID, OTHER, KID)] == [0, 0, 20]
