"""The log's tree in memory: the right edge, level by level, as partial tiles.

Two ways lead to the root: the edge's tiles, and a frontier of complete subtrees. The writer signs a root
only where both agree (one flipped bit in a tree retired a public log in 2021).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.errors import StoppedError
from ledger.index import frontier as mini
from verifier.primitives.merkle import EMPTY_ROOT, node_hash, tree_root
from verifier.primitives.tiles import WIDTH, Tile


@dataclass(slots=True)
class Grown:
    """What appending leaves produced: tiles that became full, by name."""

    full: dict[Tile, list[bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge at one size: every hash that is in no full tile yet."""

    size: int
    hashes: tuple[tuple[bytes, ...], ...]


class LogTree:
    """The right edge of the log's tree.

    Attributes:
        size: leaves so far.
        edges: for each level the hashes of its last, partial tile; fewer than 256.
    """

    def __init__(self, size: int = 0, edges: list[list[bytes]] | None = None) -> None:
        """Start with the edge of a log of `size` leaves."""
        self.size = size
        self.edges = edges or []
        self._frontier = b"".join(reversed(self._subtrees()))

    def copy(self) -> LogTree:
        """Return a tree that grows without changing this one."""
        return LogTree(self.size, [list(each) for each in self.edges])

    def append(self, leaves: list[bytes]) -> Grown:
        """Add leaf hashes; return the tiles that became full."""
        grown = Grown()
        for leaf in leaves:
            self._frontier = mini.push(self._frontier, self.size, leaf)
            self._add(0, leaf, grown)
            self.size += 1
        return grown

    def _add(self, level: int, hashed: bytes, grown: Grown) -> None:
        if level == len(self.edges):
            self.edges.append([])
        edge = self.edges[level]
        edge.append(hashed)
        if len(edge) == WIDTH:
            grown.full[Tile(level, self.size >> 8 * (level + 1))] = edge
            self.edges[level] = []
            self._add(level + 1, tree_root(edge), grown)

    def root(self) -> bytes:
        """Return the root.

        Raises:
            StoppedError: the two ways to it disagree; nothing may be signed.
        """
        if not self.size:
            return EMPTY_ROOT
        by_frontier = mini.root(self._frontier)
        if (by_edges := self._root_of_edges()) != by_frontier:
            raise StoppedError("log root", came=by_edges, expected=by_frontier.hex(), todo="Run `suyuan fsck`.")
        return by_frontier

    def _root_of_edges(self) -> bytes:
        """Return the root by folding complete subtrees of the edge's tiles, smallest first."""
        subtrees = self._subtrees()
        root = subtrees[0]
        for each in subtrees[1:]:
            root = node_hash(each, root)
        return root

    def _subtrees(self) -> list[bytes]:
        """Return the hashes of the complete subtrees, smallest first."""
        subtrees = []
        for edge in self.edges:
            end = len(edge)
            while end:
                width = end & -end
                subtrees.append(tree_root(edge[end - width : end]))
                end -= width
        return subtrees

    def edge(self) -> Edge:
        """Return the right edge as it stands, for readers in other threads."""
        return Edge(self.size, tuple(tuple(each) for each in self.edges))

    def partial(self) -> dict[Tile, list[bytes]]:
        """Return the partial tiles of this size."""
        tiles = {}
        for level, edge in enumerate(self.edges):
            if edge:
                tiles[Tile(level, self.size >> 8 * (level + 1), len(edge))] = list(edge)
        return tiles
