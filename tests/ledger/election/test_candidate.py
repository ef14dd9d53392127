"""Candidates of one ledger: one leads, the others follow; whoever loses its lease, or its database, steps down."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event

import pytest

from ledger.election.candidate import PATIENCE, Candidate, Writing
from ledger.election.lease import NOBODY, Known
from ledger.errors import BusyError, StoppedError
from ledger.ledger import Ledger
from ledger.sequencer.guard_file import FileGuard as Guard
from ledger.store.sqlite.store import SqliteStore

SECONDS = 3.0


class Desk:
    """Keeps the one lease by a clock that the test holds."""

    def __init__(self):
        self.seconds = 0.0
        self.leader = NOBODY
        self.until = 0.0
        self.answers = True
        self.renewed = Event()

    def ask(self):
        if not self.answers:
            raise BusyError("lease", came="silence", expected="a database that answers")


@dataclass
class DeskLease:
    desk: Desk
    name: str
    term: int = 0

    @property
    def ours(self):
        return (self.desk.leader.term, self.desk.leader.holder) == (self.term, self.name)

    def acquire(self):
        self.desk.ask()
        if self.desk.until > self.desk.seconds:
            return False
        self.term = self.desk.leader.term + 1
        self.desk.leader, self.desk.until = Known(self.term, self.name, "", 0.0), self.desk.seconds + SECONDS
        return True

    def renew(self):
        self.desk.ask()
        if not self.ours:
            return False
        self.desk.until = self.desk.seconds + SECONDS
        self.desk.renewed.set()
        return True

    def release(self):
        self.desk.ask()
        if self.ours:
            self.desk.until = 0.0

    def state(self):
        self.desk.ask()
        known = self.desk.leader
        return Known(known.term, known.holder, "", self.desk.until - self.desk.seconds)

    def close(self):
        pass


class Stage:
    """Candidates over the rows and tiles of one zone; one process's lock keeps two from writing to the file at once."""

    def __init__(self, zone):
        self.zone, self.desk, self.told, self.faults = zone, Desk(), [], []
        self.path, self.guard = zone.folder / "ledger.db", zone.folder / "guard"

    def candidate(self, name):
        zone = self.zone
        ledger = Ledger(
            SqliteStore(self.path, writable=False),
            zone.tiles(),
            keys=zone.keys,
            guard=None,
            clock=zone.clocks.now,
            monotonic=lambda: self.desk.seconds,
        )
        return Candidate(
            ledger,
            DeskLease(self.desk, name),
            self.open_writing,
            seconds=SECONDS,
            monotonic=lambda: self.desk.seconds,
            tell=lambda what: self.told.append((name, what)),
            tell_fault=self.faults.append,
        )

    def open_writing(self):
        store = SqliteStore(self.path)
        try:
            return Writing(store.writer(), Guard(self.guard), store.close)
        except BaseException:
            store.close()
            raise

    def submit(self, candidate, number):
        self.zone.ledger = candidate.ledger
        try:
            return self.zone.move(number)
        finally:
            self.zone.ledger = None


@pytest.fixture
def stage(closed):
    return Stage(closed)


@pytest.fixture
def two(stage):
    made = [stage.candidate("one"), stage.candidate("two")]
    yield made
    for each in made:
        each.close()


def test_the_first_leads_and_the_second_follows_what_it_writes(stage, two):
    one, two_ = two
    one.turn()
    two_.turn()
    leaf = stage.submit(one, 1)
    two_.turn()
    assert (one.ledger.leads, two_.ledger.leads) == (True, False)
    assert (two_.leader.holder, two_.leader.term) == ("one", 1)
    assert two_.ledger.prover.promise(leaf) == one.ledger.prover.promise(leaf)
    assert stage.told == [("one", "leads")]


def test_whoever_takes_the_lead_keeps_its_lease_though_that_takes_longer_than_it_runs(stage, two):
    """A node that says nothing is waited for at each new connection: two processes took the lead from each other."""
    one, two_ = two
    opening = one._open_writing

    def open_slowly():
        stage.desk.seconds += SECONDS - 0.1
        assert stage.desk.renewed.wait(60), "it is not renewed meanwhile"
        stage.desk.seconds += SECONDS - 0.1
        two_.turn()
        return opening()

    one._open_writing = open_slowly
    one.turn()
    assert (one.ledger.leads, two_.ledger.leads) == (True, False)
    assert stage.told == [("one", "leads")]


def test_whoever_closes_lets_another_lead_at_once_and_nothing_is_lost(stage, two):
    one, two_ = two
    one.turn()
    leaf = stage.submit(one, 1)
    promise = one.ledger.prover.promise(leaf)
    one.close()
    two_.turn()
    assert two_.ledger.leads
    assert two_.ledger.prover.promise(leaf) == promise
    assert stage.submit(two_, 2) == leaf + 2
    assert stage.told == [("one", "leads"), ("one", "follows"), ("two", "leads")]


def test_lease_that_another_has_makes_a_leader_step_down_and_follow(stage, two):
    one, _ = two
    one.turn()
    stage.desk.leader, stage.desk.until = Known(7, "elsewhere", "", 0.0), stage.desk.seconds + SECONDS
    one.turn()
    assert not one.ledger.leads
    one.turn()
    assert one.leader.term == 7
    with pytest.raises(BusyError):
        stage.submit(one, 1)


def test_silence_of_the_database_is_borne_as_long_as_the_lease_ran(stage, two):
    one, _ = two
    one.turn()
    stage.desk.answers = False
    stage.desk.seconds += SECONDS / 2
    one.turn()
    assert one.ledger.leads
    assert isinstance(one.fault, BusyError)
    stage.desk.seconds += SECONDS
    one.turn()
    assert not one.ledger.leads
    stage.desk.answers = True
    one.turn()
    assert one.ledger.leads
    assert one.fault is None


def test_fault_is_told_once_as_long_as_it_is_the_same(stage, two):
    one, _ = two
    stage.desk.answers = False
    for _ in range(3):
        one.turn()
    assert [each.field for each in stage.faults] == ["lease"]
    stage.desk.answers = True
    one.turn()
    stage.desk.answers = False
    one.turn()
    assert len(stage.faults) == 2


def test_writer_that_stopped_is_given_up_and_another_goes_first(stage, two):
    one, two_ = two
    one.turn()
    one.ledger.writer._stopped = StoppedError("store", came="a full disk", expected="space")
    one.turn()
    assert not one.ledger.leads
    assert isinstance(one.fault, StoppedError)
    one.turn()
    assert not one.ledger.leads
    two_.turn()
    assert two_.ledger.leads
    two_.close()
    stage.desk.seconds += PATIENCE
    one.turn()
    assert one.ledger.leads


def test_guard_that_knows_more_lets_nobody_lead_and_reads_go_on(stage, two):
    one, _ = two
    size = one.ledger.head.edge.size
    ahead = Guard(stage.guard)
    ahead.record(size + 5, bytes(32))
    ahead.close()
    one.turn()
    assert isinstance(one.fault, StoppedError)
    assert not one.ledger.leads
    assert stage.desk.until == 0.0
    assert one.ledger.prover.promise(size - 2).leaf == size - 2


def test_follower_whose_database_was_silent_when_it_stepped_down_follows_later(stage, two, monkeypatch):
    one, _ = two
    one.turn()
    leaf = stage.submit(one, 1)
    stage.desk.leader, stage.desk.until = Known(7, "elsewhere", "", 0.0), stage.desk.seconds + SECONDS
    with monkeypatch.context() as patched:
        patched.setattr("ledger.ledger.Shadow", silent)
        one.turn()
        assert isinstance(one.fault, BusyError)
    one.turn()
    assert (one.fault, one.ledger.leads) == (None, False)
    assert one.ledger.prover.promise(leaf).leaf == leaf


def test_fault_that_nobody_foresaw_ends_no_candidacy(stage, two, monkeypatch):
    one, _ = two
    with monkeypatch.context() as patched:
        patched.setattr(one.ledger, "catch_up", lambda: 1 // 0)
        one.turn()
        assert "ZeroDivisionError" in str(one.fault)
        assert not one.ledger.leads
    one.turn()
    assert (one.fault, one.ledger.leads) == (None, True)


def silent(*_):
    raise BusyError("database", came="silence", expected="an answer")


def test_thread_takes_turns_until_it_is_closed(stage):
    only = stage.candidate("only")
    only.start()
    try:
        assert only.ledger.leads
    finally:
        only.close()
    assert stage.told == [("only", "leads"), ("only", "follows")]
    assert stage.desk.until == 0.0
