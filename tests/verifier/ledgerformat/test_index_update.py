"""A root computed out of a proof of the keys that change is the root over all keys."""

from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.index.overlay import Overlay
from ledger.index.rebuild import build
from ledger.prove.index import IndexView, prove_index
from verifier.errors import NotIndexedError
from verifier.ledgerformat.index import index_leaf, index_root
from verifier.ledgerformat.index_update import first_root, updated_root

KEYS = st.integers(0, 400).map(lambda number: sha256(b"%d" % number).digest())
CROWDED = st.integers(0, 60).map(lambda number: number.to_bytes(1, "big") * 2 + bytes(30))
VALUES = st.binary(min_size=32, max_size=32)
TREES = st.one_of(*(st.dictionaries(keys, VALUES, max_size=40) for keys in (KEYS, CROWDED)))
CHANGES = st.one_of(*(st.dictionaries(keys, VALUES, min_size=1, max_size=12) for keys in (KEYS, CROWDED)))


class View(IndexView):
    """The tree over some values."""

    def __init__(self, values: dict[bytes, bytes]) -> None:
        self.values = values
        rows = sorted((key, index_leaf(key, value)) for key, value in values.items())
        self._rows = rows
        self._overlay = Overlay(build(3, rows))
        self.levels = 3

    def node(self, node):
        return self._overlay.heap.read(node)

    def bucket(self, node):
        return [(key, leaf) for key, leaf in self._rows if 8 | key[0] >> 5 == node]

    def value(self, key):
        return self.values[key]

    def require(self):
        pass


@given(TREES, CHANGES)
def test_the_root_after_a_change_follows_from_a_proof_of_what_changes(tree, changes):
    before = {key: tree.get(key) for key in changes}
    proof = prove_index(View(tree), sorted(changes))
    assert updated_root(index_root(tree), before, changes, proof) == index_root(tree | changes)


@given(CHANGES)
def test_the_first_root_is_the_root_over_the_keys_alone(changes):
    assert first_root(changes) == index_root(changes)


@given(TREES.filter(bool), CHANGES)
def test_what_a_proof_does_not_show_is_refused(tree, changes):
    before = {key: tree.get(key) for key in changes}
    proof = prove_index(View(tree), sorted(changes))
    other = dict.fromkeys(before, bytes(32))
    assume(other != before)
    with pytest.raises(NotIndexedError):
        updated_root(index_root(tree), other, changes, proof)
