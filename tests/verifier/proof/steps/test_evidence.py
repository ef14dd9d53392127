"""Fork evidence convicts a ledger of two commitments that cannot both be true, and nobody of anything else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.prove.log import Leaves, consistency_path, inclusion_path, root_at
from ledger.signing.signer import generate
from tests.verifier.proof.steps.forging import signed
from verifier.errors import InconsistentError, MalformedError, SuyuanError, UnsupportedError, UntrustedError
from verifier.ledgerformat.receipt import format_receipt
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.cbor import format_cbor
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.keys import EDDSA
from verifier.primitives.merkle import leaf_hash
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.evidence import (
    CheckpointCommitment,
    ReceiptCommitment,
    confirm_fork,
    format_fork_evidence,
    parse_fork_evidence,
)

SMALL, LARGE = 5, 12


@dataclass(frozen=True, slots=True)
class Forked:
    """A ledger with two trees that part at their third leaf, and what it signs of them."""

    world: object
    charter: tuple
    trees: tuple[list[bytes], list[bytes]]

    def root(self, tree: int, size: int) -> bytes:
        return root_at(Leaves(self.trees[tree]), size)

    def checkpoint(self, tree: int, size: int, **keys) -> CheckpointCommitment:
        checkpoint = Checkpoint(self.world.ledger.origin, size, self.root(tree, size))
        return CheckpointCommitment(
            signed(replace(self.world, keys=replace(self.world.keys, **keys)), checkpoint, at=1)
        )

    def receipt(self, tree: int, size: int, leaf: int = 1, **keys) -> ReceiptCommitment:
        checkpoint = Checkpoint(self.world.ledger.origin, size, self.root(tree, size))
        protected, signature = replace(self.world.keys, **keys).sign_receipts(checkpoint, 1)
        path = inclusion_path(Leaves(self.trees[tree]), leaf, size)
        receipt = format_receipt(protected=protected, signature=signature, size=size, index=leaf, path=path)
        return ReceiptCommitment(receipt, self.trees[tree][leaf])

    def path(self, tree: int, size: int = SMALL, newer: int = LARGE) -> list[bytes]:
        return consistency_path(Leaves(self.trees[tree][:newer]), size, newer, whole=True) if size < newer else []

    def confirm(self, first, second, path=(), **standpoint):
        data = format_fork_evidence(self.charter, first, second, path)
        found = replace(self.world.standpoint(), **standpoint)
        return confirm_fork(parse_fork_evidence(data), found)


@pytest.fixture(scope="session")
def forked(story_world) -> Forked:
    honest = [leaf_hash(bytes([each])) for each in range(16)]
    other = [*honest[:2], *(leaf_hash(bytes([99, each])) for each in range(14))]
    return Forked(story_world, parse_charter_file(story_world.ledger.prover.charter_file()), (honest, other))


@pytest.mark.parametrize("kinds", [("checkpoint", "checkpoint"), ("receipt", "receipt"), ("checkpoint", "receipt"),
                                   ("receipt", "checkpoint")])  # fmt: skip
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(("size", "newer"), [(SMALL, SMALL), (SMALL, LARGE), (8, LARGE), (4, 8), (3, 4)])
def test_two_commitments_that_cannot_both_be_true_are_a_fork(forked, kinds, order, size, newer):
    first = getattr(forked, kinds[0])(order[0], size)
    second = getattr(forked, kinds[1])(order[1], newer)
    fork = forked.confirm(first, second, forked.path(order[1], size, newer))
    assert (fork.origin, fork.sizes) == (forked.world.ledger.origin, (size, newer))
    assert fork.roots == (forked.root(order[0], size), forked.root(order[1], newer))


@pytest.mark.parametrize(("size", "newer"), [(SMALL, LARGE), (8, LARGE), (1, 2)])
def test_two_commitments_that_agree_are_none(forked, size, newer):
    with pytest.raises(InconsistentError, match="agree"):
        forked.confirm(forked.checkpoint(0, size), forked.receipt(0, newer), forked.path(0, size, newer))


def test_before_the_trees_part_there_is_no_fork(forked):
    with pytest.raises(InconsistentError):
        forked.confirm(forked.checkpoint(0, 2), forked.checkpoint(1, LARGE), forked.path(1, 2))


def test_equal_sizes_need_two_roots_and_no_path(forked):
    same = forked.checkpoint(0, SMALL)
    with pytest.raises(InconsistentError, match="equal roots"):
        forked.confirm(same, forked.receipt(0, SMALL))
    with pytest.raises(InconsistentError, match="path"):
        forked.confirm(same, forked.checkpoint(1, SMALL), [bytes(32)])


def test_the_smaller_size_comes_first(forked):
    with pytest.raises(MalformedError, match="smaller"):
        forked.confirm(forked.checkpoint(1, LARGE), forked.checkpoint(0, SMALL), forked.path(1))


def test_an_empty_log_contradicts_nothing(forked):
    empty = CheckpointCommitment(signed(forked.world, Checkpoint(forked.world.ledger.origin, 0, bytes(32)), at=1))
    with pytest.raises(MalformedError, match="sizes 0"):
        forked.confirm(empty, forked.checkpoint(0, LARGE))


@pytest.mark.parametrize("change", ["longer", "shorter", "other", "none", "of the other tree"])
def test_a_path_that_does_not_lead_to_the_newer_root_proves_nothing(forked, change):
    path = forked.path(1)
    bent = {"longer": [*path, bytes(32)], "shorter": path[:-1], "other": [bytes(32), *path[1:]], "none": [],
            "of the other tree": forked.path(0)}[change]  # fmt: skip
    with pytest.raises(InconsistentError):
        forked.confirm(forked.checkpoint(0, SMALL), forked.checkpoint(1, LARGE), bent)


@given(st.integers(1, 15), st.integers(1, 15), st.booleans(), st.data())
def test_no_path_at_all_convicts_an_honest_ledger(forked, one, other, receipts, data):
    """Whatever hashes of its own tree somebody puts together: the sizes and roots of one tree agree."""
    size, newer = sorted((one, other))
    hashes = [*forked.path(0, size, newer), forked.root(0, size), forked.root(0, newer), *forked.trees[0][:4]]
    path = data.draw(st.lists(st.sampled_from(hashes), max_size=6))
    make = forked.receipt if receipts and size > 1 else forked.checkpoint
    with pytest.raises(SuyuanError):
        forked.confirm(make(0, size), forked.checkpoint(0, newer), path)


# Whose word it is.


def test_what_another_key_signed_is_nobodys_fork(forked):
    strange = generate(EDDSA)
    honest = forked.checkpoint(0, SMALL)
    for other in (
        forked.checkpoint(1, SMALL, checkpoint=strange, checkpoint_pq=strange),
        forked.receipt(1, SMALL, receipt=strange),
    ):
        with pytest.raises((UntrustedError, SuyuanError)):
            forked.confirm(honest, other)


def test_a_receipt_or_checkpoint_of_another_ledger_is_not_this_ones_fork(forked):
    world = replace(forked.world, keys=replace(forked.world.keys, origin="other.test/ledger"))
    checkpoint = Checkpoint("other.test/ledger", SMALL, forked.root(1, SMALL))
    lie = CheckpointCommitment(signed(world, checkpoint, at=1))
    with pytest.raises(UntrustedError):
        forked.confirm(forked.checkpoint(0, SMALL), lie)
    own_key = CheckpointCommitment(signed(forked.world, checkpoint, at=1))
    with pytest.raises(UntrustedError, match="under its own name"):
        forked.confirm(forked.checkpoint(0, SMALL), own_key)
    with pytest.raises(SuyuanError, match=r"receipt\.iss"):
        forked.confirm(forked.checkpoint(0, SMALL), forked.receipt(1, SMALL, origin="other.test/ledger"))


def test_a_receipt_for_another_leaf_is_not_what_was_signed(forked):
    stray = replace(forked.receipt(1, SMALL), leaf=bytes(32))
    with pytest.raises(SuyuanError, match="receipt signature"):
        forked.confirm(forked.checkpoint(0, SMALL), stray)


def test_a_ledger_that_is_not_the_pinned_one_is_not_convicted(forked):
    with pytest.raises(UntrustedError, match="charter"):
        forked.confirm(forked.checkpoint(0, SMALL), forked.checkpoint(1, SMALL), policy=TrustPolicy(bytes(32)))


def test_cosignatures_are_not_asked_for_and_cannot_help(forked):
    bare = replace(forked.world, witnesses=[])
    first, second = (replace(forked, world=bare).checkpoint(tree, SMALL) for tree in (0, 1))
    assert forked.confirm(first, second).sizes == (SMALL, SMALL)


# The file.


def test_the_file_is_the_same_bytes_again(forked):
    data = format_fork_evidence(forked.charter, forked.checkpoint(0, SMALL), forked.receipt(1, LARGE), forked.path(1))
    parsed = parse_fork_evidence(data)
    hashes = [parsed.path[at : at + 32] for at in range(0, len(parsed.path), 32)]
    assert format_fork_evidence(parsed.charter, parsed.first, parsed.second, hashes) == data


def test_a_flipped_bit_is_refused_or_changes_nothing_of_what_is_confirmed(forked):
    """Lines that are not needed are passed over: one of the ledger's lines is enough, and cosigners' are nobody's."""
    data = format_fork_evidence(forked.charter, forked.checkpoint(0, SMALL), forked.receipt(1, LARGE), forked.path(1))
    honest = confirm_fork(parse_fork_evidence(data), forked.world.standpoint())
    refused = 0
    for place in range(0, len(data), 23):
        bent = bytearray(data)
        bent[place] ^= 1 << place % 8
        try:
            assert confirm_fork(parse_fork_evidence(bytes(bent)), forked.world.standpoint()) == honest
        except SuyuanError:
            refused += 1
    assert refused > len(data) // 23 * 9 // 10


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (["suyuan evidence", 2, {}], UnsupportedError),
        (["suyuan trace", 1, {}], MalformedError),
        (["suyuan evidence", 1, {}], MalformedError),
        (["suyuan evidence", 1, {4: [], 6: [], 11: [[1, b""]], 12: b""}], MalformedError),
        (["suyuan evidence", 1, {4: [], 6: [], 11: [[3, b""], [1, b""]], 12: b""}], MalformedError),
        (["suyuan evidence", 1, {4: [], 6: [], 11: [[2, b"", b""], [1, b""]], 12: b""}], MalformedError),
        (["suyuan evidence", 1, {4: [], 6: [], 11: [[1, b""], [1, b""]], 12: b"odd"}], MalformedError),
        (["suyuan evidence", 1, {4: [b""], 6: [], 11: [[1, b""], [1, b""]], 12: b""}], MalformedError),
    ],
)
def test_another_shape_is_refused(content, error):
    with pytest.raises(error):
        parse_fork_evidence(format_cbor(content))
