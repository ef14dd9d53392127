"""A log's tree out of its tiles, each hash checked against one signed root before it is used.

The right edge of the tree gives the root itself. A full tile further left is checked against the hash
of the level above, down from the edge. So two roots that come out of this tree belong to one tree: no
answer of the ledger about consistency is needed, and none is believed.
"""

from __future__ import annotations

from collections.abc import Callable

from ledger.errors import UnknownError
from ledger.tiles.tree import LogTree
from verifier.errors import MismatchError
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.primitives.tiles import WIDTH, Tile

FetchTile = Callable[[Tile], list[bytes]]


class VerifiedTree:
    """The subtrees of one checkpoint's tree (`ledger.prove.log.Subtrees`), fetched as they are needed."""

    def __init__(self, checkpoint: Checkpoint, tile: FetchTile) -> None:
        """Fetch the right edge, and check that it gives the checkpoint's root.

        Args:
            checkpoint: whose signature was verified; at least one leaf.
            tile: fetches the hashes of a tile.

        Raises:
            MismatchError: the tiles are not those of this root.
        """
        self.size = checkpoint.size
        self._fetch = tile
        self._tiles: dict[Tile, list[bytes]] = {}
        self._edges = self._fetch_edges()
        root = LogTree(self.size, self._edges).root()
        if root != checkpoint.root:
            raise MismatchError(
                "tiles", came=f"root {root.hex()}", expected=f"{checkpoint.root.hex()}, which was signed"
            )

    def hash(self, level: int, index: int) -> bytes:
        """Return hash `index` of a tile level: the root over 256**level leaves."""
        count = self.size >> 8 * level
        if not 0 <= index < count:
            raise UnknownError("tile", came=f"level {level}, hash {index}", expected=f"one of {count}")
        if index >> 8 == count >> 8:
            return self._edges[level][index & 255]
        return self._full(level, index >> 8)[index & 255]

    def subtree(self, height: int, index: int) -> bytes:
        """Return the root over the complete subtree [index * 2**height, (index + 1) * 2**height)."""
        level, inner = divmod(height, 8)
        first = index << inner
        return tree_root([self.hash(level, first + place) for place in range(1 << inner)])

    def check_entries(self, tile: Tile, entries: list[bytes]) -> None:
        """Return if a bundle's entries are the log's; raise MismatchError if not."""
        for place, entry in enumerate(entries, tile.number * WIDTH):
            if leaf_hash(entry) != self.hash(0, place):
                raise MismatchError("entry bundle", came=f"another entry at leaf {place}", expected="the log's")

    def _fetch_edges(self) -> list[list[bytes]]:
        edges = []
        level = 0
        while count := self.size >> 8 * level:
            width = count % WIDTH
            edges.append(self._fetch(Tile(level, count // WIDTH, width)) if width else [])
            level += 1
        if any(len(edge) != self.size >> 8 * level & 255 for level, edge in enumerate(edges)):
            raise MismatchError("tiles", came="another width", expected="the width of the path")
        return edges

    def _full(self, level: int, number: int) -> list[bytes]:
        tile = Tile(level, number)
        if tile not in self._tiles:
            hashes = self._fetch(tile)
            if len(hashes) != WIDTH or tree_root(hashes) != self.hash(level + 1, number):
                came, expected = f"tile {level}/{number} with another root", "the hash that the level above has"
                raise MismatchError("tiles", came=came, expected=expected)
            self._tiles[tile] = hashes
        return self._tiles[tile]
