"""The folder of tiles: writing, reading, collecting.

Full tiles and bundles are immutable; partial ones are written only for published sizes, and collected
once the full one is durable (a public log kept 33 times its size in partial tiles).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from shutil import rmtree

from ledger.errors import StoppedError, UnknownError
from ledger.tiles.files import replace, write_new
from ledger.tiles.tree import Edge
from verifier.primitives.merkle import tree_root
from verifier.primitives.tiles import WIDTH, Tile, format_bundle, format_tile_path, parse_hashes

_CACHED_TILES = 512


class TileFolder:
    """Tiles, bundles and the published checkpoint below one folder."""

    def __init__(self, root: Path) -> None:
        """Use a folder; it is made when something is written."""
        self.root = root

    def path(self, tile: Tile) -> Path:
        """Return a tile's file."""
        return self.root / format_tile_path(tile)

    def write_tile(self, tile: Tile, hashes: Sequence[bytes]) -> None:
        """Write a hash tile; a path gets exactly as many hashes of 32 bytes as it says, or nothing."""
        content = b"".join(hashes)
        if len(hashes) != tile.width or any(len(each) != 32 for each in hashes):
            came = f"{len(hashes)} hashes, {len(content)} bytes"
            raise StoppedError(str(self.path(tile)), came=came, expected=f"{tile.width} of 32 bytes each")
        write_new(self.path(tile), content)

    def write_bundle(self, tile: Tile, entries: Sequence[bytes]) -> None:
        """Write an entry bundle of exactly as many entries as its path says."""
        if len(entries) != tile.width:
            raise StoppedError(str(self.path(tile)), came=f"{len(entries)} entries", expected=f"{tile.width}")
        write_new(self.path(tile), format_bundle(entries))

    def write_checkpoint(self, note: bytes) -> None:
        """Publish a checkpoint."""
        replace(self.root / "checkpoint", note)

    def read(self, tile: Tile) -> bytes:
        """Return a tile's or bundle's bytes.

        Raises:
            UnknownError: there is none.
        """
        try:
            return self.path(tile).read_bytes()
        except FileNotFoundError:
            raise UnknownError("tile", came=format_tile_path(tile), expected="a tile of a published size") from None

    def checkpoint(self) -> bytes | None:
        """Return the published checkpoint, None before the first."""
        path = self.root / "checkpoint"
        return path.read_bytes() if path.exists() else None

    def collect(self, full: Iterable[Tile]) -> None:
        """Drop the partial tiles of tiles that are full now; a crash leaves some for the next time."""
        for tile in full:
            path = self.path(tile)
            partial = path.with_name(f"{path.name}.p")
            if path.exists() and partial.is_dir():
                rmtree(partial, ignore_errors=True)


class LogReader:
    """Hashes of the log's tree at one size: full tiles from files, the rest from the edge."""

    def __init__(self, folder: TileFolder, edge: Edge) -> None:
        """Read a log at its newest committed size."""
        self._folder = folder
        self._edge = edge
        self.size = edge.size

    def hash(self, level: int, index: int) -> bytes:
        """Return hash `index` of a tile level: the root over 256**level leaves."""
        in_files = self._edge.size >> 8 * (level + 1)
        if index >> 8 < in_files:
            return _cached(self._folder, Tile(level, index >> 8))[index & 255]
        return self._edge.hashes[level][index & 255]

    def subtree(self, height: int, index: int) -> bytes:
        """Return the root over the complete subtree [index * 2**height, (index + 1) * 2**height)."""
        level, inner = divmod(height, 8)
        first = index << inner
        return tree_root([self.hash(level, first + place) for place in range(1 << inner)])


_tiles: OrderedDict[tuple[Path, Tile], list[bytes]] = OrderedDict()


def _cached(folder: TileFolder, tile: Tile) -> list[bytes]:
    """Return a full tile's hashes; full tiles never change, so a cache needs no care."""
    found = _tiles.get((folder.root, tile))
    return found or remember(folder, tile, parse_hashes(folder.read(tile), WIDTH))


def remember(folder: TileFolder, tile: Tile, hashes: list[bytes]) -> list[bytes]:
    """Keep a full tile's hashes as long as the cache does: who computed them need not wait until they are written."""
    _tiles[folder.root, tile] = hashes
    while len(_tiles) > _CACHED_TILES:
        _tiles.popitem(last=False)
    return hashes
