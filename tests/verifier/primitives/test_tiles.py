from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.primitives.properties import bent, bent_text, parse_or_refuse
from verifier.errors import MalformedError
from verifier.primitives.tiles import (
    MAX_ENTRY,
    Tile,
    format_bundle,
    format_tile_path,
    parse_bundle,
    parse_hashes,
    parse_tile_path,
    tiles_of,
)

TILES = st.builds(Tile, st.none() | st.integers(0, 63), st.integers(0, 2**56 - 1), st.integers(1, 256))

PIECES = ["tile/", "entries/", "0/", "63/", "x001/", "000", "067", ".p/", "8", "255", "256", "/"]


class TestTilePath:
    """`tile/<L>/<N>[.p/<W>]`: N in 3-digit groups, all but the last prefixed with x. C2SP tlog-tiles."""

    @given(TILES)
    def test_what_was_written_is_read(self, tile):
        assert parse_tile_path(format_tile_path(tile)) == tile

    @given(st.one_of(st.text(max_size=30), bent_text(TILES.map(format_tile_path))))
    def test_other_text_is_read_as_written_or_refused(self, text):
        parse_or_refuse(parse_tile_path, text, format_tile_path)

    @given(
        st.lists(
            st.sampled_from(["tile/", "entries/", "0/", "63/", "x001/", "000", "067", ".p/", "8", "255", "256", "/"]),
            max_size=8,
        )
    )
    def test_other_pieces_are_read_as_written_or_refused(self, pieces):
        parse_or_refuse(parse_tile_path, "".join(pieces), format_tile_path)

    @pytest.mark.parametrize(
        ("path", "tile"),
        [
            ("tile/0/x001/x234/067", Tile(0, 1_234_067)),
            ("tile/0/x001/x234/067.p/8", Tile(0, 1_234_067, 8)),
            ("tile/63/000", Tile(63, 0)),
            ("tile/entries/000.p/255", Tile(None, 0, 255)),
            ("tile/1/x001/000.p/1", Tile(1, 1_000, 1)),
            ("tile/0/x072/x057/x594/x037/x927/935", Tile(0, 2**56 - 1)),
        ],
    )
    def test_of_the_examples_of_the_specification(self, path, tile):
        assert parse_tile_path(path) == tile
        assert format_tile_path(tile) == path

    @pytest.mark.parametrize(
        "path",
        [
            "/tile/0/000",
            "tile/0/000/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/data/000",
            "tile/8/0/000",
            "tile/0/x000/000",
            "tile/0/x000/x001/067",
            "tile/0/001/067",
            "tile/0/x001/x067",
            "tile/0/X001/067",
            "tile/0/000.p/0",
            "tile/0/000.p/08",
            "tile/0/000.p/256",
            "tile/0/000.p/257",
            "tile/0/000.p/999",
            "tile/0/000.p/",
            "tile/0/000.P/8",
            "tile/0/000p/8",
            "tile/0/x072/x057/x594/x037/x927/936",
            "tile/0/x999/x999/x999/x999/x999/999",
            "tile/0/x001/x000/x000/x000/x000/x000/000",
            "tile/0/\u0660\u0660\u0660",
            "tile/0/000\n",
        ],
    )
    def test_in_another_spelling_is_refused(self, path):
        with pytest.raises(MalformedError, match="tile path"):
            parse_tile_path(path)

    def test_of_thousands_of_groups_is_refused_like_any_other(self):
        with pytest.raises(MalformedError):
            parse_tile_path("tile/0/x001/" + "x000/" * 5_000 + "000")


class TestTilesOfALog:
    """Partial width at level l for size s = floor(s / 256^l) mod 256; empty tiles must not be served."""

    @pytest.mark.parametrize("size", [1, 255, 256, 257, 65_535, 65_536, 70_000])
    @pytest.mark.parametrize("entries", [True, False])
    def test_are_all_hashes_of_each_level_once(self, size, entries):
        tiles = list(tiles_of(size, entries=entries))
        widths = {}
        for tile in tiles:
            assert tile.number * 256 == widths.get(tile.level, 0)
            widths[tile.level] = widths.get(tile.level, 0) + tile.width
        levels = [size // 256**level for level in range(4) if size // 256**level]
        expected = dict(enumerate(levels)) | ({None: size} if entries else {})
        assert widths == expected

    def test_of_70_000_are_those_of_the_specification(self):
        tiles = list(tiles_of(70_000, entries=False))
        assert len(tiles) == 273 + 1 + 1 + 1 + 1
        assert [tile for tile in tiles if tile.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]

    def test_of_256_are_a_full_one_and_a_first_hash_above(self):
        assert list(tiles_of(256, entries=False)) == [Tile(0, 0), Tile(1, 0, 1)]

    def test_of_an_empty_log_are_none(self):
        assert list(tiles_of(0)) == []


ENTRIES = st.lists(st.binary(max_size=300), max_size=5)


class TestEntryBundle:
    """The concatenation of `uint16 BE length ‖ entry`."""

    @given(ENTRIES)
    def test_what_was_written_is_read(self, entries):
        assert parse_bundle(format_bundle(entries), len(entries)) == entries

    @given(st.one_of(st.binary(max_size=30), bent(ENTRIES.map(format_bundle))), st.integers(0, 6))
    def test_other_bytes_are_read_as_written_or_refused(self, data, width):
        parse_or_refuse(lambda data: parse_bundle(data, width), data, format_bundle)

    @given(st.lists(st.binary(max_size=20), min_size=1, max_size=5), st.data())
    def test_cut_anywhere_is_refused(self, entries, data):
        bundle = format_bundle(entries)
        cut = data.draw(st.integers(0, len(bundle) - 1))
        with pytest.raises(MalformedError):
            parse_bundle(bundle[:cut], len(entries))

    @pytest.mark.parametrize("width", [0, 1, 3])
    def test_of_another_width_is_refused(self, width):
        with pytest.raises(MalformedError, match="2 entries"):
            parse_bundle(format_bundle([b"a", b""]), width)

    def test_holds_entries_of_up_to_65_535_bytes(self):
        assert parse_bundle(format_bundle([bytes(MAX_ENTRY)]), 1) == [bytes(65_535)]

    def test_boundaries_are_where_the_lengths_say(self):
        lengths = [0, 1, 255, 256, 300]
        bundle = format_bundle([bytes(each) for each in lengths])
        starts = [2 + each for each in accumulate([0, *lengths[:-1]], lambda at, length: at + 2 + length)]
        assert [int.from_bytes(bundle[start - 2 : start], "big") for start in starts] == lengths


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=6))
def test_the_hashes_of_a_tile_are_32_bytes_each(hashes):
    assert parse_hashes(b"".join(hashes), len(hashes)) == hashes
    for data in (b"".join(hashes)[:-1], b"".join(hashes) + b"\x00", b"".join(hashes[1:])):
        with pytest.raises(MalformedError):
            parse_hashes(data, len(hashes))
