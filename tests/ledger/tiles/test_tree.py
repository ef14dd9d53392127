"""The log's tree in memory against RFC 6962 as it is written, at every size near the edges of tiles."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import StoppedError
from ledger.prove.log import consistency_path, inclusion_path, root_at
from ledger.tiles.folder import LogReader, TileFolder
from ledger.tiles.tree import LogTree
from tests.reference import HASH, MTH, PATH, PROOF
from verifier.primitives.tiles import WIDTH, Tile, tiles_of

D = [b"entry %d" % each for each in range(2 * WIDTH + 3)]
LEAVES = [sha256(b"\0" + each).digest() for each in D]
EDGES = [0, 1, 2, 3, 255, 256, 257, 511, 512, 513]


@given(st.lists(st.integers(0, 300), max_size=5))
def test_root_is_that_of_the_definition_however_leaves_come(steps):
    tree, size = LogTree(), 0
    for step in steps:
        size = min(size + step, len(D))
        tree.append(LEAVES[tree.size : size])
        assert (tree.size, tree.root()) == (size, MTH(D[:size]) if size else HASH())


@pytest.mark.parametrize("size", EDGES)
def test_tiles_that_become_full_and_those_at_the_edge_are_those_of_the_size(size):
    tree = LogTree()
    written = dict(tree.append(LEAVES[:size]).full) | tree.partial()
    assert written.keys() == set(tiles_of(size, entries=False))
    assert all(len(hashes) == tile.width for tile, hashes in written.items())
    for tile, hashes in written.items():
        span = WIDTH**tile.level
        for place, hashed in enumerate(hashes):
            first = (tile.number * WIDTH + place) * span
            assert hashed == MTH(D[first : first + span])


@pytest.mark.parametrize("size", EDGES[1:])
def test_tree_made_of_its_edge_goes_on_as_the_one_that_grew(size):
    grown = LogTree()
    grown.append(LEAVES[:size])
    begun = LogTree(size, [list(each) for each in grown.edge().hashes])
    for tree in (grown, begun):
        tree.append(LEAVES[size:])
    assert begun.root() == grown.root() == MTH(D)


def test_copy_grows_alone():
    tree = LogTree()
    tree.append(LEAVES[:300])
    copy = tree.copy()
    copy.append(LEAVES[300:])
    assert (tree.size, tree.root(), copy.root()) == (300, MTH(D[:300]), MTH(D))


@pytest.mark.parametrize("size", [1, 5, 255, 257, 513])
def test_flipped_bit_at_the_edge_is_seen_before_anything_is_signed(size):
    for level in range(2 if size > WIDTH else 1):
        tree = LogTree()
        tree.append(LEAVES[:size])
        hashed = bytearray(tree.edges[level][-1])
        hashed[7] ^= 8
        tree.edges[level][-1] = bytes(hashed)
        with pytest.raises(StoppedError, match="log root"):
            tree.root()


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    folder, tree = TileFolder(tmp_path_factory.mktemp("log")), LogTree()
    for tile, hashes in tree.append(LEAVES).full.items():
        folder.write_tile(tile, hashes)
    return LogReader(folder, tree.edge())


def test_log_read_from_tiles_and_edge_gives_every_root_path_and_proof(log):
    for size in EDGES[1:]:
        assert root_at(log, size) == MTH(D[:size])
        for index in {0, size // 2, size - 1}:
            assert inclusion_path(log, index, size) == PATH(index, D[:size])
        for older in EDGES[1 : EDGES.index(size)]:
            assert consistency_path(log, older, size) == PROOF(older, D[:size])
    assert log.hash(1, 1) == MTH(D[WIDTH : 2 * WIDTH])
    assert log.subtree(9, 0) == MTH(D[: 2 * WIDTH])


def test_level_above_is_made_of_the_roots_below():
    tree = LogTree()
    full = tree.append(LEAVES).full
    assert tree.edge().hashes[1] == tuple(MTH(D[WIDTH * each : WIDTH * (each + 1)]) for each in range(2))
    assert set(full) == {Tile(0, 0), Tile(0, 1)}
