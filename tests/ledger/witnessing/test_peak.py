"""After a peak the witnesses are soon near again, however much was submitted."""

import threading
import time

import pytest

from ledger.client.client import LedgerClient
from ledger.witnessing.lag import witness_lags
from tests.ledger.client.serving import Service
from tests.ledger.witnessing.conftest import until

NEAR = 5_000  # milliseconds
MANY = 20  # statements; a peak on any machine


def submit_for(seconds: float, collected, url: str, threads: int = 4) -> int:
    """Submit as fast as answers come, from several sides, until much was taken; return how many were."""
    taken = []
    end = time.monotonic() + seconds
    waiting = [[collected.world.submission() for _ in range(30)] for _ in range(threads)]

    def submit(made: list[bytes]) -> None:
        client = LedgerClient(url)
        while (time.monotonic() < end or len(taken) < MANY) and made:
            taken.append(client.submit(made.pop()).leaf)

    while time.monotonic() < end or len(taken) < MANY:
        busy = [threading.Thread(target=submit, args=(each,)) for each in waiting]
        for thread in busy:
            thread.start()
        for thread in busy:
            thread.join()
        waiting = [[collected.world.submission() for _ in range(30)] for _ in range(threads)]
    return len(taken)


def require_near_after(collected, seconds: float) -> None:
    service = Service(collected.world.ledger)
    try:
        assert submit_for(seconds, collected, service.url) >= MANY
        ledger = collected.world.ledger
        lags = lambda: witness_lags(ledger, collected.world.now())  # noqa: E731 - said three times
        until(lambda: all(each.milliseconds < NEAR for each in lags()), 60)
        until(lambda: all(each.leaves == 0 for each in lags()), 60)
        assert collected.quorum_size() == ledger.head.edge.size
    finally:
        service.close()


def slow(seconds: float, place: int, made: list):
    """A witness that takes its time."""

    def answer(body: bytes) -> tuple[int, str, bytes]:
        time.sleep(seconds)
        return made[0].witnesses[place].honest(body)

    return answer


def test_after_a_short_peak_every_witness_is_near_again(collect):
    made: list = []
    made.append(collect(None, None, slow(0.2, 2, made), quorum=2))
    require_near_after(made[0], 2)


@pytest.mark.soak
def test_after_a_peak_of_a_minute_every_witness_is_near_again_within_a_minute(collect):
    made: list = []
    made.append(collect(None, None, slow(0.4, 2, made), slow(0.8, 3, made), quorum=3))
    require_near_after(made[0], 60)
