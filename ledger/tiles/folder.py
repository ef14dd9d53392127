"""The folder of tiles: writing, reading, collecting.

Full tiles and bundles are immutable; partial ones are written only for published sizes, and collected
once the full one is durable (a public log kept 33 times its size in partial tiles).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from shutil import rmtree

from ledger.errors import StoppedError
from ledger.tiles.content import bundle_content, require_found, tile_content
from ledger.tiles.files import replace, write_new
from ledger.tiles.interface import Tiles
from ledger.tiles.tree import Edge
from verifier.errors import MalformedError
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import tree_root
from verifier.primitives.tiles import WIDTH, Tile, format_tile_path, parse_hashes

_CACHED_TILES = 512


class TileFolder:
    """Tiles, bundles and the published checkpoint below one folder."""

    def __init__(self, root: Path) -> None:
        """Use a folder; it is made when something is written."""
        self.root = root

    def path(self, tile: Tile) -> Path:
        """Return a tile's file."""
        return self.root / format_tile_path(tile)

    @property
    def name(self) -> str:
        """Return the folder's path."""
        return str(self.root)

    @property
    def rechecked(self) -> int:
        """Return how many full tiles the last block can have made; files are cheap to look at."""
        return 2 * WIDTH

    @property
    def ready(self) -> bool:
        """Return True: what is written is there."""
        return True

    @property
    def lag(self) -> float:
        """Return 0: nothing waits."""
        return 0.0

    @property
    def held(self) -> tuple[int, int, int]:
        """Return that nothing waits; the bound is of no consequence."""
        return 0, 0, 1

    def where(self, tile: Tile) -> str:
        """Return a tile's file, for people."""
        return str(self.path(tile))

    def write_tile(self, tile: Tile, hashes: Sequence[bytes]) -> None:
        """Write a hash tile; a path gets exactly as many hashes of 32 bytes as it says, or nothing."""
        write_new(self.path(tile), tile_content(tile, hashes, self.where(tile)))

    def write_bundle(self, tile: Tile, entries: Sequence[bytes]) -> None:
        """Write an entry bundle of exactly as many entries as its path says."""
        write_new(self.path(tile), bundle_content(tile, entries, self.where(tile)))

    def write_checkpoint(self, note: bytes) -> None:
        """Publish a checkpoint, in the place of one that is no newer.

        Of two processes that share a folder, one that slept must not put an older state before readers. Between this
        look and the renaming it can: docs/adr/0057.

        Raises:
            StoppedError: a newer one is published.
        """
        ours, published = _size_of(note), _size_of(self.checkpoint() or b"")
        if ours < published:
            came, expected = f"size {ours}", f"at least {published}, which is published"
            raise StoppedError(self.name, came=came, expected=expected, todo="Another process leads, or led before.")
        replace(self.root / "checkpoint", note)

    def read(self, tile: Tile) -> bytes:
        """Return a tile's or bundle's bytes.

        Raises:
            UnknownError: there is none.
        """
        return require_found(self.find(tile), tile)

    def find(self, tile: Tile) -> bytes | None:
        """Return a tile's or bundle's bytes, None where there is none."""
        try:
            return self.path(tile).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, tile: Tile) -> bool:
        """Return whether a tile or bundle is there."""
        return self.path(tile).exists()

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

    def begin(self) -> None:
        """Do nothing: what others have written is seen at once."""

    def close(self) -> None:
        """Do nothing: every file is closed."""


def _size_of(note: bytes) -> int:
    """Return the size of a checkpoint, 0 of what is none."""
    try:
        return parse_signed_checkpoint(note)[0].size
    except MalformedError:
        return 0


class LogReader:
    """Hashes of the log's tree at one size: full tiles from files, the rest from the edge."""

    def __init__(self, folder: Tiles, edge: Edge) -> None:
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


_tiles: OrderedDict[tuple[str, Tile], list[bytes]] = OrderedDict()


def _cached(folder: Tiles, tile: Tile) -> list[bytes]:
    """Return a full tile's hashes; full tiles never change, so a cache needs no care."""
    found = _tiles.get((folder.name, tile))
    return found or remember(folder, tile, parse_hashes(folder.read(tile), WIDTH))


def remember(folder: Tiles, tile: Tile, hashes: list[bytes]) -> list[bytes]:
    """Keep a full tile's hashes as long as the cache does: who computed them need not wait until they are written."""
    _tiles[folder.name, tile] = hashes
    while len(_tiles) > _CACHED_TILES:
        _tiles.popitem(last=False)
    return hashes
