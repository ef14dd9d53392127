"""Counters: nothing is taken that is not there, whoever asks first, in a batch, in a block, or at one moment."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import failpoints
from ledger.fsck.check import check_ledger
from tests.ledger.sequencer.counting import counter, found_counting, move, outcome, say
from verifier.errors import MalformedError, NotPermittedError


@pytest.fixture(scope="module")
def founded_counting(founded, tmp_path_factory):
    return found_counting(founded, tmp_path_factory.mktemp("counting") / "zone")


@pytest.fixture
def counting(founded_counting, tmp_path):
    small = founded_counting.copy(tmp_path / "zone")
    small.open()
    yield small
    small.drop()


def refusal(small, *events):
    """Return why a batch is refused."""
    error = outcome(small, *events)
    assert error is not None, "it was recorded"
    return error


def damages(small):
    """Return what the operator's check finds on a stopped ledger's disk."""
    return [str(each) for each in check_ledger(small.folder / "ledger.db", small.folder / "tiles").damages]


def test_what_goes_in_and_what_is_taken_is_counted_exactly(counting):
    say(counting, move(counting, "added", "10.00001"), move(counting, "taken", "0.00001"))
    assert counter(counting) == 10
    say(counting, move(counting, "sold", "9.99999"))
    assert counter(counting) == Decimal("0.00001")
    say(counting, move(counting, "righted", "-0.00001"))
    assert counter(counting) == 0


def test_a_batch_that_takes_too_much_is_refused_whole_and_leaves_nothing(counting):
    say(counting, move(counting, "added", "5"))
    size = counting.size
    error = refusal(counting, *(move(counting, "taken", amount) for amount in ("2", "2", "1.00001")))
    assert isinstance(error, NotPermittedError)
    assert (error.field, error.came) == ("events[2].counts.overdrawn", "-1.00001 at 1, which makes -0.00001")
    assert error.expected == "at least 0"
    assert (counting.size, counter(counting)) == (size, 5)
    say(counting, move(counting, "taken", "5"))
    assert counter(counting) == 0


def test_events_of_one_batch_count_in_their_order(counting):
    say(counting, move(counting, "added", "1"), move(counting, "taken", "1"))
    assert refusal(counting, move(counting, "taken", "1"), move(counting, "added", "1")).field.startswith("events[0]")
    assert counter(counting) == 0


def test_of_two_batches_in_one_block_the_second_finds_what_the_first_took(counting):
    say(counting, move(counting, "added", "10"))
    before = len(counting.seals())
    batches = [counting.sign(move(counting, "taken", each)) for each in ("7", "4", "3")]
    outcomes = [each.exception(timeout=30) for each in counting.together(*batches)]
    assert len(counting.seals()) == before + 1, "they stood in one block"
    assert [type(each) for each in outcomes] == [type(None), NotPermittedError, type(None)]
    assert "-4 at 3" in outcomes[1].came
    assert counter(counting) == 0


def test_what_a_refused_batch_would_have_moved_is_there_for_the_next_of_its_block(counting):
    say(counting, move(counting, "added", "10"))
    refused = counting.sign(*(move(counting, "taken", "6") for _ in range(2)))
    answers = counting.together(refused, counting.sign(move(counting, "taken", "10")))
    outcomes = [each.exception(timeout=30) for each in answers]
    assert [type(each) for each in outcomes] == [NotPermittedError, type(None)]
    assert counter(counting) == 0


def test_it_holds_in_a_later_block_and_after_a_restart(counting):
    say(counting, move(counting, "added", "3"))
    say(counting, move(counting, "taken", "2"))
    counting.reopen()
    assert "-2 at 1" in refusal(counting, move(counting, "taken", "2")).came
    say(counting, move(counting, "taken", "1"))
    counting.reopen()
    assert counter(counting) == 0


def test_of_eight_at_one_moment_exactly_what_is_there_is_spent(counting):
    say(counting, move(counting, "added", "100"))
    batches = [[counting.sign(move(counting, "taken", "7")) for _ in range(5)] for _ in range(8)]

    def spend(mine):
        return [counting.ledger.submit(each).exception(timeout=60) is None for each in mine]

    with ThreadPoolExecutor(8) as threads:
        spent = [each for mine in threads.map(spend, batches) for each in mine]
    assert spent.count(True) == 14, "14 times 7 is 98, and 2 are left"
    assert counter(counting) == 2
    counting.close()
    assert damages(counting) == [], "bodies and disclosures add up to it"


def test_each_subject_has_its_own_and_an_event_moves_all_that_it_names(counting):
    say(counting, move(counting, "added", "2", 1, 2), move(counting, "added", "1", 3))
    assert "-2 at 1" in refusal(counting, move(counting, "taken", "2", 1, 2, 3)).came
    say(counting, move(counting, "taken", "1", 1, 3))
    assert [counter(counting, each) for each in (1, 2, 3)] == [1, 2, 0]


def test_the_most_is_held_to_the_last_place(counting):
    say(counting, move(counting, "added", "1000"))
    error = refusal(counting, move(counting, "added", "0.00001"))
    assert (error.came, error.expected) == ("0.00001 at 1000, which makes 1000.00001", "at most 1000")


NO_AMOUNTS = [None, 5, "", "-1", "1.000001", "01", "1e3", "10000000000000", "-0", " 1", "\uff11", ["1"], True]


@pytest.mark.parametrize("what", ["added", "taken", "sold"])
def test_what_is_no_amount_is_refused_and_moves_nothing(counting, what):
    say(counting, move(counting, "added", "5"))
    for amount in NO_AMOUNTS:
        assert isinstance(refusal(counting, move(counting, what, amount)), MalformedError), amount
    assert counter(counting) == 5


def test_without_bounds_a_counter_stays_a_decimal(counting):
    most = "9999999999999.99999"
    say(counting, move(counting, "unbounded", most))
    assert "at most 9999999999999.99999" in refusal(counting, move(counting, "unbounded", "0.00001")).expected
    for _ in range(2):
        say(counting, move(counting, "unbounded", f"-{most}"))
    assert "at least -9999999999999.99999" in refusal(counting, move(counting, "unbounded", "-0.00001")).expected
    assert counter(counting) == -Decimal(most)


def test_validation_tells_it_and_moves_nothing(counting):
    say(counting, move(counting, "added", "1"))
    spend = counting.sign(move(counting, "taken", "1"))
    assert counting.ledger.validate(spend) == []
    assert counter(counting) == 1
    (fault,) = counting.ledger.validate(counting.sign(move(counting, "taken", "2")))
    assert "counts.overdrawn" in fault.field


@pytest.mark.parametrize("point", ["before-commit", "after-commit", "after-guard"])
def test_a_crash_leaves_event_and_counter_or_neither(founded_counting, tmp_path, point):
    small = founded_counting.copy(tmp_path / "zone")
    small.open()
    say(small, move(small, "added", "5"))
    size, batch = small.size, small.sign(move(small, "taken", "2"))
    small.close()
    child = os.fork()
    if not child:
        failpoints._name = point  # in no other process: the seal of an idle minute of another ledger would end this one
        try:
            small.open().submit(batch).exception(timeout=30)
        finally:
            os._exit(1)  # it was to end before
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
    small.open()
    recorded = small.size > size
    assert recorded == (point != "before-commit")
    assert counter(small) == (3 if recorded else 5)
    small.ledger.submit(batch).result(timeout=30)
    assert counter(small) == 3, "sent again, it counts once"
    small.close()
    assert damages(small) == []


_AMOUNTS = st.decimals(min_value=0, max_value=30, places=5).map(lambda each: f"{each.normalize():f}")
_SAID = st.tuples(st.sampled_from(["added", "taken", "sold", "righted"]), _AMOUNTS, st.integers(1, 2), st.booleans())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_SAID, min_size=1, max_size=4), min_size=1, max_size=5))
def test_counters_are_those_of_a_slow_model(founded_counting, tmp_path_factory, groups):
    small = founded_counting.copy(tmp_path_factory.mktemp("model") / "zone")
    small.open()
    try:
        held = {1: Decimal(0), 2: Decimal(0)}
        say(small, move(small, "added", "0", 1, 2))
        for group in groups:  # a batch each
            after = dict(held)
            admitted = True
            for what, amount, number, back in group:
                signed = Decimal(amount) * (-1 if what in ("taken", "sold") or (what == "righted" and back) else 1)
                after[number] += signed
                most = 1000 if what == "added" else None
                least = None if what == "added" else 0
                admitted &= (least is None or after[number] >= least) and (most is None or after[number] <= most)
            events = [
                move(small, what, f"-{amount}" if what == "righted" and back and Decimal(amount) else amount, number)
                for what, amount, number, back in group
            ]
            came = outcome(small, *events)
            assert (came is None) == admitted, (came, group)
            held = after if admitted else held
            assert {number: counter(small, number) for number in held} == held
    finally:
        small.close()
