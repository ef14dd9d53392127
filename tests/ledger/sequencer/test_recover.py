"""What a start finds after a crash, and what it leaves: files from rows, nothing of the unfinished."""

from __future__ import annotations

import pytest

from ledger.errors import StoppedError
from ledger.tiles.folder import TileFolder
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.primitives.tiles import WIDTH, Tile, parse_bundle, parse_hashes

FULL = (Tile(0, 0), Tile(None, 0))


def partials(small):
    """The folders of partial tiles that stand beside a full one."""
    tiles = small.folder / "tiles"
    return [each for each in tiles.rglob("*.p") if each.with_suffix("").exists()]


def fill_first_tile(small):
    """Publish partial tiles, then let a block make the first tile and bundle full, without collecting."""
    collect, small.ledger.tiles.collect = small.ledger.tiles.collect, lambda _: None
    published = small.published().size
    assert 0 < published < WIDTH
    for each in small.together(*[small.moved(number) for number in range(WIDTH)]):
        each.result(timeout=30)
    assert small.size > WIDTH
    small.ledger.tiles.collect = collect


@pytest.mark.parametrize("missing", [(), FULL[:1], FULL[1:], FULL], ids=["nothing", "tile", "bundle", "both"])
def test_partial_tiles_that_a_crash_left_beside_full_ones_are_collected_at_the_start(small, missing):
    fill_first_tile(small)
    small.close()
    folder = TileFolder(small.folder / "tiles")
    assert {folder.path(each).with_name(f"{folder.path(each).name}.p") for each in FULL} == set(partials(small))
    for tile in missing:
        folder.path(tile).unlink()
    small.open()
    assert partials(small) == []
    hashes = [leaf_hash(each) for each in small.entries()]
    assert parse_bundle(folder.read(Tile(None, 0)), WIDTH) == small.entries()[:WIDTH]
    assert parse_hashes(folder.read(Tile(0, 0)), WIDTH) == hashes[:WIDTH]
    assert small.published().root == tree_root(hashes[: small.published().size])


def test_partial_tiles_of_the_newest_published_size_stay(small):
    fill_first_tile(small)
    small.close()
    small.open()
    tiles, size = TileFolder(small.folder / "tiles"), small.published().size
    rest = small.entries()[WIDTH:size]
    assert parse_bundle(tiles.read(Tile(None, 1, size - WIDTH)), len(rest)) == rest
    assert parse_hashes(tiles.read(Tile(0, 1, size - WIDTH)), len(rest)) == [leaf_hash(each) for each in rest]
    assert len(parse_hashes(tiles.read(Tile(1, 0, 1)), 1)) == 1


@pytest.mark.parametrize("tile", FULL, ids=["tile", "bundle"])
def test_full_file_that_differs_from_the_rows_is_never_written_over(small, tile):
    """A tile bent on the disk stops the start; a bundle stays as it is, for `fsck` to find."""
    fill_first_tile(small)
    small.close()
    path = TileFolder(small.folder / "tiles").path(tile)
    bent = bytearray(path.read_bytes())
    bent[40] ^= 1
    path.write_bytes(bent)
    if tile == Tile(0, 0):
        with pytest.raises(StoppedError):
            small.open()
    else:
        small.open()
    assert path.read_bytes() == bent


def test_lost_tiles_are_written_again_from_the_rows(small):
    fill_first_tile(small)
    small.close()
    folder = small.folder / "tiles"
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for tile in FULL:
        TileFolder(folder).path(tile).unlink()
    (folder / "checkpoint").unlink()
    small.open()
    small.settle()
    small.close()
    after = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {name: after[name] for name in before if ".p" not in str(name)} == {
        name: content for name, content in before.items() if ".p" not in str(name)
    }
