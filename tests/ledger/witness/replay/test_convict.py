"""Evidence of a wrong index: an honest block is none, and nothing in a file can be changed to make it one."""

from dataclasses import replace

import pytest

from ledger.client.logtree import VerifiedTree
from ledger.witness.replay.convict import convict_index
from ledger.witness.replay.judge import parse_taken, read_heads
from ledger.witness.replay.lies import UnservedError
from ledger.witness.replay.past import open_past
from ledger.witness.replay.rows import ReplayRows
from ledger.witness.replay.source import read_batch
from tests.attacks.watching import publish
from tests.ledger.client.serving import Reply
from tests.ledger.witness.replay.conftest import Replaying
from verifier.errors import InconsistentError, MalformedError, SuyuanError
from verifier.judgement.replay import Replay
from verifier.ledgerformat.seal import parse_seal
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.bundle import parse_file
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.evidence import WORD
from verifier.proof.evidence_index import (
    IndexEvidence,
    confirm_wrong_index,
    format_index_evidence,
    parse_index_evidence,
)
from verifier.vocabulary import registry_types


@pytest.fixture
def honest(replaying: Replaying) -> IndexEvidence:
    """The file that a witness would make of the newest block, if that were a lie."""
    publish(replaying.world)
    note = replaying.client.checkpoint()
    checkpoint = parse_signed_checkpoint(note)[0]
    leaf = checkpoint.size - 2
    replaying.service.lie(f"/batches/{leaf}", Reply(b"", "text/plain", 404))
    replayer = replaying.open(chunk=1)
    with pytest.raises(UnservedError):
        replaying.advance(replayer)
    replayer.close()
    replaying.service.lies.clear()
    rows = ReplayRows(replaying.root / "replay.db")
    past = open_past(rows, Replay(registry_types()))
    with replaying.world.ledger.store.read() as reader:
        entry, seal = reader.entries(leaf, leaf + 2)
    parsed = parse_taken(leaf, entry)
    taken = read_heads(leaf, entry, parsed, *read_batch(replaying.client, leaf, parsed))
    tree = VerifiedTree(checkpoint, replaying.client.tile)
    convict = convict_index(past, [taken], parse_seal(seal), note=note, tree=tree, size=checkpoint.size)
    data = convict(parse_charter_file(replaying.client.charter()))
    rows.close()
    return parse_index_evidence(parse_file(data, WORD))


def test_an_honest_block_is_no_evidence(replaying: Replaying, honest: IndexEvidence):
    with pytest.raises(InconsistentError, match="no evidence"):
        confirm_wrong_index(honest, replaying.world.standpoint())


def test_what_is_read_is_what_was_written(honest: IndexEvidence):
    assert parse_index_evidence(parse_file(format_index_evidence(honest), WORD)) == honest


@pytest.mark.parametrize("part", ["before", "block", "seals", "proof", "path", "charter"])
def test_a_part_that_is_left_out_makes_no_evidence(replaying: Replaying, honest: IndexEvidence, part: str):
    empty = {"before": {}, "block": (), "seals": honest.seals[1:], "proof": None, "path": b"", "charter": ()}
    with pytest.raises(SuyuanError) as refused:
        confirm_wrong_index(replace(honest, **{part: empty[part]}), replaying.world.standpoint())
    assert not isinstance(refused.value, InconsistentError)


def test_an_event_that_is_left_out_makes_no_evidence(replaying: Replaying, honest: IndexEvidence):
    (part,) = honest.block
    with pytest.raises((SuyuanError, MalformedError)):
        confirm_wrong_index(replace(honest, block=(replace(part, count=part.count + 1),)), replaying.world.standpoint())


def test_a_history_of_another_count_makes_no_evidence(replaying: Replaying, honest: IndexEvidence):
    key, (count, frontier) = next(iter(honest.before.items()))
    other = {**honest.before, key: (count + 1, frontier + bytes(32))}
    with pytest.raises(SuyuanError):
        confirm_wrong_index(replace(honest, before=other), replaying.world.standpoint())
