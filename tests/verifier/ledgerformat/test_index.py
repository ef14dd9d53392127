from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import HASH, MTH, prefix_tree_root
from tests.verifier.ledgerformat.index_prover import KEYS, VALUES, indexes, key, prove
from tests.verifier.primitives.properties import parse_or_refuse
from tests.verifier.primitives.strategies import cbor_values
from verifier.errors import MalformedError, NotIndexedError
from verifier.ledgerformat.index import (
    EMPTY,
    HistoryEntry,
    bit,
    check_index,
    entry_hash,
    format_index_proof,
    history_root,
    history_value,
    index_key,
    index_root,
    pack_turns,
    parse_index_proof,
    value_of,
)

UNIVERSE = [key(top) for top in (0b00000, 0b00001, 0b01000, 0b10000, 0b11110, 0b11111)]
ENTRIES = st.lists(st.builds(HistoryEntry, VALUES, st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1)), max_size=20)


def subsets(keys):
    return [chosen for count in range(len(keys) + 1) for chosen in combinations(keys, count)]


def value(number):
    return sha256(bytes([number])).digest()


class TestIndexProof:
    """**Index proof** for a set K of keys, each with its value or absent: walk from the root, left before right, with
    the subset of K below each place."""

    def test_of_every_set_of_keys_of_every_small_index_is_accepted(self):
        for chosen in subsets(UNIVERSE):
            pairs = {each: value(place) for place, each in enumerate(chosen)}
            root = prefix_tree_root(pairs)
            for asked in subsets(UNIVERSE)[1:]:
                check_index(root, {each: pairs.get(each) for each in asked}, prove(pairs, asked).proof)

    @given(indexes())
    def test_of_larger_indexes_is_accepted(self, index):
        pairs, claims = index
        check_index(prefix_tree_root(pairs), claims, prove(pairs, claims).proof)

    @given(indexes(), VALUES)
    def test_is_refused_under_another_root(self, index, root):
        pairs, claims = index
        if root != prefix_tree_root(pairs):
            with pytest.raises(NotIndexedError, match="another root"):
                check_index(root, claims, prove(pairs, claims).proof)

    def test_of_two_keys_that_part_at_their_last_bit_is_accepted(self):
        """a leaf at the shallowest depth where it is alone, which may be 256"""
        pairs = {key(0, 0): value(0), key(0, 1): value(1)}
        for asked in subsets([*pairs, key(0, 2)])[1:]:
            check_index(index_root(pairs), {each: pairs.get(each) for each in asked}, prove(pairs, asked).proof)

    def test_needs_a_key(self):
        with pytest.raises(NotIndexedError, match="no key"):
            check_index(EMPTY, {}, prove({}, []).proof)

    @given(st.lists(st.integers(0, 3), max_size=20))
    def test_symbols_are_packed_most_significant_first(self, turns):
        bits = "".join(f"{turn:02b}" for turn in turns)
        assert "".join(f"{byte:08b}" for byte in pack_turns(turns)) == bits + "0" * (-len(bits) % 8)


class TestWrittenProof:
    """`[turns, nodes, strangers]`, three byte strings"""

    @given(indexes())
    def test_what_was_written_is_read(self, index):
        proof = prove(*index).proof
        assert parse_index_proof(format_index_proof(proof)) == proof

    @given(st.lists(st.binary(max_size=5), max_size=4) | cbor_values())
    def test_any_other_value_is_read_as_written_or_refused(self, value):
        parse_or_refuse(parse_index_proof, value, format_index_proof)

    @pytest.mark.parametrize("value", [[], [b"", b""], [b""] * 4, [b"", b"", None], ["", b"", b""], {}, b"", None])
    def test_of_another_shape_is_refused(self, value):
        with pytest.raises(MalformedError):
            parse_index_proof(value)


class TestRoot:
    """**Prefix tree** over all keys with a history: empty = 32 zero bytes; leaf = H(0x02 ‖ key ‖ value) at the
    shallowest depth where it is alone; node = H(0x03 ‖ left ‖ right)."""

    @given(st.dictionaries(KEYS, VALUES, max_size=20))
    def test_is_that_of_the_definition(self, pairs):
        assert index_root(pairs) == prefix_tree_root(pairs)
        assert index_root(dict(reversed(pairs.items()))) == index_root(pairs)

    def test_of_the_smallest_trees(self):
        left, right = key(0b00000), key(0b10000)
        assert index_root({}) == bytes(32)
        assert index_root({left: value(1)}) == HASH(b"\x02", left, value(1))
        leaves = HASH(b"\x02", left, value(1)), HASH(b"\x02", right, value(2))
        assert index_root({left: value(1), right: value(2)}) == HASH(b"\x03", *leaves)

    @given(KEYS, st.integers(0, 255))
    def test_bit_0_is_the_top_bit_of_the_first_byte(self, key, depth):
        assert bit(key, depth) == int(f"{int.from_bytes(key, 'big'):0256b}"[depth])


class TestHistory:
    """Entry hash = H(0x00 ‖ 0x06 ‖ event name ‖ leaf u64 be ‖ position u32 be); history root = RFC 6962 tree hash over
    the entry hashes; **Value** = H(0x04 ‖ count u64 be ‖ history root)."""

    @given(ENTRIES)
    def test_root_and_value_are_those_of_the_definition(self, entries):
        spelt = [
            b"\x06" + each.name + each.leaf.to_bytes(8, "big") + each.position.to_bytes(4, "big") for each in entries
        ]
        assert [entry_hash(each) for each in entries] == [HASH(b"\x00", each) for each in spelt]
        assert history_root(entries) == MTH(spelt)
        expected = HASH(b"\x04", len(entries).to_bytes(8, "big"), MTH(spelt))
        assert history_value(len(entries), MTH(spelt)) == expected
        assert value_of(entries) == (expected if entries else None)

    @given(st.sampled_from(["trace", "case", "a"]), VALUES)
    def test_key_is_the_hash_of_kind_and_name(self, kind, name):
        """**Key** = H("suyuan/key/v1|" ‖ kind ‖ "|" ‖ subject name)."""
        assert index_key(kind, name) == HASH(b"suyuan/key/v1|", kind.encode(), b"|", name)
