import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.prove.log import Leaves, consistency_path
from tests.reference import MTH, PROOF, whole_proof
from tests.verifier.primitives.properties import flipped
from tests.verifier.primitives.trees import entries, growths, leaves
from verifier.errors import InconsistentError
from verifier.primitives.merkle import EMPTY_ROOT, check_consistency, roots_of_consistency, tree_root

EVERY_GROWTH = [(size, newer) for newer in range(2, 28) for size in range(1, newer)]


def check(size, newer, path, root=None, newer_root=None):
    root = MTH(entries(size)) if root is None else root
    newer_root = MTH(entries(newer)) if newer_root is None else newer_root
    check_consistency(size=size, root=root, newer_size=newer, newer_root=newer_root, path=path)


class TestConsistencyProof:
    """It must contain a set of intermediate nodes sufficient to verify that the first m leaves are equal in both
    trees. RFC 6962 §2.1.2."""

    def test_between_all_small_trees_is_accepted(self):
        for size, newer in EVERY_GROWTH:
            check(size, newer, PROOF(size, entries(newer)))

    def test_that_is_built_is_the_one_of_the_rfc(self):
        for size, newer in EVERY_GROWTH:
            tree = Leaves(leaves(newer))
            assert consistency_path(tree, size, newer) == PROOF(size, entries(newer))
            assert consistency_path(tree, size, newer, whole=True) == whole_proof(size, entries(newer))

    def test_made_whole_leads_to_both_roots(self):
        for size, newer in EVERY_GROWTH:
            both = roots_of_consistency(size=size, newer_size=newer, path=whole_proof(size, entries(newer)))
            assert both == (MTH(entries(size)), MTH(entries(newer)))

    @given(growths(600))
    def test_that_is_built_for_larger_trees_is_accepted(self, growth):
        size, newer = growth
        hashes = leaves(newer)
        path = consistency_path(Leaves(hashes), size, newer)
        check(size, newer, path, tree_root(hashes[:size]), tree_root(hashes))

    @given(growths(), st.data())
    def test_with_one_bit_flipped_anywhere_is_refused(self, growth, data):
        size, newer = growth
        parts = [MTH(entries(size)), *PROOF(size, entries(newer)), MTH(entries(newer))]
        which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
        parts[which] = flipped(parts[which], bit)
        with pytest.raises(InconsistentError):
            check(size, newer, parts[1:-1], parts[0], parts[-1])

    @given(growths(), st.data())
    def test_of_another_length_is_refused(self, growth, data):
        size, newer = growth
        path = PROOF(size, entries(newer))
        at = data.draw(st.integers(0, len(path)))
        with pytest.raises(InconsistentError, match="hashes"):
            check(size, newer, [*path[:at], bytes(32), *path[at:]])
        if path:
            with pytest.raises(InconsistentError, match="hashes"):
                check(size, newer, path[:at] + path[at + 1 :] if at < len(path) else path[:-1])

    def test_is_refused_between_the_roots_of_two_histories(self):
        for size, newer in EVERY_GROWTH:
            forked = [*entries(size)[:-1], b"another entry", *entries(newer)[size:]]
            for root, newer_root in ((MTH(forked[:size]), None), (None, MTH(forked))):
                with pytest.raises(InconsistentError):
                    check(size, newer, PROOF(size, forked), root, newer_root)

    def test_is_refused_with_the_two_roots_exchanged(self):
        for size, newer in EVERY_GROWTH:
            with pytest.raises(InconsistentError):
                check(size, newer, PROOF(size, entries(newer)), MTH(entries(newer)), MTH(entries(size)))

    @pytest.mark.parametrize("length", [0, 31, 33, 64])
    def test_has_hashes_of_32_bytes_only(self, length):
        with pytest.raises(InconsistentError, match="32 bytes"):
            check(1, 2, [bytes(length)])
        with pytest.raises(InconsistentError, match="32 bytes"):
            check(1, 2, PROOF(1, entries(2)), root=bytes(length))
        with pytest.raises(InconsistentError, match="32 bytes"):
            check(1, 2, PROOF(1, entries(2)), newer_root=bytes(length))
        with pytest.raises(InconsistentError, match="32 bytes"):
            roots_of_consistency(size=1, newer_size=2, path=[bytes(length), bytes(32)])


class TestWithoutAProof:
    """Between equal sizes, and from the empty tree, there is nothing to show but equal roots."""

    @pytest.mark.parametrize("size", [0, 1, 2, 7, 8])
    def test_equal_sizes_need_equal_roots(self, size):
        check(size, size, [])
        with pytest.raises(InconsistentError):
            check(size, size, [], newer_root=bytes(32))

    @pytest.mark.parametrize("size", [0, 1, 2, 7, 8])
    def test_equal_sizes_need_no_hashes(self, size):
        with pytest.raises(InconsistentError):
            check(size, size, [bytes(32)])

    def test_every_tree_extends_the_empty_one(self):
        check(0, 5, [])
        with pytest.raises(InconsistentError):
            check(0, 5, [], root=bytes(32))
        with pytest.raises(InconsistentError):
            check(0, 5, [bytes(32)])

    def test_an_empty_tree_has_the_empty_root(self):
        with pytest.raises(InconsistentError):
            check(0, 0, [], root=EMPTY_ROOT, newer_root=bytes(32))

    @pytest.mark.parametrize(("size", "newer"), [(2, 1), (1, 0), (-1, 1), (9, 8)])
    def test_the_older_size_comes_first(self, size, newer):
        with pytest.raises(InconsistentError, match="older size"):
            check(size, newer, [], root=bytes(32), newer_root=bytes(32))


@pytest.mark.parametrize(("size", "newer"), [(0, 1), (1, 1), (2, 1), (-1, 5), (0, 0)])
def test_there_is_no_whole_path_but_from_a_smaller_tree_that_has_leaves(size, newer):
    with pytest.raises(InconsistentError):
        roots_of_consistency(size=size, newer_size=newer, path=[bytes(32)])
