"""The ledger collects cosignatures from whoever speaks C2SP tlog-witness, and from nobody who lies."""

import threading
import time

import pytest

from ledger.witnessing.collector import AHEAD, COSIGNED, REFUSED, WAITING
from ledger.witnessing.lag import witness_lags
from tests.ledger.witnessing.conftest import OtherWitness, until
from verifier.primitives.checkpoint import parse_signed_checkpoint


def test_a_witness_of_others_makes_the_quorum(collect):
    collected = collect(None)
    for blocks in (1, 1, 3, 7):
        size = collected.grow(blocks)
        until(lambda size=size: collected.quorum_size() == size)
    assert collected.standing(0).outcome == COSIGNED
    assert all(parse_signed_checkpoint(each.partition(b"\n\n")[2]) for each in collected.witnesses[0].asked)


def test_only_the_ledger_s_own_lines_are_sent(collect):
    collected = collect(None, None, quorum=2)
    until(lambda: collected.quorum_size() == collected.world.ledger.head.edge.size)
    collected.grow()
    until(lambda: collected.quorum_size() == collected.world.ledger.head.edge.size)
    for witness in collected.witnesses:
        for body in witness.asked:
            _, note = parse_signed_checkpoint(body.partition(b"\n\n")[2])
            assert {line.name for line in note.signatures} == {collected.world.ledger.origin}
            assert len(body) < 10_240  # what the narrowest of the field's witnesses takes


def test_it_goes_on_from_what_a_witness_cosigned_already(collect):
    collected = collect(None)
    until(collected.quorum_size)
    witness = collected.witnesses[0]
    collected.collection.close()
    size = collected.grow(3)
    asked = len(witness.asked)
    again = type(collected.collection)(collected.world.ledger, [witness.url])
    until(lambda: collected.quorum_size() == size)
    again.close()
    olds = [body.partition(b"\n")[0] for body in witness.asked[asked:]]
    assert olds[0] == b"old 0"
    assert olds[1] != b"old 0"
    assert len(olds) == 2


def stranger(body: bytes) -> tuple[int, str, bytes]:
    """A cosignature that verifies, by a key that the charter does not name."""
    nobody = OtherWitness("stranger.example")
    nobody.close()
    return 200, "text/plain", nobody.line(body.decode().partition("\n\n")[2].partition("\n\n")[0] + "\n")


HOSTILE = {
    "signs garbage": lambda _: (200, "text/plain", "— other0.example AAAAAAAA\n".encode()),
    "signs nothing": lambda _: (200, "text/plain", b""),
    "is no UTF-8": lambda _: (200, "text/plain", b"\xff\xfe\n"),
    "says much": lambda _: (200, "text/plain", b"x" * 2_000_000),
    "sends a page": lambda _: (200, "text/html", b"<html></html>"),
    "signs with a key of nobody": stranger,
    "names its size wrongly": lambda _: (409, "text/x.tlog.size", b"0\n"),
    "names another size each time": lambda _: (409, "text/x.tlog.size", f"{time.time_ns() % 5}\n".encode()),
    "names a huge size": lambda _: (409, "text/x.tlog.size", f"{2**62}\n".encode()),
    "names no size": lambda _: (409, "text/x.tlog.size", b"many\n"),
    "redirects": lambda _: (302, "text/plain", b""),
    "fails": lambda _: (500, "text/plain", b""),
    "never knows us": lambda _: (404, "text/plain", b""),
}


@pytest.mark.parametrize("lie", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_witness_gains_nothing_and_hinders_nobody(collect, lie):
    collected = collect(lie, None)
    size = collected.grow()
    until(lambda: collected.quorum_size() == size)
    until(lambda: collected.standing(0).failures >= 2)
    assert (collected.standing(0).outcome, collected.standing(0).size) == (REFUSED, 0)
    assert collected.standing(0).error.expected
    with collected.world.ledger.store.read() as reader:
        assert all("other1.example" in line for line in reader.cosignatures(size))


def test_a_silent_witness_delays_neither_submissions_nor_the_others(collect):
    goes_on = threading.Event()

    def wait(body: bytes) -> tuple[int, str, bytes]:
        goes_on.wait(30)
        return 500, "text/plain", b""

    collected = collect(wait, None)
    for _ in range(3):
        size = collected.grow()
        until(lambda size=size: collected.quorum_size() == size)
    assert collected.standing(0).outcome == WAITING
    goes_on.set()


def test_nobody_there_is_asked_ever_more_seldom(collect):
    collected = collect(None, more=["http://127.0.0.1:1"])
    until(lambda: collected.standing(1).failures >= 4)
    assert collected.standing(1).outcome == REFUSED
    assert "answer" in collected.standing(1).error.expected


def test_a_witness_that_followed_by_itself_is_ahead_and_then_asked_about_the_next(collect):
    collected = collect(None)
    until(lambda: collected.standing(0).outcome == COSIGNED)
    witness, ledger = collected.witnesses[0], collected.world.ledger
    published = collected.grow()
    until(lambda: collected.quorum_size() == published)
    collected.world.note()
    collected.world.note()
    newer = ledger.head.edge.size
    witness.lie = lambda _: (409, "text/x.tlog.size", f"{newer}\n".encode())
    until(lambda: ledger.tiles.checkpoint().startswith(f"{ledger.origin}\n{newer}\n".encode()))
    until(lambda: collected.standing(0).outcome in (AHEAD, REFUSED))
    witness.lie = None
    size = collected.grow()
    until(lambda: collected.quorum_size() == size)


def test_witnesses_of_different_speed_cosign_the_same_checkpoints(collect):
    def slow(body: bytes) -> tuple[int, str, bytes]:
        time.sleep(0.3)
        return collected.witnesses[0].honest(body)

    collected = collect(None, None, None, quorum=3)
    collected.witnesses[0].lie = slow
    stop = threading.Event()

    def grow() -> None:
        while not stop.is_set():
            collected.grow()

    busy = threading.Thread(target=grow)
    busy.start()
    sizes = set()
    until(lambda: sizes.add(collected.quorum_size()) or len(sizes) > 4)
    stop.set()
    busy.join()


def test_lag_is_by_what_was_signed(collect):
    collected = collect(None, lambda _: (503, "text/plain", b""))
    size = collected.grow()
    until(lambda: collected.quorum_size() == size)
    now = collected.world.now()
    near, far = witness_lags(collected.world.ledger, now + 5_000)
    assert (near.witness, near.leaves, near.milliseconds) == ("other0.example", 0, 0)
    assert (far.witness, far.leaves) == ("other1.example", size)
    assert far.milliseconds >= 5_000
