from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.client.logtree import VerifiedTree
from ledger.prove.log import root_at
from ledger.tiles.tree import LogTree
from tests.reference import MTH
from verifier.errors import MismatchError
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.primitives.tiles import Tile

ENTRIES = [each.to_bytes(4, "big") for each in range(1_100)]


class Tiles:
    """Every tile of a log, as a service would serve it; `bent` are served with a flipped bit."""

    def __init__(self, entries: list[bytes]) -> None:
        tree = LogTree()
        self.tiles = dict(tree.append([leaf_hash(each) for each in entries]).full)
        self.tiles |= tree.partial()
        self.checkpoint = Checkpoint("log.example", tree.size, tree.root())
        self.bent: dict[Tile, int] = {}
        self.fetched: list[Tile] = []

    def __call__(self, tile: Tile) -> list[bytes]:
        self.fetched.append(tile)
        hashes = list(self.tiles[tile])
        if tile in self.bent:
            place = self.bent[tile] % len(hashes)
            hashes[place] = sha256(hashes[place]).digest()
        return hashes


@given(st.integers(1, len(ENTRIES)), st.data())
def test_every_older_root_follows_from_few_tiles_of_the_newer_tree(size, data):
    older = data.draw(st.integers(1, size))
    tiles = Tiles(ENTRIES[:size])
    tree = VerifiedTree(tiles.checkpoint, tiles)
    assert root_at(tree, older) == MTH(ENTRIES[:older])
    assert len(tiles.fetched) <= 2 * 2
    assert len(set(tiles.fetched)) == len(tiles.fetched)


@given(st.integers(1, len(ENTRIES)), st.data())
def test_a_bit_that_was_flipped_in_any_tile_never_gives_a_root(size, data):
    older = data.draw(st.integers(1, size))
    honest, tiles = Tiles(ENTRIES[:size]), Tiles(ENTRIES[:size])
    root_at(VerifiedTree(honest.checkpoint, honest), older)
    tiles.bent[data.draw(st.sampled_from(honest.fetched))] = data.draw(st.integers(0, 255))
    with pytest.raises(MismatchError):
        root_at(VerifiedTree(tiles.checkpoint, tiles), older)


@pytest.mark.parametrize("older", [1, 255, 256, 257, 511, 65_535, 65_536, 65_537, 66_000])
def test_trees_of_three_levels(older):
    entries = [each.to_bytes(4, "big") for each in range(66_000)]
    tiles = _three_levels(entries)
    assert root_at(VerifiedTree(tiles.checkpoint, tiles), older) == tree_root(
        [leaf_hash(each) for each in entries[:older]]
    )
    assert len(tiles.fetched) <= 2 * 3


_made: list[Tiles] = []


def _three_levels(entries: list[bytes]) -> Tiles:
    if not _made:
        _made.append(Tiles(entries))
    _made[0].fetched.clear()
    return _made[0]


def test_a_tile_of_another_width_is_refused():
    tiles = Tiles(ENTRIES[:300])
    tiles.tiles[Tile(0, 1, 44)].pop()
    with pytest.raises(MismatchError):
        VerifiedTree(tiles.checkpoint, tiles)


def test_entries_are_those_of_the_log_or_refused():
    tiles = Tiles(ENTRIES[:300])
    tree = VerifiedTree(tiles.checkpoint, tiles)
    tree.check_entries(Tile(None, 1, 44), ENTRIES[256:300])
    tree.check_entries(Tile(None, 0), ENTRIES[:256])
    with pytest.raises(MismatchError, match="leaf 257"):
        tree.check_entries(Tile(None, 1, 44), [ENTRIES[256], b"another", *ENTRIES[258:300]])
