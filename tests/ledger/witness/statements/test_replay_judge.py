"""A witness that replays judges statements by its own state: what the ledger says of them does not matter."""

import pytest

from ledger.client.client import LedgerClient
from ledger.errors import BusyError, ConflictError
from ledger.witness.folder import WitnessFolder
from ledger.witness.replay.replayer import Replayer
from ledger.witness.run import Witness
from ledger.witness.statements.replayed import ReplayJudge
from tests.ledger.client.world import ORIGIN
from tests.ledger.witness.conftest import WITNESS_PASSPHRASE
from verifier.errors import BadSignatureError, SuyuanError
from verifier.ledgerformat.submission import format_submission
from verifier.ledgerformat.trust_policy import TrustPolicy, format_trust_policy
from verifier.primitives.checkpoint import parse_signed_checkpoint


@pytest.fixture
def replayed(watch, tmp_path):
    """A ledger, what a witness replayed of it, and a judge by that."""
    watched = watch()
    client = LedgerClient(watched.service.url)
    replayer = Replayer(tmp_path / "replay" / "zone.db", client, watched.world.policy)

    def advance() -> int:
        checkpoint, _ = parse_signed_checkpoint(client.checkpoint())
        replayer.advance_to(checkpoint)
        return checkpoint.size

    yield watched.world, ReplayJudge(replayer, ORIGIN), advance
    replayer.close()


def test_before_anything_was_replayed_nobody_can_say(replayed):
    world, judge, _ = replayed
    with pytest.raises(BusyError):
        judge.judge(world.submission())


def test_what_the_ledger_takes_is_admissible_and_replaying_goes_on(replayed):
    world, judge, advance = replayed
    size = advance()
    for _ in range(3):
        submission = world.submission()
        assert judge.judge(submission) == size
        assert judge.judge(submission) == size
        world.ledger.submit(submission).result()
        world.publish()
        size = advance()
        assert size == world.ledger.head.edge.size


def test_what_is_recorded_or_uses_a_number_again_is_not(replayed):
    world, judge, advance = replayed
    events = [world.customs.compose(world.role_draft(), world.zone.types)]
    first, second = (format_submission(world.customs.sign(events, ORIGIN)) for _ in range(2))
    world.ledger.submit(first).result()
    world.publish()
    advance()
    for known in (first, second):
        with pytest.raises((ConflictError, SuyuanError)) as refused:
            judge.judge(known)
        assert refused.value.code in ("conflict", "mismatch")


def test_a_stranger_s_word_is_not(replayed):
    world, judge, advance = replayed
    advance()
    submission = bytearray(world.submission())
    at = bytes(submission).index(b"\x58\x40") + 10  # inside the statement's signature
    submission[at] ^= 1
    with pytest.raises(BadSignatureError):
        judge.judge(bytes(submission))
    with pytest.raises(SuyuanError):
        judge.judge(
            format_submission(world.seller.sign([world.seller.compose(world.role_draft(), world.zone.types)], ORIGIN))
        )


def test_it_agrees_with_the_ledger_on_every_fault_that_replaying_can_see(replayed):
    world, judge, advance = replayed
    size = advance()
    drafts = {
        "a role": (world.customs, world.role_draft()),
        "a filing by its enterprise": (world.seller, world.filing()),
        "a filing by another": (world.customs, world.filing()),
        "a role by an enterprise": (world.seller, world.role_draft()),
    }
    for name, (actor, draft) in drafts.items():
        submission = format_submission(actor.sign([actor.compose(draft, world.zone.types)], ORIGIN))
        fault = None
        try:
            assert judge.judge(submission) == size
        except SuyuanError as error:
            fault = error.code
        faults = world.ledger.validate(submission)
        assert fault == (faults[0].code if faults else None), name


def test_a_witness_that_replays_and_listens_judges_by_what_it_replayed(tmp_path):
    folder = WitnessFolder(tmp_path / "w9")
    folder.create("w9.example", WITNESS_PASSPHRASE, post_quantum=False, replays=True)
    folder.follow("http://127.0.0.1:1", format_trust_policy(TrustPolicy(bytes(32))))
    witness = Witness(folder.root, WITNESS_PASSPHRASE, serves=True, replays=True)
    try:
        (follower,) = witness.followers
        assert witness._statements._judge_of(follower, LedgerClient(follower.url), ORIGIN).basis == "replay"
    finally:
        witness.close()
