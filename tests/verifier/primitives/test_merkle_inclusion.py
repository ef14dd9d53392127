import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.prove.log import Leaves, inclusion_path
from tests.reference import MTH, PATH
from tests.verifier.primitives.properties import flipped
from tests.verifier.primitives.trees import entries, leaves, places
from verifier.errors import NotIncludedError
from verifier.primitives.merkle import EMPTY_ROOT, check_inclusion, leaf_hash, node_hash, root_of_inclusion, tree_root

EVERY_PLACE = [(index, size) for size in range(1, 34) for index in range(size)]


class TestTreeHash:
    """The Merkle Tree Hash is defined by splitting at the largest power of two. RFC 9162 §2.1.1."""

    @pytest.mark.parametrize("size", [*range(70), 127, 128, 129, 255, 256, 257])
    def test_is_that_of_the_rfc(self, size):
        assert tree_root(leaves(size)) == MTH(entries(size))

    @given(st.lists(st.binary(max_size=4), max_size=300))
    def test_is_that_of_the_rfc_for_any_entries(self, any_entries):
        assert tree_root([leaf_hash(each) for each in any_entries]) == MTH(any_entries)

    def test_of_nothing_is_the_hash_of_nothing(self):
        assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    def test_does_not_change_the_leaves(self):
        hashes = leaves(5)
        tree_root(hashes)
        assert hashes == leaves(5)

    def test_keeps_leaves_and_nodes_apart(self):
        left, right = leaves(2)
        assert leaf_hash(left + right) != node_hash(left, right) != node_hash(right, left)


class TestAuditPath:
    """The shortest list of additional nodes that is required to compute the Merkle Tree Hash. RFC 6962 §2.1.1."""

    def test_of_every_leaf_of_every_small_tree_is_accepted(self):
        for index, size in EVERY_PLACE:
            entry, path, root = entries(size)[index], PATH(index, entries(size)), MTH(entries(size))
            check_inclusion(index=index, size=size, leaf=leaf_hash(entry), path=path, root=root)

    def test_that_is_built_is_the_one_of_the_rfc(self):
        for index, size in EVERY_PLACE:
            assert inclusion_path(Leaves(leaves(size)), index, size) == PATH(index, entries(size))

    @given(places(600))
    def test_that_is_built_for_larger_trees_is_accepted(self, place):
        index, size = place
        hashes = leaves(size)
        path = inclusion_path(Leaves(hashes), index, size)
        check_inclusion(index=index, size=size, leaf=hashes[index], path=path, root=tree_root(hashes))

    @given(places(), st.data())
    def test_with_one_bit_flipped_anywhere_is_refused(self, place, data):
        index, size = place
        parts = [leaf_hash(entries(size)[index]), *PATH(index, entries(size)), MTH(entries(size))]
        which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
        parts[which] = flipped(parts[which], bit)
        with pytest.raises(NotIncludedError):
            check_inclusion(index=index, size=size, leaf=parts[0], path=parts[1:-1], root=parts[-1])

    @given(places(), st.data())
    def test_of_another_length_is_refused(self, place, data):
        index, size = place
        path = PATH(index, entries(size))
        at = data.draw(st.integers(0, len(path)))
        longer = [*path[:at], data.draw(st.sampled_from([*path, bytes(32)])), *path[at:]]
        for other in (longer, path[:at] + path[at + 1 :]):
            if len(other) != len(path):
                with pytest.raises(NotIncludedError, match="inclusion path"):
                    root_of_inclusion(index=index, size=size, leaf=leaf_hash(b""), path=other)

    def test_is_refused_for_every_other_leaf_of_the_tree(self):
        for index, size in EVERY_PLACE:
            path, root = PATH(index, entries(size)), MTH(entries(size))
            for other in range(size):
                if other != index:
                    with pytest.raises(NotIncludedError):
                        check_inclusion(index=other, size=size, leaf=leaves(size)[index], path=path, root=root)

    @pytest.mark.parametrize("index", [-1, 8, 9, 2**64])
    def test_is_refused_for_a_leaf_outside_the_tree(self, index):
        with pytest.raises(NotIncludedError, match="leaf index"):
            root_of_inclusion(index=index, size=8, leaf=leaves(8)[0], path=PATH(0, entries(8)))

    @pytest.mark.parametrize("size", [0, -1])
    def test_is_refused_for_a_tree_without_leaves(self, size):
        with pytest.raises(NotIncludedError, match="leaf index"):
            root_of_inclusion(index=0, size=size, leaf=leaves(1)[0], path=[])

    @pytest.mark.parametrize("length", [0, 31, 33, 64])
    def test_has_hashes_of_32_bytes_only(self, length):
        with pytest.raises(NotIncludedError, match="32 bytes"):
            root_of_inclusion(index=0, size=2, leaf=leaves(1)[0], path=[bytes(length)])
        with pytest.raises(NotIncludedError, match="32 bytes"):
            root_of_inclusion(index=0, size=2, leaf=bytes(length), path=leaves(1))

    def test_may_fit_several_sizes_so_that_a_size_must_be_signed(self):
        """The root alone does not say how many leaves there are: receipts carry the size in their signed header."""
        path, root = PATH(0, entries(8)), MTH(entries(8))
        for size in (5, 6, 7, 8):
            check_inclusion(index=0, size=size, leaf=leaves(1)[0], path=path, root=root)
