"""The ledger's own keys change by charter: what it signed before verifies as before, what follows is the new keys'."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from ledger.backup import back_up
from ledger.client.client import LedgerClient
from ledger.client.trusted import read_charter
from ledger.compose.event import Draft
from ledger.errors import KeyFileError, SetupError
from ledger.fsck.check import check_ledger
from ledger.opening import LedgerFolder, prepare_keys
from ledger.signing.key_ring import load_key_ring
from ledger.signing.ledger_keys import LedgerKeys
from ledger.signing.signer import generate
from tests.ledger.client.serving import Service
from tests.ledger.client.world import ORIGIN, PASSPHRASE, World
from tests.ledger.governance.falling import FELL, POINTS
from tests.ledger.governance.handing import approval_of, approve, named, next_charter, restart, with_next_keys
from verifier.errors import NotPermittedError, SuyuanError, UntrustedError
from verifier.ledgerformat.receipt import parse_receipt
from verifier.ledgerformat.seal import parse_seal
from verifier.ledgerformat.submission import format_submission
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.keys import EDDSA, format_key
from verifier.proof.alone import verify_statement_receipt
from verifier.proof.verify import examine_trace


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "ledger")
    world.found()
    yield world
    world.ledger.close()


def hand_over(world: World, **changes: object):
    """Make new keys, propose a charter that names them, let everybody approve it; return both sets."""
    before = world.ledger.keys
    policy = named(world, world.ledger.head.replay.registry.charters[-1])["policy"]
    members = with_next_keys(world, policy)
    restart(world)
    (event,) = world.zone.say(world.customs, [next_charter(world, **{**members, **changes})], as_root=True)
    approve(world, event, world.customs, world.market)
    return before, world.ledger.keys


def filing(world: World) -> Draft:
    return replace(world.filing(), data={"names": dict(world.seller.names), "customsCode": "3501960001"})


def is_sealed_by(world: World, leaf: int, keys: LedgerKeys) -> bool:
    with world.ledger.store.read() as reader:
        sealed = parse_seal(reader.seal(leaf).entry)
    try:
        sealed.verify(keys.seal.public, ORIGIN)
    except SuyuanError:
        return False
    return True


def test_the_seal_that_covers_the_completing_approval_is_the_new_keys_and_the_one_before_the_old(world):
    size = world.ledger.head.edge.size
    before, after = hand_over(world)
    assert before != after
    end = world.ledger.head.edge.size
    seals = [leaf for leaf in range(size, end) if _is_seal(world, leaf)]
    assert seals[-1] == end - 1
    assert [is_sealed_by(world, leaf, before) for leaf in seals] == [True] * (len(seals) - 1) + [False]
    assert [is_sealed_by(world, leaf, after) for leaf in seals] == [False] * (len(seals) - 1) + [True]


def test_checkpoint_and_receipt_of_a_size_are_signed_by_the_charter_in_force_at_its_last_leaf(world):
    before, after = hand_over(world)
    world.note()
    ledger = world.ledger
    charters = ledger.head.replay.registry
    with ledger.store.read() as reader:
        sizes = [leaf + 1 for leaf in range(ledger.head.edge.size) if reader.seal(leaf)]
    for size in sizes:
        keys = after if charters.charter_at(size - 1).version == 2 else before
        lines = {
            (each.name, each.key_id) for each in parse_signed_checkpoint(ledger.prover.checkpoint(size))[1].signatures
        }
        assert lines == {(key.name, key.key_id) for key in keys.note_keys}
        recorded = ledger.prover.promise(size - 2)
        assert parse_receipt(recorded.receipt).kid == keys.receipt.public.kid


def test_receipts_and_proofs_from_before_verify_after_it_and_new_ones_too(world):
    (old,) = world.zone.say(world.seller, [filing(world)])
    leaf = world.ledger.head.edge.size - 2
    promised = world.ledger.prover.promise(leaf)
    earlier = world.ledger.prover.trace(world.seller.uri)
    hand_over(world)
    world.note()
    trusted = read_charter(world.ledger.prover.charter_file(), world.policy, world.now() // 1000)
    for each in (promised, world.ledger.prover.promise(leaf), world.ledger.prover.receipt(leaf)):
        verified = verify_statement_receipt(each.receipt, promised.entry, trusted.parts, trusted.standpoint)
        assert verified.leaf == leaf
    assert world.ledger.prover.promise(leaf).receipt == promised.receipt
    assert world.ledger.prover.event(old.name)
    for proof in (earlier, world.ledger.prover.trace(world.seller.uri)):
        verdict = examine_trace(proof.data, trusted.standpoint, subject=world.seller.uri)
        assert verdict.outcome == "verified", verdict.error


def test_one_key_may_change_alone(world):
    before = world.ledger.keys
    policy = named(world, world.ledger.head.replay.registry.charters[-1])["policy"]
    members = with_next_keys(world, policy)
    restart(world)
    (event,) = world.zone.say(world.customs, [next_charter(world, seal=members["seal"])], as_root=True)
    approve(world, event, world.customs, world.market)
    after = world.ledger.keys
    assert after.seal.public != before.seal.public
    assert (after.receipt.public, after.note_keys) == (before.receipt.public, before.note_keys)
    world.note()


def test_a_charter_that_names_keys_that_are_not_held_is_refused_at_the_door_with_the_cure(world):
    size = world.ledger.head.edge.size
    draft = next_charter(world, seal=format_key(generate(EDDSA).public))
    with pytest.raises(NotPermittedError, match=r"charter\.seal.*prepare-keys"):
        world.zone.say(world.customs, [draft], as_root=True)
    assert world.ledger.head.edge.size == size
    composed = world.customs.compose(draft, world.zone.types)
    submission = format_submission(world.customs.sign([composed], ORIGIN, as_root=True))
    assert [each.field for each in world.ledger.validate(submission)] == ["charter.seal"]


def test_keys_made_while_the_ledger_runs_are_known_from_its_next_start_on(world):
    policy = named(world, world.ledger.head.replay.registry.charters[-1])["policy"]
    draft = next_charter(world, **with_next_keys(world, policy))
    with pytest.raises(NotPermittedError):
        world.zone.say(world.customs, [draft], as_root=True)
    restart(world)
    world.zone.say(world.customs, [draft], as_root=True)


def test_keys_that_were_taken_away_after_the_proposal_keep_its_approvals_out_and_nothing_stops(world, tmp_path):
    policy = named(world, world.ledger.head.replay.registry.charters[-1])["policy"]
    members = with_next_keys(world, policy)
    restart(world)
    (event,) = world.zone.say(world.customs, [next_charter(world, **members)], as_root=True)
    (LedgerFolder(world.root).keys / "2").rename(tmp_path / "elsewhere")
    restart(world)
    with pytest.raises(NotPermittedError, match="does not hold"):
        world.ledger.submit(approval_of(world, event, world.customs)).result()
    world.note()
    (tmp_path / "elsewhere").rename(LedgerFolder(world.root).keys / "2")
    restart(world)
    approve(world, event, world.customs, world.market)
    assert world.ledger.head.replay.registry.charters[-1].version == 2


def test_a_ledger_without_the_keys_of_its_charter_does_not_start(world, tmp_path):
    hand_over(world)
    world.ledger.close()
    keys = LedgerFolder(world.root).keys / "2"
    keys.rename(tmp_path / "elsewhere")
    with pytest.raises(SetupError, match="does not hold"):
        world.open()
    (tmp_path / "elsewhere").rename(keys)
    world.ledger = world.open()


def test_rows_and_files_are_sound_across_it_and_a_backup_takes_all_keys_along(world, tmp_path):
    hand_over(world)
    world.note()
    world.publish()
    folder = LedgerFolder(world.root)
    assert check_ledger(folder.database, folder.tiles, folder.usual_guard).damages == ()
    back_up(world.root, tmp_path / "copy", keys=True)
    copied = load_key_ring(tmp_path / "copy" / "keys", ORIGIN, PASSPHRASE)
    assert [each.seal.public for each in copied.sets] == [
        each.seal.public for each in load_key_ring(folder.keys, ORIGIN, PASSPHRASE).sets
    ]


def test_next_keys_stand_under_the_passphrase_of_the_first(world):
    with pytest.raises(KeyFileError):
        prepare_keys(world.root, b"another")
    assert len(load_key_ring(LedgerFolder(world.root).keys, ORIGIN, PASSPHRASE).sets) == 1


def test_a_set_left_out_is_no_ring(world, tmp_path):
    prepare_keys(world.root, PASSPHRASE)
    prepare_keys(world.root, PASSPHRASE)
    keys = LedgerFolder(world.root).keys
    (keys / "2").rename(tmp_path / "elsewhere")
    with pytest.raises(SetupError, match="sets"):
        load_key_ring(keys, ORIGIN, PASSPHRASE)


def test_clients_that_hold_an_older_charter_file_do_not_take_new_checkpoints_before_they_have_the_newer(world):
    service = Service(world.ledger)
    try:
        older = read_charter(LedgerClient(service.url).charter(), world.policy, world.now() // 1000)
        hand_over(world)
        service.ledger = world.ledger
        world.publish()
        client = LedgerClient(service.url)
        with pytest.raises(UntrustedError):
            older.checkpoint(client.checkpoint())
        newer = read_charter(client.charter(), world.policy, world.now() // 1000)
        assert newer.checkpoint(client.checkpoint()).checkpoint.size == world.ledger.head.edge.size
    finally:
        service.close()


def _is_seal(world: World, leaf: int) -> bool:
    with world.ledger.store.read() as reader:
        return reader.seal(leaf) is not None


@pytest.mark.slow
def test_the_process_may_end_at_every_point_of_the_hand_over_and_the_next_start_goes_on(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-m", "tests.ledger.governance.falling", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    results = [json.loads(line) for line in ran.stdout.splitlines()]
    assert tuple(each["point"] for each in results) == POINTS, ran.stderr
    assert [each for each in results if (each["fell"], each["rose"]) != (FELL, 0)] == [], ran.stderr
