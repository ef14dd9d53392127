"""Step 3, Sealed: what is shown stands in the log, under seals that the ledger signed in order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.prove import trace as prover
from ledger.signing.signer import generate
from tests.verifier.proof.steps.forging import failure, judged, proved, rerooted, resealed, said
from tests.world import PRODUCT
from verifier.primitives.keys import EDDSA
from verifier.primitives.merkle import leaf_hash
from verifier.proof.bundle import SealPart


def test_it_says_which_leaf_seals_everything(told):
    newest = told.proof.seals[-1].signed.seal
    assert said(judged(told.proof, told.standpoint), 3) == {
        "step3.sealed": {"leaf": newest.covered, "keys": newest.keys}
    }


def test_a_forger_who_holds_all_keys_makes_a_proof_that_verifies(told, story_world):
    """So what the following tests see is their one change, and nothing else of the forging."""
    assert judged(rerooted(story_world, told.proof), told.standpoint).outcome == "verified"
    same = resealed(story_world, told.proof, -1, lambda seal: seal)
    assert judged(same, told.standpoint).outcome == "verified"


def test_another_path_gives_another_root(told):
    path = bytes([told.proof.path[0] ^ 1]) + told.proof.path[1:]
    assert failure(judged(told.proof, told.standpoint, path=path)) == ("altered", 3, "mismatch", "log root")


@pytest.mark.parametrize("change", ["longer", "shorter"])
def test_a_path_with_a_hash_too_many_or_too_few_is_refused(told, change):
    path = told.proof.path + bytes(32) if change == "longer" else told.proof.path[:-32]
    assert failure(judged(told.proof, told.standpoint, path=path)) == ("altered", 3, "not-included", "log path")


def test_a_seal_that_another_key_signed_is_refused(told, story_world):
    twin = replace(story_world, keys=replace(story_world.keys, seal=generate(EDDSA)))
    bent = resealed(twin, told.proof, -1, lambda seal: seal)
    assert failure(judged(bent, told.standpoint))[:2] == ("altered", 3)


def test_a_seal_whose_signature_is_altered_is_refused(told, story_world):
    part = told.proof.seals[-1]
    signature = bytes([part.signed.signature[0] ^ 1]) + part.signed.signature[1:]
    seals = (*told.proof.seals[:-1], SealPart(part.leaf, replace(part.signed, signature=signature)))
    bent = rerooted(story_world, replace(told.proof, seals=seals))
    assert failure(judged(bent, told.standpoint))[:3] == ("altered", 3, "bad-signature")


def test_times_of_seals_rise(told, story_world):
    before = told.proof.seals[-2].signed.seal.time
    for time in (before, before - 1):
        bent = resealed(story_world, told.proof, -1, lambda seal, time=time: replace(seal, time=time))
        assert failure(judged(bent, told.standpoint)) == ("altered", 3, "mismatch", "seal.time")


def test_blocks_do_not_overlap(told, story_world):
    bent = resealed(story_world, told.proof, -1, lambda seal: replace(seal, first=seal.first - 1))
    assert failure(judged(bent, told.standpoint)) == ("altered", 3, "mismatch", "seal.time")


def test_blocks_that_meet_name_each_other(told, story_world):
    bent = resealed(story_world, told.proof, -1, lambda seal: replace(seal, previous=bytes(32)))
    assert failure(judged(bent, told.standpoint)) == ("altered", 3, "mismatch", "seal.previous")


def test_a_statement_that_no_seal_shown_covers_is_refused(told, story_world):
    """The newest seal of a statement says that its block holds nothing: that statement stands in no block."""
    busy = max(at for at, part in enumerate(told.proof.seals) if part.signed.seal.first < part.signed.seal.covered)
    bent = resealed(story_world, told.proof, busy, lambda seal: replace(seal, first=seal.covered))
    if told.proof.seals[busy + 1 :]:  # a ledger that was idle for a while sealed nothing, and names the seal before
        name = leaf_hash(bent.seals[busy].signed.entry)
        bent = resealed(story_world, bent, busy + 1, lambda seal: replace(seal, previous=name))
    assert failure(judged(bent, told.standpoint)) == ("altered", 3, "mismatch", "seals")


def test_the_newest_seal_is_the_last_leaf(told):
    """Without it, what is shown does not give the root; with no seal at all neither."""
    for seals in (told.proof.seals[:-1], ()):
        assert failure(judged(told.proof, told.standpoint, seals=seals))[:2] == ("altered", 3)


def test_two_entries_for_one_leaf_are_refused(told):
    part = replace(told.proof.trace[0], first=told.proof.trace[0].first + 1)
    registry = sorted((*told.proof.registry, part), key=lambda each: each.leaf)
    assert failure(judged(told.proof, told.standpoint, registry=tuple(registry))) == ("altered", 3, "mismatch", "leaf")


def test_a_seal_that_covers_nothing_shown_is_refused(world, monkeypatch):
    honest = prover.seal_parts
    with world.ledger.store.read() as reader:
        stray = reader.find_event(world.events["delivery"].name).leaf
    assert judged(proved(world, PRODUCT), world.standpoint()).outcome == "verified"
    monkeypatch.setattr(prover, "seal_parts", lambda leaves, *more: honest({*leaves, stray}, *more))
    verdict = judged(proved(world, PRODUCT), world.standpoint())
    assert failure(verdict) == ("altered", 3, "mismatch", "seals")
    assert "covers nothing" in str(verdict.error)
