"""Receipts, checkpoints and extensions by themselves, for whoever keeps them for years."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from ledger.prove.log import consistency_path
from ledger.signing.signer import generate
from tests.verifier.proof.steps.forging import signed
from verifier.errors import (
    BadSignatureError,
    InconsistentError,
    MismatchError,
    NotIncludedError,
    UntrustedError,
    VerificationError,
)
from verifier.ledgerformat.receipt import format_receipt, parse_receipt
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.keys import EDDSA
from verifier.primitives.note import ED25519_NOTE, NoteKey, format_vkey
from verifier.primitives.tlog_policy import parse_tlog_policy
from verifier.proof.alone import verify_checkpoint, verify_extension, verify_statement_receipt
from verifier.proof.charterfile import format_charter_file, parse_charter_file


@dataclass(frozen=True, slots=True)
class Kept:
    """What a submitter keeps."""

    receipt: bytes
    statement: bytes
    checkpoint: bytes
    charter: tuple


@pytest.fixture
def kept(story_world) -> Kept:
    """A receipt against a quorum checkpoint, its statement, that checkpoint, and the charter."""
    story_world.cosign()
    with story_world.ledger.store.read() as reader:
        leaf = reader.find_event(story_world.events["list"].name).leaf
    recorded = story_world.ledger.prover.receipt(leaf)
    note = story_world.ledger.prover.checkpoint(recorded.size)
    charter = parse_charter_file(story_world.ledger.prover.charter_file())
    return Kept(recorded.receipt, recorded.entry, note, charter)


def _receipt(kept: Kept, world, checkpoint=None, **changes: bytes):
    kept = replace(kept, **changes)
    return verify_statement_receipt(kept.receipt, kept.statement, kept.charter, world.standpoint(), checkpoint)


def _bent(kept: Kept, **changes) -> bytes:
    parsed = replace(parse_receipt(kept.receipt), **changes)
    return format_receipt(
        protected=parsed.protected,
        signature=parsed.signature,
        size=parsed.size,
        index=parsed.index,
        path=list(parsed.path),
    )


def test_a_receipt_alone_promises_and_with_a_quorum_checkpoint_it_says_recorded(kept, story_world):
    assert not _receipt(kept, story_world).recorded
    checkpoint = verify_checkpoint(kept.checkpoint, kept.charter, story_world.standpoint())
    found = _receipt(kept, story_world, checkpoint)
    assert (found.recorded, found.origin, found.size) == (True, story_world.ledger.origin, checkpoint.checkpoint.size)
    bare = signed(story_world, checkpoint.checkpoint, witnesses=1)
    assert not _receipt(kept, story_world, verify_checkpoint(bare, kept.charter, story_world.standpoint())).recorded


def test_a_checkpoint_of_another_size_or_root_makes_no_promise_recorded(kept, story_world):
    found = parse_signed_checkpoint(kept.checkpoint)[0]
    for other in (replace(found, root=bytes(32)), replace(found, size=found.size + 1)):
        note = signed(story_world, other)
        checkpoint = verify_checkpoint(note, kept.charter, story_world.standpoint())
        with pytest.raises(MismatchError, match="checkpoint"):
            _receipt(kept, story_world, checkpoint)


def test_a_receipt_for_another_statement_is_refused(kept, story_world):
    with pytest.raises(BadSignatureError):
        _receipt(kept, story_world, statement=kept.statement + b"\0")


def test_a_receipt_for_another_place_or_path_is_refused(kept, story_world):
    parsed = parse_receipt(kept.receipt)
    other = bytes([parsed.path[0][0] ^ 1]) + parsed.path[0][1:]
    bent = [
        _bent(kept, index=parsed.index ^ 1),
        _bent(kept, path=(other, *parsed.path[1:])),
        _bent(kept, path=(*parsed.path, bytes(32))),
        _bent(kept, path=parsed.path[1:]),
        _bent(kept, signature=bytes([parsed.signature[0] ^ 1]) + parsed.signature[1:]),
        _bent(kept, index=parsed.size),
    ]
    for each in bent:
        with pytest.raises((BadSignatureError, NotIncludedError)):
            _receipt(kept, story_world, receipt=each)


def test_a_receipt_that_another_key_signed_is_refused(kept, story_world):
    """A receipt key that the charter in force at its size does not name."""
    keys = replace(story_world.keys, receipt=generate(EDDSA))
    found = parse_signed_checkpoint(kept.checkpoint)[0]
    protected, signature = keys.sign_receipts(found, 1)
    with pytest.raises(UntrustedError, match=r"receipt\.kid"):
        _receipt(kept, story_world, receipt=_bent(kept, protected=protected, signature=signature))


def test_a_receipt_for_another_ledger_is_refused(kept, story_world):
    keys = replace(story_world.keys, origin="other.test/ledger")
    protected, signature = keys.sign_receipts(parse_signed_checkpoint(kept.checkpoint)[0], 1)
    with pytest.raises(MismatchError, match=r"receipt\.iss"):
        _receipt(kept, story_world, receipt=_bent(kept, protected=protected, signature=signature))


def test_a_charter_that_is_not_the_pinned_one_vouches_for_nothing(kept, story_world):
    standpoint = replace(story_world.standpoint(), policy=TrustPolicy(bytes(32)))
    for act in (
        lambda: verify_statement_receipt(kept.receipt, kept.statement, kept.charter, standpoint),
        lambda: verify_checkpoint(kept.checkpoint, kept.charter, standpoint),
        lambda: verify_checkpoint(kept.checkpoint, kept.charter[:2], story_world.standpoint()),
        lambda: verify_checkpoint(kept.checkpoint, (), story_world.standpoint()),
    ):
        with pytest.raises(UntrustedError, match="charter"):
            act()


def test_a_charter_file_is_the_charter_and_its_approvals_and_the_same_bytes_again(kept):
    assert kept.charter[0].leaf == 0
    assert len(kept.charter) == 4
    assert parse_charter_file(format_charter_file(kept.charter)) == kept.charter


# Checkpoints.


@pytest.mark.parametrize(("count", "quorum"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_checkpoint_says_who_cosigned_and_whether_they_are_enough(kept, story_world, count, quorum):
    note = signed(story_world, parse_signed_checkpoint(kept.checkpoint)[0], witnesses=count)
    found = verify_checkpoint(note, kept.charter, story_world.standpoint())
    assert (len(found.cosigners), found.quorum) == (count, quorum)


def test_ones_own_quorum_is_asked_for_too(kept, story_world):
    text = f"log {format_vkey(story_world.keys.note_keys[0])}\n"
    text += f"witness mine {format_vkey(story_world.witnesses[2].key)}\nquorum mine\n"
    policy = replace(story_world.standpoint().policy, policy=parse_tlog_policy(text))
    standpoint = replace(story_world.standpoint(), policy=policy)
    found = parse_signed_checkpoint(kept.checkpoint)[0]
    for count, quorum in ((2, False), (3, True)):
        note = signed(story_world, found, witnesses=count)
        assert verify_checkpoint(note, kept.charter, standpoint).quorum == quorum


def test_a_checkpoint_without_a_line_of_a_log_that_the_own_policy_names_is_refused(kept, story_world):
    other = NoteKey(story_world.keys.origin, ED25519_NOTE, generate(EDDSA).public)
    text = f"log {format_vkey(other)}\nquorum none\n"
    policy = replace(story_world.standpoint().policy, policy=parse_tlog_policy(text))
    with pytest.raises(UntrustedError, match="a log that you trust"):
        verify_checkpoint(kept.checkpoint, kept.charter, replace(story_world.standpoint(), policy=policy))


def test_a_checkpoint_by_a_stranger_or_of_another_name_is_refused(kept, story_world):
    found = parse_signed_checkpoint(kept.checkpoint)[0]
    twin = replace(story_world, keys=replace(story_world.keys, checkpoint=generate(EDDSA)))
    for note in (signed(twin, found), signed(story_world, replace(found, origin="other.test/ledger"))):
        with pytest.raises(UntrustedError):
            verify_checkpoint(note, kept.charter, story_world.standpoint())


def test_an_empty_log_has_no_charter_in_force_that_says_otherwise(kept, story_world):
    """A checkpoint of size 0 is judged by the first charter, and covers nothing."""
    note = signed(story_world, Checkpoint(story_world.ledger.origin, 0, bytes(32)))
    assert verify_checkpoint(note, kept.charter, story_world.standpoint()).checkpoint.size == 0


# Extensions.


def test_one_log_extends_another_or_it_is_inconsistent(world):
    charter = parse_charter_file(world.ledger.prover.charter_file())
    notes = [world.cosign()]
    world.endorse("customs", world.events["list"], "acknowledged")
    notes.append(world.cosign())
    older, newer = (verify_checkpoint(each, charter, world.standpoint()) for each in notes)
    with world.ledger.sources() as sources:
        path = consistency_path(sources.log, older.checkpoint.size, newer.checkpoint.size)
    verify_extension(older, newer, path)
    verify_extension(older, older, [])
    wrong = [(older, newer, path[:-1]), (older, newer, [*path, bytes(32)]), (newer, older, path), (older, older, path)]
    for each in wrong:
        with pytest.raises(VerificationError):
            verify_extension(*each)
    other = verify_checkpoint(signed(world, replace(older.checkpoint, root=bytes(32))), charter, world.standpoint())
    with pytest.raises(InconsistentError):
        verify_extension(other, newer, path)
