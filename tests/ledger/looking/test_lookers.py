"""With lookers a ledger says the same as without, whatever becomes of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from fixtures.zone.actors import enterprise
from ledger.looking import looker
from ledger.looking.lookers import Lookers
from tests.ledger.looking.zone import commissioned
from tests.waiting import until
from tests.world import uscc
from verifier.errors import SuyuanError

STUMBLING = """
import os, signal, sys
from ledger.looking import process
look = process.Judging.look
def stumble(self, question):
    if any(b"POISON" in each for each in question.group): os.kill(os.getpid(), signal.SIGKILL)
    return look(self, question)
process.Judging.look = stumble
process.main()
"""


def outcomes(found):
    """Return leaves and refusals."""
    return [(each.exception(60) or each.result()) if isinstance(each, Future) else each for each in found]


def leaves(world, group):
    found = outcomes(world.ledger.submit_together(group))
    assert all(isinstance(each, int) for each in found), found
    return found


def is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def counted(world, monkeypatch):
    """Return how many submissions the ledger has looked at by itself."""
    door, seen = world.ledger._led().door, []
    here = door._judge_here
    monkeypatch.setattr(door, "_judge_here", lambda group: seen.extend(group) or here(group))
    return seen


def test_what_lookers_found_is_recorded_without_another_look(world, beside, fresh, counted):
    beside()
    group = fresh(6)
    found = leaves(world, group)
    assert counted == []
    for data, leaf in zip(group, found, strict=True):
        assert world.ledger.prover.promise(leaf).entry in data


def test_faults_are_told_as_without_lookers(world, beside, fresh, counted):
    beside()
    spoilt = [each[:-9] + bytes(9) for each in fresh(3)]
    group = [*fresh(4), *spoilt, b"", commissioned(world, "F1", who="tax")]
    told = [str(each) for each in outcomes(world.ledger.submit_together(group)) if isinstance(each, SuyuanError)]
    world.ledger.look_beside(None)
    again = [each for each in outcomes(world.ledger.submit_together(group)) if isinstance(each, SuyuanError)]
    assert len(told) == 5
    assert told == [str(each) for each in again]


def test_who_is_admitted_while_they_run_is_known_to_them(world, beside, fresh, counted):
    beside()
    leaves(world, fresh(4))
    newcomer = enterprise(uscc("91330100MA2TEXT77"), "新企业", "Newcomer", ["seller"], prefixes=["690123456"])
    world.cast["newcomer"] = newcomer
    world.zone.admit_enterprises(world.cast["customs"], [newcomer])
    counted.clear()
    found = outcomes(world.ledger.submit_together([commissioned(world, f"N{each}", who="newcomer") for each in "abcd"]))
    assert counted == []
    assert len(found) == 4


def test_one_that_is_killed_at_work_loses_nothing_and_another_is_begun(world, beside, fresh):
    lookers = beside(2)
    stop, killed = threading.Event(), []

    def kill():
        while not stop.wait(0.05):
            for pid in lookers.pids:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        for _ in range(8):
            group = fresh(6)
            for data, leaf in zip(group, leaves(world, group), strict=True):
                assert world.ledger.prover.promise(leaf).entry in data
    finally:
        stop.set()
        killer.join()
    assert killed
    until(lambda: lookers.look(fresh(1), world.ledger.head.replay, leaf=1, now=1) is None or lookers.ready)
    assert not any(is_there(pid) for pid in killed)


def test_what_ends_a_looker_ends_no_ledger(world, beside, fresh):
    told = []
    lookers = beside(program=(sys.executable, "-c", STUMBLING), tell=told.append)
    poison = commissioned(world, "POISON1")
    assert len(leaves(world, [*fresh(4), poison])) == 5
    assert lookers.ended == 1
    assert told == ["EndedError"]


def test_one_that_hangs_is_ended(world, beside, fresh, monkeypatch):
    monkeypatch.setattr(looker, "_PATIENCE", 0.2)
    lookers = beside()
    (pid,) = lookers.pids
    os.kill(pid, signal.SIGSTOP)
    leaves(world, fresh(5))
    assert lookers.ended == 1
    assert not is_there(pid)


def test_small_submissions_begin_none_and_large_ones_do(world, fresh):
    lookers = Lookers(1, str(world.folder), world.ledger.origin)
    world.ledger.look_beside(lookers)
    try:
        leaves(world, fresh(8))
        assert not lookers._begun
        leaves(world, fresh(1, events=60))
        assert lookers._begun
    finally:
        world.ledger.look_beside(None)
        lookers.close()


def test_where_none_can_be_begun_the_ledger_looks(world, fresh):
    lookers = Lookers(1, "/nowhere", world.ledger.origin)
    world.ledger.look_beside(lookers)
    try:
        leaves(world, fresh(1, events=60))
        until(lambda: lookers.ended)
        leaves(world, fresh(1, events=60))
    finally:
        world.ledger.look_beside(None)
        lookers.close()


def test_none_outlives_who_began_it(world, tmp_path):
    program = (
        "import sys, time; from ledger.looking.looker import Looker; from ledger.looking.lookers import _PROGRAM\n"
        "print(Looker(_PROGRAM, sys.argv[1], None, sys.argv[2]).pid, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", program, str(world.folder), world.ledger.origin]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as began:
        pid = int(began.stdout.readline())
        assert is_there(pid)
        began.kill()
    until(lambda: not is_there(pid))


def test_close_ends_them_also_while_they_are_begun(world, beside):
    lookers = Lookers(2, str(world.folder), world.ledger.origin)
    lookers.look([], world.ledger.head.replay, leaf=0, now=0)
    lookers.close()
    assert lookers._idle == [] or not any(is_there(each.pid) for each in lookers._idle)
    ready = beside()
    pids = ready.pids
    world.ledger.look_beside(None)
    ready.close()
    assert not any(is_there(pid) for pid in pids)
