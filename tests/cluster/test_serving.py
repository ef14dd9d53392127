"""Two machines, one ledger: one leads, both answer; whoever is killed or sleeps loses nothing and forks nothing."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from ledger.client.client import LedgerClient
from ledger.opening import open_ledger
from tests.cluster.machines import leader_of, until
from tests.crash.checking import check_all
from tests.crash.journal import Journal, read_journal
from tests.crash.load import commission, submitter
from tests.crash.served import PASSPHRASE, Submitters
from tests.world import ORIGIN
from verifier.errors import SuyuanError

pytestmark = pytest.mark.slow


def check_whole(zone, journal):
    """Nothing acknowledged is lost and no size has two roots, by the rows and by everything that was answered."""
    journal.close()
    ledger = open_ledger(zone.folder / "ledger", PASSPHRASE, allow_async=True)
    try:
        check_all(ledger, read_journal(zone.folder / "journal"))
    finally:
        ledger.close()


def stop_all(*submitters):
    """Let no thread outlive the test, whichever of them failed."""
    with ExitStack() as stack:
        for each in submitters:
            stack.callback(each.stop)


def acknowledged(zone):
    return len(read_journal(zone.folder / "journal").acknowledged)


def answers_more(zone, than):
    until(lambda: acknowledged(zone) > than, "nothing more is acknowledged")


def test_what_is_handed_to_the_one_that_follows_is_recorded_and_shown_by_both(zone, machine):
    first, second = machine("first"), machine("second")
    first.start()
    second.start()
    assert (first.leads, second.leads) == (True, False)
    actor = submitter(zone.cast["seller"], 1)
    said = commission(actor, zone.zone.types, ORIGIN, range(2))
    following, leading = LedgerClient(second.url), LedgerClient(first.url)
    receipt = following.submit(said)
    assert leading.submit(said).data == receipt.data
    assert following.receipt(receipt.identity).leaf == leading.receipt(receipt.identity).leaf == receipt.leaf
    with pytest.raises(SuyuanError, match="commissioned-twice"):
        following.submit(commission(submitter(zone.cast["seller"], 2), zone.zone.types, ORIGIN, range(2)))
    assert following.validate(said) == []


def kill_leaders(zone, machine, kills):
    machines = [machine("first"), machine("second")]
    for each in machines:
        each.start()
    journal, terms = Journal(zone.folder / "journal"), []
    submitters = [Submitters(zone, each.url, journal, place, threads=2) for place, each in enumerate(machines)]
    try:
        for _ in range(kills):
            answers_more(zone, acknowledged(zone) + 20)
            leading = leader_of(machines)
            (other,) = (each for each in machines if each is not leading)
            terms.append(leading.term)
            leading.kill()
            until(lambda other=other: other.leads, "the other does not lead")
            answers_more(zone, acknowledged(zone) + 20)
            leading.start()
    finally:
        stop_all(*submitters)
    assert terms == sorted(set(terms))
    for each in machines:
        assert each.stop() == 0
    check_whole(zone, journal)


def test_nothing_acknowledged_is_lost_when_the_leader_is_killed_under_load(zone, machine):
    kill_leaders(zone, machine, 1)


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_when_leaders_are_killed_twenty_times(zone, machine):
    kill_leaders(zone, machine, 20)


def test_leader_that_slept_through_its_lease_writes_nothing_more_and_follows(zone, machine):
    sleeper, other = machine("sleeper", lease="1"), machine("other", lease="1")
    sleeper.start()
    other.start()
    journal = Journal(zone.folder / "journal")
    submitters = Submitters(zone, sleeper.url, journal, 0)
    answers_more(zone, 10)
    sleeper.pause()
    until(lambda: other.leads, "nobody took over")
    through = Submitters(zone, other.url, journal, 1)
    try:
        answers_more(zone, acknowledged(zone) + 20)
        sleeper.resume()
        until(lambda: not sleeper.leads, "it still leads")
        answers_more(zone, acknowledged(zone) + 20)
    finally:
        stop_all(submitters, through)
    assert other.leads
    assert sleeper.stop() == other.stop() == 0
    check_whole(zone, journal)


def test_server_without_a_synchronous_replica_is_not_written_to_unless_a_setting_says_so(zone, machine):
    strict = machine("strict", allow_async="0")
    with pytest.raises(AssertionError, match="synchronous"):
        strict.start()


def test_whoever_leads_hands_over_at_once_when_it_is_stopped(zone, machine):
    first, second = machine("first", lease="60"), machine("second", lease="60")
    first.start()
    second.start()
    begun = time.monotonic()
    assert first.stop() == 0
    until(lambda: second.leads, "the second does not lead")
    assert time.monotonic() - begun < 60, "it waited for the lease to run out"
