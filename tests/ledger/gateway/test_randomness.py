"""Random bytes come in small pieces, and none twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from ledger.gateway.randomness import RandomPool


class Counted:
    """A source whose bytes tell where they stood: no run of eight, begun at a multiple of eight, comes twice."""

    def __init__(self) -> None:
        self._next: Iterator[int] = count()

    def __call__(self, size: int) -> bytes:
        return b"".join(next(self._next).to_bytes(8, "big") for _ in range(-(-size // 8)))[:size]


@given(st.lists(st.integers(0, 9_000), max_size=60))
def test_each_piece_has_its_length_and_stands_behind_the_one_before(sizes):
    pool = RandomPool(Counted())
    assert [len(pool(size)) for size in sizes] == sizes


def test_no_byte_is_given_twice():
    pool = RandomPool(Counted())
    pieces = [pool(8) for _ in range(5_000)]
    assert len(set(pieces)) == len(pieces)


def test_threads_share_no_byte():
    pool = RandomPool(Counted())
    with ThreadPoolExecutor(4) as threads:
        pieces = list(threads.map(lambda _: pool(8), range(20_000)))
    assert len(set(pieces)) == len(pieces)


def test_a_forked_process_draws_its_own():
    pool = RandomPool()
    pool(16)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, pool(64))
        os._exit(0)
    os.waitpid(child, 0)
    drawn = os.read(reading, 64)
    os.close(reading)
    os.close(writing)
    assert len(drawn) == 64
    assert pool(64) != drawn


def test_the_operating_systems_bytes_are_what_is_given():
    asked: list[int] = []

    def fetch(size: int) -> bytes:
        asked.append(size)
        return os.urandom(size)

    pool = RandomPool(fetch)
    assert len({pool(16) for _ in range(100)}) == 100
    assert asked == [8_192]
