"""Ledger time: the clock's where it goes on, and always later than the seal before."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from itertools import pairwise

import pytest

from ledger.admission.intake import AHEAD
from ledger.signing.signer import generate
from tests.ledger.sequencer.zone import ORIGIN, START, key_draft
from verifier.errors import MismatchError, NotPermittedError
from verifier.ledgerformat.receipt import parse_receipt
from verifier.ledgerformat.submission import format_submission
from verifier.primitives.keys import EDDSA

TERMED = generate(EDDSA)  # a further key of the carrier, good until some time


def test_seal_has_the_clock_s_time_where_it_has_gone_on(small):
    small.clocks.ms += 86_400_000
    leaf = small.move(1)
    assert small.seals()[-1].time == small.clocks.ms
    assert parse_receipt(small.ledger.prover.promise(leaf).receipt).time == small.clocks.ms // 1000


@pytest.mark.parametrize("seed", range(3))
def test_seal_times_increase_whatever_the_clock_does_and_over_restarts(small, seed):
    drawn = random.Random(seed)
    for _ in range(12):
        small.clocks.ms = drawn.choice([START - 10**9, START, small.clocks.ms, START + drawn.randrange(10**6)])
        draft = {"time": START - 10**9}
        small.ledger.submit(small.sign(small.event(drawn.randrange(9), **draft))).result(timeout=30)
        if drawn.random() < 0.25:
            small.reopen()
    times = [seal.time for seal in small.seals()]
    assert all(before < after for before, after in pairwise(times))


def test_keys_are_judged_by_the_block_s_time_not_by_the_time_of_intake(small):
    until = small.clocks.ms + 50_000
    small.decree_zone().say(small.customs, [_key_until(small, until)])
    small.clocks.ms = until - 10
    assert small.ledger.submit(_by_termed(small, 1)).result(timeout=30)
    small.clocks.ms = until - 1
    with small.held():
        answers = [small.ledger.submit(_by_termed(small, 2)), small.ledger.submit(small.moved(3))]
        small.clocks.ms = until
    with pytest.raises(NotPermittedError, match="key"):
        answers[0].result(timeout=30)
    assert answers[1].result(timeout=30)
    with pytest.raises(NotPermittedError, match="key"):
        small.ledger.submit(_by_termed(small, 4))


def test_claimed_time_may_be_ahead_by_five_minutes_and_no_more(small):
    small.clocks.ms += 10_000
    now = small.clocks.ms
    with pytest.raises(MismatchError, match=r"head\.time"):
        small.ledger.submit(small.sign(small.event(2, time=now + AHEAD + 1)))
    assert small.ledger.submit(small.sign(small.event(1, time=now + AHEAD))).result(timeout=30)
    assert small.ledger.submit(small.sign(small.event(2, time=0))).result(timeout=30), "and as far back as one likes"


@pytest.mark.slow
def test_idle_ledger_seals_after_a_minute_and_not_before(small):
    """The writer looks at least once a second whether it has been idle for a minute."""
    sealed, looked = threading.Event(), threading.Event()
    sequencer = small.ledger.writer.sequencer
    seal, publish_if_due = sequencer.seal, sequencer.publish_if_due
    sequencer.seal = lambda: (seal(), sealed.set())
    sequencer.publish_if_due = lambda: (publish_if_due(), looked.set())
    small.move(1)
    size, last = small.size, small.seals()[-1]
    small.clocks.seconds += 59.9
    looked.clear()
    assert looked.wait(30)
    assert not sealed.is_set()
    small.clocks.seconds += 0.2
    assert sealed.wait(30)
    small.settle()
    assert small.size == size + 1
    assert (small.seals()[-1].first, small.seals()[-1].covered, small.seals()[-1].root) == (size, size, last.root)
    assert small.published().size == size + 1


def _key_until(small, until):
    return replace(key_draft(small, TERMED), until=until)


def _by_termed(small, number):
    actor = replace(small.carrier, signer=TERMED, _sequence={TERMED.public.kid: number})
    return format_submission(actor.sign([small.event(number)], ORIGIN))
