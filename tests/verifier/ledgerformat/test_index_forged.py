"""One root cannot prove two values for a key, nor both presence and absence; and a proof has one spelling."""

import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.reference import HASH, prefix_tree_root
from tests.verifier.ledgerformat.index_prover import KEYS, VALUES, Written, indexes, key, prove
from tests.verifier.primitives.properties import flipped
from verifier.errors import NotIndexedError
from verifier.ledgerformat.index import EMPTY, IndexProof, check_index

K, SIBLING, OTHER = key(0b00000), key(0b10000), key(0b00001)
V, W = b"\x11" * 32, b"\x22" * 32
LEAF = HASH(b"\x02", K, V)


def refuse(root, claims, proof):
    with pytest.raises(NotIndexedError):
        check_index(root, claims, proof)


class TestFalseClaims:
    """symbol 0: all of them are absent; 1: it is the one key of K here, present with its value; 2: the others are
    absent"""

    @given(indexes(), st.data(), VALUES)
    def test_of_another_value_are_refused(self, index, data, other):
        pairs, claims = index
        asked = data.draw(st.sampled_from(sorted(claims)))
        assume(pairs.get(asked) != other)
        refuse(prefix_tree_root(pairs), claims | {asked: other}, prove(pairs, claims).proof)

    @given(indexes(), st.data())
    def test_of_absence_are_refused(self, index, data):
        pairs, claims = index
        assume(pairs)
        asked = data.draw(st.sampled_from(sorted(pairs)))
        refuse(prefix_tree_root(pairs), claims | {asked: None}, prove(pairs, {*claims, asked}).proof)

    @given(indexes(), VALUES)
    def test_are_refused_with_the_proof_of_an_index_where_they_hold(self, index, other):
        pairs, claims = index
        changed = dict.fromkeys(claims, other)
        assume(any(pairs.get(each) != other for each in claims))
        refuse(prefix_tree_root(pairs), changed, prove({**pairs, **changed}, claims).proof)
        gone = {each: value for each, value in pairs.items() if each not in claims}
        if gone != pairs:
            refuse(prefix_tree_root(pairs), dict.fromkeys(claims), prove(gone, claims).proof)


class TestForgedProofs:
    """anything unused or missing is refused"""

    @given(indexes(), st.data())
    def test_with_one_bit_flipped_anywhere_are_refused(self, index, data):
        pairs, claims = index
        proof = prove(pairs, claims).proof
        parts = [proof.turns, proof.nodes, proof.strangers]
        which = data.draw(st.sampled_from([place for place, part in enumerate(parts) if part]))
        parts[which] = flipped(parts[which], data.draw(st.integers(0, len(parts[which]) * 8 - 1)))
        refuse(prefix_tree_root(pairs), claims, IndexProof(*parts))

    @given(indexes(), st.integers(0, 2), st.sampled_from([b"\x00", bytes(32), bytes(64), b"\xff" * 32]))
    def test_with_unused_bytes_are_refused(self, index, which, more):
        pairs, claims = index
        proof = prove(pairs, claims).proof
        parts = [proof.turns, proof.nodes, proof.strangers]
        for changed in (parts[which] + more, more + parts[which]):
            refuse(prefix_tree_root(pairs), claims, IndexProof(*parts[:which], changed, *parts[which + 1 :]))

    @given(indexes(), st.data())
    def test_cut_anywhere_are_refused(self, index, data):
        pairs, claims = index
        proof = prove(pairs, claims).proof
        parts = [proof.turns, proof.nodes, proof.strangers]
        which = data.draw(st.sampled_from([place for place, part in enumerate(parts) if part]))
        parts[which] = parts[which][: data.draw(st.integers(0, len(parts[which]) - 1))]
        refuse(prefix_tree_root(pairs), claims, IndexProof(*parts))

    @given(indexes(), st.sets(KEYS, min_size=1, max_size=4))
    def test_for_other_keys_are_refused_unless_the_same(self, index, other):
        pairs, claims = index
        others = prove(pairs, other).proof
        if others != prove(pairs, claims).proof:
            refuse(prefix_tree_root(pairs), claims, others)

    @given(indexes(), st.data())
    def test_with_symbols_exchanged_are_refused(self, index, data):
        pairs, claims = index
        written = prove(pairs, claims)
        at = data.draw(st.integers(0, len(written.turns) - 1))
        written.turns[at] = data.draw(st.sampled_from([each for each in range(4) if each != written.turns[at]]))
        refuse(prefix_tree_root(pairs), claims, written.proof)

    def test_are_refused_whatever_the_symbols(self):
        """All 65,536 proofs of eight symbols, over the hashes and strangers that the honest one has."""
        pairs = {K: V, key(0b01000): W, SIBLING: V}
        asked = [K, key(0b11000)]
        root, honest = prefix_tree_root(pairs), prove(pairs, asked).proof
        claims = {each: pairs.get(each) for each in asked}
        proofs = [IndexProof(turns, honest.nodes, honest.strangers) for turns in every_turns(2)]
        assert [each for each in proofs if holds(root, claims, each)] == [honest]


def every_turns(size):
    return [each.to_bytes(count, "big") for count in range(size + 1) for each in range(256**count)]


def holds(root, claims, proof):
    try:
        check_index(root, claims, proof)
    except NotIndexedError:
        return False
    return True


class TestTreesThatAreNone:
    """Refused: a node whose two sides are empty, or of which one is empty and the other is shown to be a leaf; a node
    deeper than 255; symbols 2 and 3 for a sibling."""

    def test_a_node_over_nothing(self):
        refuse(HASH(b"\x03", EMPTY, EMPTY), {K: None}, Written([3, 0, 0]).proof)
        refuse(HASH(b"\x03", EMPTY, EMPTY), {K: None, SIBLING: None}, Written([3, 0, 0]).proof)

    def test_a_leaf_deeper_than_where_it_is_alone(self):
        below = HASH(b"\x03", LEAF, EMPTY)
        refuse(below, {K: V}, Written([3, 1, 0]).proof)
        refuse(below, {K: V, SIBLING: None}, Written([3, 1, 0]).proof)
        refuse(HASH(b"\x03", below, EMPTY), {K: V}, Written([3, 3, 1, 0, 0]).proof)

    def test_a_stranger_deeper_than_where_it_is_alone(self):
        stranger = HASH(b"\x02", OTHER, V)
        refuse(HASH(b"\x03", stranger, EMPTY), {K: None}, Written([3, 2, 0], [], [OTHER + V]).proof)
        right = HASH(b"\x02", SIBLING, V)
        refuse(HASH(b"\x03", EMPTY, right), {K: None, key(0b11111): None}, Written([3, 0, 2], [], [SIBLING + V]).proof)
        refuse(HASH(b"\x03", EMPTY, right), {K: None, SIBLING: V}, Written([3, 0, 1]).proof)

    def test_a_stranger_off_its_path(self):
        left, right = HASH(b"\x02", SIBLING, V), HASH(b"\x02", key(0b11111), V)
        refuse(HASH(b"\x03", left, right), {K: None}, Written([3, 2, 1], [right], [SIBLING + V]).proof)

    def test_a_stranger_that_is_the_key_itself(self):
        refuse(LEAF, {K: V}, Written([2], [], [K + V]).proof)
        refuse(LEAF, {K: None}, Written([2], [], [K + V]).proof)

    def test_a_stranger_among_the_keys_with_another_value(self):
        claims = {K: W, OTHER: None}
        refuse(LEAF, claims, Written([2], [], [K + V]).proof)
        check_index(LEAF, claims | {K: V}, Written([2], [], [K + V]).proof)

    def test_a_leaf_for_two_keys(self):
        refuse(LEAF, {K: V, OTHER: None}, Written([1]).proof)
        refuse(LEAF, {K: V, OTHER: V}, Written([1]).proof)

    def test_an_empty_sibling_that_is_spelled_out(self):
        pairs = {K: V, OTHER: W}
        written = prove(pairs, [K])
        assert 0 in written.turns
        spelt = Written([turn or 1 for turn in written.turns], [EMPTY] * 4 + written.nodes)
        refuse(prefix_tree_root(pairs), {K: V}, spelt.proof)
        refuse(HASH(b"\x03", LEAF, EMPTY), {K: V}, Written([3, 1, 1], [EMPTY]).proof)

    @pytest.mark.parametrize("symbol", [2, 3])
    def test_a_sibling_that_is_opened(self, symbol):
        pairs = {K: V, SIBLING: W}
        for nodes in ([], [HASH(b"\x02", SIBLING, W)]):
            refuse(prefix_tree_root(pairs), {K: V}, Written([3, 1, symbol], nodes, [SIBLING + W]).proof)

    @pytest.mark.parametrize("depth", [256, 257, 300])
    def test_a_node_deeper_than_255(self, depth):
        refuse(EMPTY, {K: V}, Written([3] * depth + [1] + [1] * depth, [V] * depth).proof)

    def test_symbols_in_the_padding(self):
        refuse(LEAF, {K: V}, IndexProof(b"\x41", b"", b""))
        check_index(LEAF, {K: V}, IndexProof(b"\x40", b"", b""))

    def test_no_tree_whatsoever_shows_two_things_of_one_key(self):
        """Every small tree that a liar can build, sound or not, against every proof made of its parts."""
        leaves = [K + V, K + W, OTHER + V, SIBLING + W]
        for shape in itertools.product([EMPTY, *(HASH(b"\x02", leaf) for leaf in leaves)], repeat=3):
            root = HASH(b"\x03", HASH(b"\x03", *shape[:2]), shape[2])
            proofs = list(proofs_from(shape, leaves))
            shown = {claim for claim in (V, W, None) if any(holds(root, {K: claim}, proof) for proof in proofs)}
            assert len(shown) <= 1


def proofs_from(shape, leaves):
    """Proofs for a key on the left of the left, whose siblings are given, hidden or left out."""
    siblings = [([0], []) if hash_ == EMPTY else ([1], [hash_]) for hash_ in shape[1:]]
    (near, near_hash), (far, far_hash) = siblings
    for first, strangers in ([0], []), ([1], []), *(([2], [leaf]) for leaf in leaves):
        yield Written([3, 3, *first, *near, *far], near_hash + far_hash, strangers).proof
        yield Written([3, *first, *far], far_hash, strangers).proof
        yield Written([3, *first, *far], [HASH(b"\x03", *shape[:2]), *far_hash], strangers).proof
        yield Written(first, [], strangers).proof
