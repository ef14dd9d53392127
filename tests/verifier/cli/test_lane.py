"""A lane of reading ahead: in order, bounded, and never in the way."""

import threading

import pytest

from verifier.cli.lane import Lane
from verifier.errors import MalformedError


def one_by_one(number):
    return [(number, b"%d" % number)], number + 1


def test_what_is_taken_in_order_is_there():
    lane = Lane(one_by_one, 3, 40)
    assert [lane.take(number) for number in range(3, 40)] == [b"%d" % number for number in range(3, 40)]


def test_what_is_not_among_the_fetched_is_not_there_nor_what_lies_outside():
    lane = Lane(lambda first: ([(n, b"x") for n in range(first, first + 10) if n % 3 == 0], first + 10), 0, 30)
    assert [lane.take(number) for number in range(-1, 31)] == [
        b"x" if number % 3 == 0 and 0 <= number < 30 else None for number in range(-1, 31)
    ]


def test_what_is_passed_over_is_given_up():
    lane = Lane(one_by_one, 0, 100, window=4)
    assert lane.take(50) == b"50"
    assert lane.take(49) is None
    assert lane.take(51) == b"51"


def test_no_more_is_fetched_than_fits_into_the_window():
    taken, ahead = [-1], []

    def fetch(number):
        ahead.append(number - taken[0])
        return [(number, bytes(10))], number + 1

    lane = Lane(fetch, 0, 200, window=50)
    for number in range(200):
        assert lane.take(number) == bytes(10)
        taken[0] = number
    assert len(ahead) == 200
    assert max(ahead) <= 7  # five that wait, the one that is fetched, and one that was taken and not noted yet


@pytest.mark.parametrize("error", [MalformedError("batches", came="a page", expected="batches"), ValueError("a bug")])
def test_what_cannot_be_fetched_ends_the_lane_and_keeps_nobody_waiting(error):
    def fetch(number):
        if number == 5:
            raise error
        return one_by_one(number)

    lane = Lane(fetch, 0, 10)
    assert [lane.take(number) for number in range(10)] == [b"0", b"1", b"2", b"3", b"4", *[None] * 5]
    assert lane.ended


def test_whoever_waits_is_told_when_the_lane_is_closed():
    asked, go_on = threading.Event(), threading.Event()

    def fetch(number):
        asked.set()
        go_on.wait(60)
        return one_by_one(number)

    lane, found = Lane(fetch, 0, 10), []
    waiting = threading.Thread(target=lambda: found.append(lane.take(0)))
    waiting.start()
    assert asked.wait(60)
    lane.close()
    waiting.join(60)
    go_on.set()
    assert found == [None]
    assert lane.take(1) is None
