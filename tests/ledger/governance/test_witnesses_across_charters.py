"""Witnesses keep following across a hand-over, and change by charter themselves."""

from __future__ import annotations

import pytest

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.witness.follow import Follower
from ledger.witness.outcome import COSIGNED, REFUSED
from ledger.witness.store import WitnessStore
from tests.ledger.governance.handing import approve, named, next_charter, restart, with_next_keys
from tests.ledger.witness.conftest import Watched, keys_of
from verifier.errors import UntrustedError
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.note import Note, format_note, format_vkey, parse_note


def adopt(watched: Watched, **changes: object) -> None:
    """Put a charter with these changes into force."""
    world = watched.world
    (event,) = world.zone.say(world.customs, [next_charter(world, **changes)], as_root=True)
    approve(world, event, world.customs, world.market)
    world.publish()


def policy_of(watched: Watched) -> str:
    return named(watched.world, watched.world.ledger.head.replay.registry.charters[-1])["policy"]


@pytest.fixture
def newcomer(tmp_path):
    """Make a follower whose key no charter names yet."""
    stores = []

    def build(watched: Watched) -> Follower:
        keys = keys_of(tmp_path / "newcomer", "newcomer.example")
        stores.append(WitnessStore(tmp_path / "newcomer.db"))
        client = LedgerClient(watched.service.url, timeout=5, patience=Patience(attempts=1))
        return Follower(client, watched.world.policy, keys=keys, store=stores[-1], evidence=tmp_path / "its-evidence")

    yield build
    for each in stores:
        each.close()


def replace_witness(watched: Watched, follower: Follower) -> str:
    """Return the policy with the follower's key in place of the first witness's."""
    (key,) = follower._keys.note_keys
    lines = [
        f"witness w1 {format_vkey(key)}" if each.startswith("witness ") else each
        for each in policy_of(watched).splitlines()
    ]
    return "".join(f"{each}\n" for each in lines)


def test_a_witness_follows_across_new_ledger_keys_at_its_next_look(watch):
    watched = watch()
    assert watched.follower.step().word == COSIGNED
    members = with_next_keys(watched.world, policy_of(watched))
    restart(watched.world)
    watched.service.ledger = watched.world.ledger
    adopt(watched, **members)
    outcome = watched.follower.step()
    assert (outcome.word, outcome.quorum) == (COSIGNED, True), outcome.error
    watched.grow()
    assert watched.follower.step().word == COSIGNED


@pytest.mark.parametrize("member", ["seal", "receipt"])
def test_a_witness_follows_when_only_one_key_changes(watch, member):
    """Checkpoints still verify under the charter that it knows; seals do not."""
    watched = watch()
    assert watched.follower.step().word == COSIGNED
    members = with_next_keys(watched.world, policy_of(watched))
    restart(watched.world)
    watched.service.ledger = watched.world.ledger
    adopt(watched, **{member: members[member]})
    outcome = watched.follower.step()
    assert outcome.word == COSIGNED, outcome.error
    assert outcome.quorum is True


def test_a_witness_that_a_charter_names_newly_cosigns_at_its_next_look_and_the_other_no_longer(watch, newcomer):
    watched = watch()
    fresh = newcomer(watched)
    assert watched.follower.step().word == COSIGNED
    assert fresh.step().word == REFUSED
    adopt(watched, policy=replace_witness(watched, fresh))
    outcome = fresh.step()
    assert (outcome.word, outcome.quorum) == (COSIGNED, True), outcome.error
    watched.grow()
    assert watched.follower.step().word == REFUSED
    assert fresh.step().quorum is True


def test_the_quorum_of_a_size_is_that_of_the_charter_in_force_there(watch, newcomer):
    watched = watch()
    world = watched.world
    fresh = newcomer(watched)
    before = world.ledger.prover.checkpoint()
    adopt(watched, policy=replace_witness(watched, fresh))
    after = world.ledger.prover.checkpoint()
    old_keys, new_keys = watched.follower._keys, fresh._keys
    for note, signer, other in ((before, old_keys, new_keys), (after, new_keys, old_keys)):
        with pytest.raises(UntrustedError):
            world.ledger.cosign(cosigned(note, other))
        assert world.ledger.cosign(cosigned(note, signer)).quorum is True


def cosigned(note: bytes, keys) -> bytes:
    """Return a note's text with the lines of a witness."""
    checkpoint, parsed = parse_signed_checkpoint(note)
    lines = keys.cosign(checkpoint, keys.note_keys, 1_800_000_000)
    return format_note(Note(parsed.text, parse_note(parsed.text.encode() + b"\n" + lines).signatures))
