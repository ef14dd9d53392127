"""Proofs that leave are examined, beside or here: with the same word, whatever becomes of the process."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.errors import StoppedError
from ledger.prove.beside import PROGRAM, Examiners
from ledger.prove.examined import Question, examine, fault_of, format_question, parse_question
from tests.world import ITEM, PRODUCT, found_world, now
from verifier.errors import MalformedError
from verifier.proof.known import Known

SILENT = (sys.executable, "-c", "import socket; s = socket.socket(fileno=0); s.sendall(bytes(8)); s.recv(1)")
_READY_AND_UNREADABLE = "s.sendall(bytes(8) + (bytes([1]) + bytes(7) + bytes([255])) * 9)"
NONSENSE = (sys.executable, "-c", f"import socket; s = socket.socket(fileno=0); {_READY_AND_UNREADABLE}")
ENDLESS = (sys.executable, "-c", "import socket; s = socket.socket(fileno=0); s.sendall(bytes(8) + bytes([255]) * 8)")
ENDED, NONE = (sys.executable, "-c", ""), ("/does/not/exist",)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = found_world(tmp_path_factory.mktemp("beside") / "world")
    made.cosign()
    yield made
    made.ledger.close()


@pytest.fixture
def begin():
    begun = []

    def make(most=1, **values):
        begun.append(Examiners(most, **values))
        return begun[-1]

    yield make
    for each in begun:
        each.close()


def question(world, subject=PRODUCT):
    made = world.ledger.prover.trace(subject)
    return Question(world.standpoint().policy.charter, now() // 1000, subject, made.data)


def await_ready(examiners, asked):
    """Ask until a process answers; return its pid."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert examiners.fault(asked, Known()) is None
        if pids := examiners.pids:
            return pids[0]
        time.sleep(0.01)
    raise AssertionError("no process answers")


def bent(asked):
    """Return questions about a proof that is not what was proved, or of something else."""
    flipped = bytearray(asked.data)
    flipped[len(flipped) // 2] ^= 1
    yield Question(asked.pinned, asked.now, asked.subject, bytes(flipped))
    yield Question(asked.pinned, asked.now, asked.subject, asked.data[:-1])
    yield Question(asked.pinned, asked.now, ITEM, asked.data)
    yield Question(bytes(32), asked.now, asked.subject, asked.data)


def test_a_process_says_what_is_said_here(world, begin):
    asked, examiners = question(world), begin()
    await_ready(examiners, asked)
    true = (asked, question(world, ITEM), asked)
    for each in (*true, *bent(asked), *true):
        here = fault_of(examine(each, Known()))
        assert examiners.fault(each, Known()) == here
        assert (here is None) == (each in true)
    assert examiners.pids  # it answered all of them


def test_a_file_is_that_of_the_trace(world, begin):
    prover, before = world.ledger.prover, world.ledger.prover.examiners
    prover.examiners = begin()
    try:
        for subject in (PRODUCT, ITEM, f"{PRODUCT}/21/NEVER"):
            for _ in range(2):
                told, file = prover.trace(subject), prover.trace_file(subject)
                assert (file.data, file.size, file.newer) == (told.data, told.size, told.newer)
            await_ready(prover.examiners, question(world))
    finally:
        prover.examiners = before


def test_what_does_not_verify_does_not_leave(world, begin, monkeypatch):
    prover, before = world.ledger.prover, world.ledger.prover.examiners
    prover.examiners = begin()
    try:
        await_ready(prover.examiners, question(world))
        wrong = prover.trace(ITEM).data
        monkeypatch.setattr("ledger.prove.prover.write_trace_proof", lambda *_: wrong)
        with pytest.raises(StoppedError, match="suyuan fsck"):
            prover.trace_file(PRODUCT)
    finally:
        prover.examiners = before


def test_a_process_that_was_killed_is_replaced(world, begin):
    clock = [0.0]
    asked, examiners = question(world), begin(monotonic=lambda: clock[0])
    killed = await_ready(examiners, asked)
    os.kill(killed, signal.SIGKILL)
    wrong = next(bent(asked))
    assert examiners.fault(asked, Known()) is None
    assert examiners.fault(wrong, Known()) is not None
    assert not examiners.pids  # not at once: what ends it might be the proof
    clock[0] += 60
    assert await_ready(examiners, asked) != killed


@pytest.mark.parametrize("program", [SILENT, NONSENSE, ENDLESS, NONE, ENDED], ids=str)
def test_a_process_that_does_not_answer_costs_no_answer(world, begin, program):
    asked, examiners = question(world), begin(program=program, silent=0.2)
    until = time.monotonic() + 3
    while time.monotonic() < until:
        assert examiners.fault(asked, Known()) is None
        assert examiners.fault(next(bent(asked)), Known()) is not None


def test_many_threads_share_two_processes(world, begin):
    examiners, asked, wrong = begin(2), question(world), list(bent(question(world)))
    await_ready(examiners, asked)
    with ThreadPoolExecutor(8) as pool:
        each = [asked, *wrong] * 20
        faults = list(pool.map(lambda one: examiners.fault(one, Known()), each))
    assert [fault is None for fault in faults] == [one is asked for one in each]


def test_closing_ends_all_of_them_and_whoever_asks_afterwards_is_answered(world, begin):
    asked, examiners = question(world), begin()
    pid = await_ready(examiners, asked)
    examiners.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert examiners.fault(asked, Known()) is None
    assert examiners.fault(next(bent(asked)), Known()) is not None
    assert not examiners.pids


def test_a_question_is_read_back(world):
    asked = question(world)
    assert parse_question(format_question(asked)) == asked
    spelt = format_question(asked)
    for cut in (0, 31, 43, 44):
        with pytest.raises(MalformedError):
            parse_question(spelt[:cut])
    with pytest.raises(MalformedError):
        parse_question(spelt[:44] + b"\xff" + spelt[45:])


def test_a_process_whose_server_ends_before_it_is_heard_ends_without_a_word():
    ours, its = socket.socketpair()
    with its:
        begun = subprocess.Popen(PROGRAM, stdin=its.fileno(), stderr=subprocess.PIPE)
    assert select.select([ours], [], [], 60)[0]  # it is ready; nobody reads that
    ours.close()
    assert begun.communicate(timeout=60)[1] == b""
    assert begun.returncode == 0
