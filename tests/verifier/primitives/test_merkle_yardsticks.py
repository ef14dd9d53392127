"""Trees and proofs of two libraries that know nothing of ours: merkly, and scitt-cose."""

import pytest
import scitt_cose
from merkly.mtree import MerkleTree

from tests.verifier.primitives.trees import entries, leaves
from verifier.primitives.merkle import check_consistency, check_inclusion, leaf_hash, node_hash, tree_root


def merkly_tree(size):
    """A tree of merkly with the hashes of RFC 6962. It takes two leaves or more, as text."""

    def one_hash(left, right):
        return leaf_hash(left) if right == b"" else node_hash(left, right)

    return MerkleTree([each.decode() for each in entries(size)], one_hash)


@pytest.mark.parametrize("size", [*range(2, 40), 64, 65, 127, 128, 129])
def test_merkly_computes_the_same_root(size):
    assert merkly_tree(size).root == tree_root(leaves(size))


@pytest.mark.parametrize("size", range(2, 34))
def test_the_paths_of_merkly_are_accepted(size):
    tree = merkly_tree(size)
    for index, entry in enumerate(entries(size)):
        path = [node.data for node in tree.proof(entry.decode())]
        check_inclusion(index=index, size=size, leaf=leaf_hash(entry), path=path, root=tree.root)


def hexed(size):
    return [each.hex() for each in entries(size)]


@pytest.mark.parametrize("size", [*range(1, 34), 65])
def test_scitt_cose_computes_the_same_root_and_its_paths_are_accepted(size):
    root = bytes.fromhex(scitt_cose.merkle_root(hexed(size)))
    assert root == tree_root(leaves(size))
    for index, leaf in enumerate(leaves(size)):
        path = [bytes.fromhex(each) for each in scitt_cose.inclusion_proof(hexed(size), index)]
        check_inclusion(index=index, size=size, leaf=leaf, path=path, root=root)


@pytest.mark.parametrize("newer", [*range(2, 20), 33])
def test_the_consistency_proofs_of_scitt_cose_are_accepted(newer):
    for size in range(1, newer):
        path = [bytes.fromhex(each) for each in scitt_cose.consistency_proof(hexed(newer), size, newer)]
        roots = {"root": tree_root(leaves(size)), "newer_root": tree_root(leaves(newer))}
        check_consistency(size=size, newer_size=newer, path=path, **roots)
