"""What a standby follows is what the leader has: state, index at every size, proofs; changed rows it refuses."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.load import unit
from ledger.errors import BusyError, StoppedError
from ledger.index.heap import NOTHING
from ledger.sequencer import recover
from ledger.sequencer.guard_file import FileGuard as Guard
from ledger.standby import shadow
from ledger.store.sqlite.store import SqliteStore
from tests.ledger.standby.conftest import Kept
from verifier.primitives.tiles import WIDTH


def state_of(ledger):
    """What both must have alike."""
    head = ledger.head
    charters = len(head.replay.registry.charters)
    return head.edge, head.root, head.time, head.last_seal, charters, ledger._state().overlay.heap.root


def nodes_at(ledger, size):
    """Every heap node that is no empty one, as it was at a size."""
    overlay = ledger._state().overlay
    found = {1: overlay.node(1, size)}
    level = [1]
    while level:
        level = [child for node in level for child in (2 * node, 2 * node + 1) if child < 2 << overlay.heap.levels]
        level = [node for node in level if overlay.node(node, size) != NOTHING]
        found |= {node: overlay.node(node, size) for node in level}
    return found


def test_standby_has_the_leaders_state_after_each_block(small, follower):
    standby = follower(small)
    assert state_of(standby) == state_of(small.ledger)
    for number in range(5):
        small.move(number, number + 1)
        standby.catch_up()
        assert state_of(standby) == state_of(small.ledger)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(blocks=st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True), min_size=1, max_size=6))
def test_index_of_a_standby_reads_at_every_size_since_the_quorum_as_the_leaders_does(witnessed, follower, blocks):
    standby, sizes = follower(witnessed), [witnessed.size]
    for units in blocks:
        witnessed.move(*units)
        sizes.append(witnessed.size)
    standby.catch_up()
    for size in sizes:
        assert nodes_at(standby, size) == nodes_at(witnessed.ledger, size)


def test_proofs_of_a_standby_are_the_leaders_byte_for_byte_also_at_a_quorum_between_its_looks(witnessed, follower):
    standby = follower(witnessed)
    witnessed.move(1)
    note = witnessed.ledger.prover.checkpoint()
    witnessed.move(1, 2)
    standby.catch_up()
    witnessed.cosign(note)
    assert standby.prover.trace(unit(1)).data == witnessed.ledger.prover.trace(unit(1)).data
    assert standby._state().overlay.pending == 2  # the quorum itself was not looked for: both blocks are still noted
    standby.catch_up()
    assert standby._state().overlay.pending == 1
    assert standby.prover.trace(unit(1)).data == witnessed.ledger.prover.trace(unit(1)).data


def test_whoever_asks_a_standby_gets_what_is_committed_without_waiting_for_its_next_look(small, follower):
    standby = follower(small)
    leaf = small.move(1)
    assert standby.prover.promise(leaf) == small.ledger.prover.promise(leaf)


def test_standby_serves_full_tiles_that_the_leader_has_not_written_yet(small, follower, monkeypatch):
    standby = follower(small)
    for each in small.together(*[small.moved(number) for number in range(WIDTH)]):
        each.result(timeout=30)
    monkeypatch.setattr("ledger.tiles.folder.TileFolder.read", lambda *_: pytest.fail("read a file"))
    monkeypatch.setattr("ledger.tiles.folder._tiles", {})
    standby.catch_up()
    assert standby.prover.promise(small.size - 2).size == small.size


def test_registry_of_a_standby_knows_what_was_said_since(small, follower):
    standby = follower(small)
    before = standby.head.replay
    zone = small.decree_zone()
    zone.adopt_policy("moves", ["test.moved"], {"role": "customs"}, "移动", "Moves")
    standby.catch_up()
    now, then = (
        each.registry.policies_at("test.moved", small.size, small.clocks.ms) for each in (standby.head.replay, before)
    )
    assert now == small.ledger.head.replay.registry.policies_at("test.moved", small.size, small.clocks.ms)
    assert (len(now), len(then)) == (1, 0)


def test_far_behind_everything_is_computed_anew(small, follower, monkeypatch):
    standby = follower(small)
    monkeypatch.setattr(shadow, "_FAR", 2)
    monkeypatch.setattr(shadow.FollowedIndex, "apply", lambda *_: pytest.fail("block by block"))
    for number in range(3):
        small.move(number)
    standby.catch_up()
    assert state_of(standby) == state_of(small.ledger)


def test_block_that_nobody_confirms_is_neither_shown_nor_followed_until_somebody_does(small, follower):
    """A server may show a block that no replica has; a failover would take it back."""

    class Unsure(Kept):
        refuses = False

        def confirm(self, seal):
            del seal
            if self.refuses:
                raise BusyError("database", came="silence", expected="a primary whose replica follows")

    store = Unsure(small.ledger.store)
    standby = follower(small, store)
    before = state_of(standby)
    store.refuses = True
    leaf = small.move(1)
    for shown in (standby.catch_up, lambda: standby.prover.promise(leaf), lambda: follower(small, store)):
        with pytest.raises(BusyError, match="whose replica follows"):
            shown()
    assert state_of(standby) == before
    store.refuses = False
    assert standby.prover.promise(leaf) == small.ledger.prover.promise(leaf)


def test_standby_takes_nothing_in_and_says_whom_to_ask(small, follower):
    standby = follower(small)
    for refused in (
        lambda: standby.submit(small.moved(1)),
        lambda: standby.submit_together([small.moved(1)]),
        lambda: standby.submit_envelope(small.envelope()),
        lambda: standby.validate(small.moved(1)),
        lambda: standby.cosign(b""),
    ):
        with pytest.raises(BusyError, match="a process that follows"):
            refused()
    assert (standby.leads, small.ledger.leads) == (False, True)


def test_event_that_was_changed_in_the_database_stops_a_standby_and_not_only_once(small, follower):
    standby = follower(small)
    small.move(1)
    with sqlite3.connect(small.folder / "ledger.db") as other:
        (head,) = other.execute("SELECT head FROM event ORDER BY seq DESC LIMIT 1").fetchone()
        other.execute("UPDATE event SET head = ? WHERE head = ?", (head[:-1] + bytes([head[-1] ^ 1]), head))
    with pytest.raises(StoppedError, match="index"):
        standby.catch_up()
    assert standby.head.edge.size < small.size


def forge_newest(path):
    """Put the lines of an older checkpoint under the newest one's text: nobody signed it so."""
    with sqlite3.connect(path) as other:
        (newer, size), (older, _) = other.execute("SELECT note, size FROM checkpoint ORDER BY size DESC LIMIT 2")
        forged = newer.partition(b"\n\n")[0] + b"\n\n" + older.partition(b"\n\n")[2]
        other.execute("UPDATE checkpoint SET note = ? WHERE size = ?", (forged, size))


def test_block_that_the_ledger_did_not_sign_is_neither_followed_nor_gone_on_from(small, follower):
    """Whoever can write rows has not the ledger's keys: else the next leader would sign over what they made up."""
    standby = follower(small)
    before = state_of(standby)
    small.move(1)
    forge_newest(small.folder / "ledger.db")
    for _ in range(2):
        with pytest.raises(StoppedError, match="checkpoint"):
            standby.catch_up()
    assert state_of(standby) == before
    with pytest.raises(StoppedError, match="checkpoint"):
        follower(small)
    small.close()
    with pytest.raises(StoppedError, match="checkpoint"):
        small.open()


def test_standby_takes_the_lead_with_what_it_followed_and_goes_on(small, follower, monkeypatch):
    standby = follower(small, SqliteStore(small.folder / "ledger.db", writable=False))
    small.move(1)
    small.close()
    monkeypatch.setattr(recover, "read_overlay", lambda *_: pytest.fail("computed anew"))
    monkeypatch.setattr(recover, "replay_registry", lambda *_: pytest.fail("computed anew"))
    writing = SqliteStore(small.folder / "ledger.db")
    standby.lead(writing.writer(), Guard(small.folder / "guard"))
    before, small.ledger = standby.head.edge.size, standby
    try:
        assert standby.leads
        assert small.move(2) == before
        assert standby._leadership.guard.newest == (standby.head.edge.size, standby.head.root)
        standby.follow()
        assert not standby.leads
        assert standby.prover.promise(before).size == standby.head.edge.size
    finally:
        small.ledger = None
        writing.close()


def test_guard_that_knows_more_keeps_a_standby_from_leading_and_it_goes_on_following(small, follower):
    standby = follower(small, SqliteStore(small.folder / "ledger.db", writable=False))
    size, root = small.size, small.ledger.head.root
    small.close()
    ahead = Guard(small.folder / "guard")
    ahead.record(size + 1, root)
    ahead.close()
    writing = SqliteStore(small.folder / "ledger.db")
    try:
        with pytest.raises(StoppedError, match="older state"):
            standby.lead(writing.writer(), Guard(small.folder / "guard"))
    finally:
        writing.close()
    assert not standby.leads
    assert standby.prover.promise(size - 2).size == size
