from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.prove.log import Leaves, shared_path
from tests import reference
from tests.reference import MTH, PATH
from tests.verifier.primitives.properties import flipped
from tests.verifier.primitives.trees import entries, leaves, selections
from verifier.errors import MalformedError, NotIncludedError
from verifier.primitives.merkle import root_of_shared_path


def path_of(size, known):
    return b"".join(reference.shared_path(entries(size), known))


def known_leaves(size, known):
    return {position: leaves(size)[position] for position in known}


class TestSharedPath:
    """The root follows from the known leaf hashes and these; every hash must be used and none may be missing."""

    def test_of_all_leaves_of_all_small_trees_gives_the_root(self):
        for size in range(1, 10):
            for count in range(1, size + 1):
                for known in combinations(range(size), count):
                    path = path_of(size, known)
                    assert root_of_shared_path(size, known_leaves(size, known), path) == MTH(entries(size))
                    assert shared_path(Leaves(leaves(size)), size, known) == path

    @given(selections(300))
    def test_of_any_leaves_gives_the_root(self, selection):
        known, size = selection
        path = shared_path(Leaves(leaves(size)), size, known)
        assert path == path_of(size, known)
        assert root_of_shared_path(size, known_leaves(size, known), path) == MTH(entries(size))

    @given(selections(), st.data())
    def test_with_one_bit_flipped_anywhere_gives_another_root(self, selection, data):
        known, size = selection
        path, hashes = path_of(size, known), known_leaves(size, known)
        bit = data.draw(st.integers(0, len(path) * 8 + len(hashes) * 256 - 1))
        if bit < len(path) * 8:
            path = flipped(path, bit)
        else:
            position = known[(bit - len(path) * 8) // 256]
            hashes[position] = flipped(hashes[position], bit % 256)
        assert root_of_shared_path(size, hashes, path) != MTH(entries(size))

    @given(selections(), st.data())
    def test_with_a_hash_more_or_less_is_refused(self, selection, data):
        known, size = selection
        path, hashes = path_of(size, known), known_leaves(size, known)
        at = 32 * data.draw(st.integers(0, len(path) // 32))
        with pytest.raises(NotIncludedError, match="unused"):
            root_of_shared_path(size, hashes, path[:at] + bytes(32) + path[at:])
        if path:
            with pytest.raises(NotIncludedError, match="too few"):
                root_of_shared_path(size, hashes, path[32:])

    @given(selections(), st.integers(1, 31))
    def test_of_half_hashes_is_refused(self, selection, cut):
        known, size = selection
        with pytest.raises(MalformedError, match="32 bytes a hash"):
            root_of_shared_path(size, known_leaves(size, known), path_of(size, known) + bytes(cut))

    @given(selections(), st.data())
    def test_of_other_leaves_gives_another_root_or_is_refused(self, selection, data):
        known, size = selection
        other = data.draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=12))
        if set(known) != other and len(other) == len(known):
            hashes = dict(zip(sorted(other), known_leaves(size, known).values(), strict=True))
            try:
                root = root_of_shared_path(size, hashes, path_of(size, known))
            except NotIncludedError:
                return
            assert root != MTH(entries(size))

    @pytest.mark.parametrize("position", [-1, 8, 2**63])
    def test_of_a_leaf_outside_the_tree_is_refused(self, position):
        with pytest.raises(NotIncludedError, match="some below 8"):
            root_of_shared_path(8, {0: bytes(32), position: bytes(32)}, bytes(32 * 3))

    @pytest.mark.parametrize("size", [0, 1, 8])
    def test_of_no_leaf_is_refused(self, size):
        with pytest.raises(NotIncludedError):
            root_of_shared_path(size, {}, bytes(32))

    def test_of_one_leaf_has_the_hashes_of_its_audit_path_from_left_to_right(self):
        for size in range(1, 20):
            for index in range(size):
                hashes = reference.shared_path(entries(size), [index])
                assert sorted(hashes) == sorted(PATH(index, entries(size)))

    def test_names_the_field_that_it_stands_in(self):
        with pytest.raises(NotIncludedError) as refusal:
            root_of_shared_path(2, {0: bytes(32)}, b"", "proof.10")
        assert refusal.value.field == "proof.10"
