"""Tiles on the disk: the exact size for the path or nothing, and what is written once is never written over."""

from __future__ import annotations

import os
from hashlib import sha256

import pytest

from ledger.errors import StoppedError, UnknownError
from ledger.tiles.files import replace, write_new
from ledger.tiles.folder import TileFolder
from verifier.primitives.tiles import WIDTH, Tile


def hashes(count, seed=b""):
    return [sha256(seed + each.to_bytes(4, "big")).digest() for each in range(count)]


@pytest.fixture
def folder(tmp_path):
    return TileFolder(tmp_path / "log")


def everything(folder):
    return {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("width", "path"), [(WIDTH, "tile/0/x001/234"), (7, "tile/0/x001/234.p/7")])
def test_tile_lies_where_tlog_tiles_has_it(folder, width, path):
    folder.write_tile(Tile(0, 1234, width), hashes(width))
    assert everything(folder) == {folder.root / path: b"".join(hashes(width))}
    folder.write_bundle(Tile(None, 1234, width), [b"ab"] * width)
    assert (folder.root / path.replace("/0/", "/entries/")).read_bytes() == b"\0\2ab" * width


@pytest.mark.parametrize(
    ("width", "count"), [(WIDTH, WIDTH - 1), (WIDTH, WIDTH + 1), (WIDTH, 0), (WIDTH, 1), (7, 6), (7, 8), (7, WIDTH)]
)
def test_tile_or_bundle_of_another_width_than_its_path_says_is_not_written(folder, width, count):
    with pytest.raises(StoppedError):
        folder.write_tile(Tile(0, 0, width), hashes(count))
    with pytest.raises(StoppedError):
        folder.write_bundle(Tile(None, 0, width), [b"x"] * count)
    assert not folder.root.exists() or everything(folder) == {}


@pytest.mark.parametrize("spoilt", [b"", bytes(31), bytes(33), bytes(64)], ids=len)
def test_tile_with_a_hash_of_another_length_is_not_written(folder, spoilt):
    for place in (0, 100, WIDTH - 1):
        bad = hashes(WIDTH)
        bad[place] = spoilt
        with pytest.raises(StoppedError):
            folder.write_tile(Tile(0, 0), bad)
    shifted = [*hashes(WIDTH - 2), bytes(31), bytes(33)]
    with pytest.raises(StoppedError):
        folder.write_tile(Tile(0, 0), shifted)
    assert not folder.root.exists() or everything(folder) == {}


@pytest.mark.parametrize("width", [WIDTH, 7])
def test_what_stands_there_is_never_written_over_with_other_bytes(folder, width):
    tile, bundle = Tile(2, 5, width), Tile(None, 5, width)
    folder.write_tile(tile, hashes(width))
    folder.write_bundle(bundle, [b"entry"] * width)
    before = everything(folder)
    with pytest.raises(StoppedError, match="other bytes in an immutable file"):
        folder.write_tile(tile, hashes(width, b"another"))
    with pytest.raises(StoppedError, match="other bytes in an immutable file"):
        folder.write_bundle(bundle, [b"other"] * width)
    assert everything(folder) == before
    folder.write_tile(tile, hashes(width))
    folder.write_bundle(bundle, [b"entry"] * width)
    assert everything(folder) == before, "the same bytes may come again: a start after a crash writes them"


@pytest.mark.parametrize("cut", [0, 1, 32 * WIDTH - 1])
def test_full_tile_that_was_cut_short_is_not_taken_for_the_whole_one(folder, cut):
    folder.write_tile(Tile(0, 0), hashes(WIDTH))
    path = folder.path(Tile(0, 0))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(StoppedError, match="other bytes"):
        folder.write_tile(Tile(0, 0), hashes(WIDTH))
    assert path.stat().st_size == cut


def test_collecting_drops_partial_tiles_only_where_the_full_one_stands(folder):
    for width in (3, 90):
        folder.write_tile(Tile(0, 0, width), hashes(width))
        folder.write_bundle(Tile(None, 0, width), [b"x"] * width)
        folder.write_tile(Tile(0, 1, width), hashes(width))
    folder.collect([Tile(0, 0), Tile(None, 0), Tile(0, 1), Tile(5, 5)])
    assert len(everything(folder)) == 6
    folder.write_tile(Tile(0, 0), hashes(WIDTH))
    folder.collect([Tile(0, 0), Tile(None, 0), Tile(0, 1)])
    assert {str(path.relative_to(folder.root)) for path in everything(folder)} == {
        "tile/0/000", "tile/entries/000.p/3", "tile/entries/000.p/90", "tile/0/001.p/3", "tile/0/001.p/90",
    }  # fmt: skip


def test_tile_that_is_not_there_is_unknown(folder):
    with pytest.raises(UnknownError, match="tile/3/000"):
        folder.read(Tile(3, 0))
    assert folder.checkpoint() is None


def test_checkpoint_is_replaced_whole(folder):
    for note in (b"one", b"another, longer", b"3"):
        folder.write_checkpoint(note)
        assert folder.checkpoint() == note
    assert len(everything(folder)) == 1


def test_what_a_crash_left_aside_is_read_by_nobody_and_hinders_nobody(folder):
    path = folder.path(Tile(0, 0))
    path.parent.mkdir(parents=True)
    path.with_name(f".{path.name}.{os.getpid()}").write_bytes(b"half")
    with pytest.raises(UnknownError):
        folder.read(Tile(0, 0))
    folder.write_tile(Tile(0, 0), hashes(WIDTH))
    assert folder.read(Tile(0, 0)) == b"".join(hashes(WIDTH))


@pytest.mark.parametrize("write", [write_new, replace])
@pytest.mark.parametrize("content", [b"", b"x", bytes(70_000)], ids=len)
def test_file_is_written_whole_and_leaves_nothing_aside(tmp_path, write, content):
    write(tmp_path / "a" / "b" / "file", content)
    assert (tmp_path / "a" / "b" / "file").read_bytes() == content
    assert [each.name for each in (tmp_path / "a" / "b").iterdir()] == ["file"]


@pytest.mark.parametrize("write", [write_new, replace])
def test_place_that_cannot_be_written_is_said(tmp_path, write):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoppedError, match="a disk that can be written"):
        write(tmp_path / "file" / "below", b"x")
