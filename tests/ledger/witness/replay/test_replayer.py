"""A replay goes on where it was, keeps nothing but whole blocks, and comes to the ledger's own state."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.errors import SetupError
from ledger.index import frontier as mini
from ledger.witness.replay.lies import FORKED, MISSING_LEAF, LieFoundError, UnservedError
from ledger.witness.replay.past import open_past
from ledger.witness.replay.rows import ReplayRows
from tests.attacks.watching import publish
from tests.ledger.client.serving import Reply
from tests.ledger.witness.replay.conftest import Replaying
from tests.world import UNIT
from verifier.judgement.replay import Replay
from verifier.ledgerformat.index import history_value, index_key, index_root, value_of
from verifier.ledgerformat.seal import parse_seal
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.vocabulary import registry_types

ROOT = Path(__file__).parents[4]
PROGRAM = """
import sys
from pathlib import Path
from ledger.client.client import LedgerClient
from ledger.witness.replay.replayer import Replayer
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import parse_signed_checkpoint
url, database, pin = sys.argv[1:]
client = LedgerClient(url)
note = client.checkpoint()
replayer = Replayer(Path(database), client, TrustPolicy(bytes.fromhex(pin)), chunk=1)
replayer.advance_to(parse_signed_checkpoint(note)[0], note)
"""


def sealed(replaying: Replaying) -> tuple[bytes, int]:
    """Root and number of keys of the newest seal."""
    with replaying.world.ledger.store.read() as reader:
        seal = parse_seal(reader.seal(replaying.world.ledger.head.edge.size - 1).entry).seal
    return seal.root, seal.keys


def past_of(database: Path):
    rows = ReplayRows(database)
    return rows, open_past(rows, Replay(registry_types()))


def test_a_restart_goes_on_where_the_last_one_was(replaying: Replaying):
    first = replaying.open()
    replaying.advance(first)
    first.close()
    asked = len(replaying.service.asked)
    replaying.world.endorse("customs", replaying.world.events["delivery"], "acknowledged")
    second = replaying.open()
    assert second.size > 80
    replaying.advance(second)
    assert second.size == replaying.world.ledger.head.edge.size
    batches = [each for each in replaying.service.asked[asked:] if "/batches/" in each]
    assert len(batches) == 1, "what was replayed is not asked for again"
    second.close()


def test_another_root_at_the_size_that_was_replayed_is_a_fork_at_a_leaf_that_both_hold(replaying: Replaying):
    replayer = replaying.open()
    checkpoint = parse_signed_checkpoint(replaying.client.checkpoint())[0]
    replayer.advance_to(checkpoint)
    with pytest.raises(LieFoundError) as found:
        replayer.advance_to(replace(checkpoint, root=b"another root of this ledger, 32.."))
    assert (found.value.word, found.value.where.leaf) == (FORKED, checkpoint.size - 1)
    replayer.close()


@pytest.mark.parametrize("chunk", [1, 7, 40_000])
def test_what_is_kept_is_the_ledgers_own_state(replaying: Replaying, chunk: int):
    replayer = replaying.open(chunk=chunk)
    replaying.advance(replayer)
    replayer.close()
    rows, past = past_of(replaying.root / "replay.db")
    values = {}
    for key, _ in rows.leaves():
        state = past.index.state(key)
        events = past.history_rows(key)
        assert len(events) == state.count
        values[key] = history_value(state.count, mini.root(state.frontier))
    assert (index_root(values), len(values)) == sealed(replaying), "by the definition, not by the heap"
    assert past.index.heap.root == sealed(replaying)[0]
    pair = ("trace", subject_name(UNIT))
    assert value_of([event.entry for event in past.history(pair)]) == values[index_key(*pair)]
    event = replaying.world.events["packing"]
    assert past.find(event.name).name == event.name
    with replaying.world.ledger.sources() as sources:
        assert past.trace_state(pair[1]).owner == replaying.world.cast["carrier"].uri
        assert len(past.replay.registry.charters) == len(sources.replay.registry.charters)
    rows.close()


def test_one_process_replays_at_a_time(replaying: Replaying):
    replayer = replaying.open()
    with pytest.raises(SetupError):
        replaying.open()
    replayer.close()
    replaying.open().close()


def test_an_answer_that_does_not_come_keeps_what_was_written(replaying: Replaying):
    replayer = replaying.open(chunk=1)
    last = replaying.world.ledger.head.edge.size - 2
    replaying.service.lie(f"/batches/{last}", Reply(b"", "text/plain", 404))
    with pytest.raises(UnservedError) as refused:
        replaying.advance(replayer)
    assert (refused.value.word, refused.value.where.leaf) == (MISSING_LEAF, last)
    assert replayer.size == last, "the blocks before it"
    replaying.service.lies.clear()
    replaying.advance(replayer)
    assert replayer.size == last + 2
    replayer.close()


@pytest.mark.parametrize("point", ["replay-before-commit", "replay-after-commit"])
@pytest.mark.parametrize("times", [1, 9])
def test_a_crash_leaves_whole_blocks_and_a_replay_that_goes_on(replaying: Replaying, point: str, times: int):
    publish(replaying.world)
    pin = replaying.world.standpoint().policy.charter.hex()
    database = replaying.root / "replay.db"
    command = [sys.executable, "-c", PROGRAM, replaying.service.url, str(database), pin]
    environment = os.environ | {"SUYUAN_FAILPOINT": f"{point}:{times}", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == 137, ended.stderr
    rows, past = past_of(database)
    size = past.reached.size
    if size:
        with replaying.world.ledger.store.read() as reader:
            assert past.index.heap.root == parse_seal(reader.seal(size - 1).entry).seal.root
    rows.close()
    replayer = replaying.open()
    replaying.advance(replayer)
    assert replayer.size == parse_signed_checkpoint(replaying.client.checkpoint())[0].size
    replayer.close()
