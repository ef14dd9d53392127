"""The log's tree, computed from the entries, against every tile and bundle byte for byte (C2SP tlog-tiles).

Where entries and a tile differ, the level above decides which of them is wrong, and at the top the checkpoint does;
so a fault is named once, where it is, and does not climb.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from verifier.errors import InconsistentError, MismatchError, SuyuanError, UntrustedError
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.merkle import EMPTY_ROOT, leaf_hash, tree_root
from verifier.primitives.tiles import WIDTH, Tile, format_tile_path
from verifier.proof.audit.findings import Findings, Place
from verifier.proof.audit.opinion import Opinion
from verifier.proof.audit.source import (
    ClosedError,
    Source,
    SourceError,
    UnreachableError,
    read_bundle,
    read_hashes,
)

_Hashes = Sequence[bytes | None]
_NAMED = 8  # how many differing places of one tile are named one by one


@dataclass(slots=True)
class Tree:
    """The right edge as computed so far.

    Attributes:
        size: leaves taken.
        levels: of each tile level the hashes of its last tile, None where neither entries nor tiles give one.
        closed: whether entry bundles are not open to this reader.
    """

    size: int = 0
    levels: list[list[bytes | None]] = field(default_factory=list)
    closed: bool = False

    def root(self) -> bytes | None:
        """Return the root of the leaves taken, None where a hash is unknown."""
        return root_of(self.levels)


class TreeCheck:
    """Takes bundle after bundle, checks them and the tiles above, and hands out the entries that are the log's."""

    def __init__(
        self, source: Source, tree: Tree, checkpoint: Checkpoint, findings: Findings, counts: Counter[str]
    ) -> None:
        """Go on from a tree, towards a checkpoint."""
        self._source = source
        self._tree = tree
        self._checkpoint = checkpoint
        self._findings = findings
        self._counts = counts
        self._parent: tuple[Tile, list[bytes] | None] | None = None
        self.opinion: Opinion | None = None
        self.pinned = b""
        self.seen: Checkpoint | None = None

    def take(self) -> list[bytes | None]:
        """Return the next entries, to the end of their bundle; None for one that is not to be had.

        Raises:
            UnreachableError: the source is gone.
            UntrustedError: leaf 0 is not the pinned one.
        """
        tree, size = self._tree, self._checkpoint.size
        number = tree.size // WIDTH
        width = min(WIDTH, size - number * WIDTH)
        tile = Tile(0, number, width)
        found = self._entries(Tile(None, number, width))
        theirs = self._hashes(tile)
        known = list(tree.levels[0]) if tree.levels and tree.size % WIDTH else []
        hashes, entries = self._settle_leaves(tile, found, theirs)
        self._require_pinned(number, hashes[0])
        self._require_unchanged(number, known, hashes)
        self._compare_seen(number, len(known), hashes)
        if not tree.levels:
            tree.levels.append([])
        tree.levels[0] = hashes
        tree.size = number * WIDTH + width
        self._ask_opinion(tile, theirs, hashes)
        if width == WIDTH:
            self._close(0, number)
        if tree.size == size:
            self._finish()
        return entries[len(known) :]

    # Reading.

    def _entries(self, tile: Tile) -> tuple[list[bytes], SuyuanError | None] | None:
        """Return the entries of a bundle as they come and what is wrong with it, None where it is not to be had."""
        if self._tree.closed:
            return None
        try:
            found = read_bundle(self._source, tile)
        except SourceError as error:
            self._tree.closed = isinstance(error, ClosedError)
            self._refuse(error, format_tile_path(tile), tile.number * WIDTH)
            return None
        self._counts["bundles"] += 1
        return found

    def _hashes(self, tile: Tile) -> list[bytes] | None:
        """Return the hashes of a tile as they come, None where it is not to be had."""
        try:
            hashes = read_hashes(self._source, tile)
        except SuyuanError as error:
            self._refuse(error, format_tile_path(tile), tile.number * WIDTH ** ((tile.level or 0) + 1))
            return None
        self._counts["tiles"] += 1
        return hashes

    def _refuse(self, error: SuyuanError, path: str, at: int) -> None:
        """Take an unreadable file as a finding; a source that is gone ends the audit for now."""
        if isinstance(error, UnreachableError):
            raise error
        self._findings.add(error, "tree", Place(path=path), at)

    # Settling what is the log's.

    def _settle_leaves(
        self, tile: Tile, found: tuple[list[bytes], SuyuanError | None] | None, theirs: list[bytes] | None
    ) -> tuple[list[bytes | None], list[bytes | None]]:
        """Return the leaf hashes of a bundle and the entries that have them."""
        entries, fault = found or ([], None)
        mine = [leaf_hash(entry) for entry in entries]
        by_hash = dict(zip(mine, entries, strict=True))
        nothing: _Hashes = [None] * tile.width
        whole = found is not None and fault is None
        settled = self._settle(0, tile.number, mine, theirs) if whole else theirs or nothing
        if fault:
            self._name_break(tile, fault, mine, settled)
        return list(settled), [None if each is None else by_hash.get(each) for each in settled]

    def _settle(self, level: int, number: int, mine: _Hashes, theirs: list[bytes] | None) -> _Hashes:
        """Return the hashes of a tile that the level above stands for, and name what is wrong."""
        if theirs is None:
            return mine
        filled = [other if own is None else own for own, other in zip(mine, theirs, strict=True)]
        differing = [place for place, own in enumerate(filled) if own != theirs[place]]
        if not differing or self._fits(level, number, filled):
            self._name_tile(level, number, differing)
            return filled
        if self._fits(level, number, theirs):
            self._name_below(level, number, differing)
            return theirs
        self._name_tile(level, number, differing)
        self._name_below(level, number, differing)
        return filled

    def _fits(self, level: int, number: int, hashes: _Hashes) -> bool:
        """Return whether the level above, or the checkpoint, stands for these hashes of a tile."""
        if len(hashes) < WIDTH:
            levels = [*self._tree.levels]
            while len(levels) <= level:
                levels.append([])
            levels[level] = list(hashes)
            return root_of(levels) == self._checkpoint.root
        parent, place = number // WIDTH, number % WIDTH
        count = (self._checkpoint.size >> 8 * (level + 1)) - parent * WIDTH
        tile = Tile(level + 1, parent, min(WIDTH, count))
        if self._parent is None or self._parent[0] != tile:
            try:
                self._parent = tile, read_hashes(self._source, tile)
            except UnreachableError:
                raise
            except SuyuanError:
                self._parent = tile, None
        above = self._parent[1]
        return above is not None and None not in hashes and tree_root([h for h in hashes if h]) == above[place]

    def _close(self, level: int, number: int) -> None:
        """Hand a full tile's root to the level above; where that becomes full, check it and go on."""
        tree = self._tree
        if level + 1 == len(tree.levels):
            tree.levels.append([])
        above = tree.levels[level + 1]
        above.append(root_of([tree.levels[level]]))
        tree.levels[level] = []
        if len(above) == WIDTH:
            self._check(Tile(level + 1, number // WIDTH))
            self._close(level + 1, number // WIDTH)

    def _check(self, tile: Tile) -> None:
        """Check a tile above the leaves, whose hashes are computed, against its file."""
        level = tile.level or 0
        theirs = self._hashes(tile)
        self._tree.levels[level] = list(self._settle(level, tile.number, self._tree.levels[level], theirs))
        self._ask_opinion(tile, theirs, self._tree.levels[level])

    def _finish(self) -> None:
        """Check the partial tiles above the leaves, and the root."""
        size = self._checkpoint.size
        for level, edge in enumerate(self._tree.levels):
            if edge and level:
                self._check(Tile(level, size >> 8 * (level + 1), len(edge)))
        root = self._tree.root()
        if root is not None and root != self._checkpoint.root:
            error = MismatchError("log root", came=self._checkpoint.root, expected=f"{root.hex()}, of the entries")
            self._findings.add(error, "tree", Place(path="checkpoint"), size)

    # Naming.

    def _name_tile(self, level: int, number: int, places: Sequence[int]) -> None:
        width = min(WIDTH, (self._checkpoint.size >> 8 * level) - number * WIDTH)
        path = format_tile_path(Tile(level, number, width))
        for place in places[:_NAMED]:
            error = MismatchError("tile hash", came="another hash", expected="the one that the entries give")
            at = (number * WIDTH + place) << 8 * level
            leaf = at if level == 0 else None
            self._findings.add(error, "tree", Place(leaf=leaf, path=path, inside=place), at)

    def _name_below(self, level: int, number: int, places: Sequence[int]) -> None:
        if level == 0:
            self._name_leaves(number, places)
            return
        for place in places[:_NAMED]:
            first = (number * WIDTH + place) << 8 * level
            path = format_tile_path(Tile(level - 1, number * WIDTH + place))
            error = MismatchError("tile", came="another root", expected="the one that the tile above has")
            self._findings.add(error, "tree", Place(leaf=first, path=path), first)

    def _name_leaves(self, number: int, places: Sequence[int]) -> None:
        path = format_tile_path(Tile(None, number, min(WIDTH, self._checkpoint.size - number * WIDTH)))
        for place in places[:_NAMED]:
            error = MismatchError("entry", came="another entry", expected="the one whose hash the tree has here")
            leaf = number * WIDTH + place
            self._findings.add(error, "entry", Place(leaf=leaf, path=path, inside=place))

    def _name_break(self, tile: Tile, fault: SuyuanError, mine: Sequence[bytes], settled: _Hashes) -> None:
        """Name a bundle that is not whole by the first leaf at which it departs from the tree."""
        pairs = enumerate(zip(mine, settled, strict=False))
        place = next((at for at, (own, other) in pairs if own != other), min(len(mine), len(settled) - 1))
        path = format_tile_path(Tile(None, tile.number, tile.width))
        self._findings.add(fault, "tree", Place(leaf=tile.number * WIDTH + place, path=path, inside=place))
        own = set(mine)
        lost = [at for at, each in enumerate(settled) if each not in own and at != place and each is not None]
        self._name_leaves(tile.number, lost)

    # Other commitments.

    def _require_pinned(self, number: int, hashed: bytes | None) -> None:
        if number == 0 and hashed is not None and hashed != self.pinned:
            raise UntrustedError("charter", came=hashed, expected=f"{self.pinned.hex()}, the charter that you trust")

    def _require_unchanged(self, number: int, known: _Hashes, hashes: _Hashes) -> None:
        """Compare with what an earlier audit has taken of the same tile."""
        for place, (before, now) in enumerate(zip(known, hashes, strict=False)):
            if before != now:
                error = InconsistentError("leaf", came="another entry", expected="the one that was audited before")
                self._findings.add(error, "tree", Place(leaf=number * WIDTH + place))
                return

    def _compare_seen(self, number: int, known: int, hashes: _Hashes) -> None:
        """Compare the root at the size that was audited before, when it is reached."""
        seen, first = self.seen, number * WIDTH
        if seen is None or not first + known < seen.size <= first + len(hashes):
            return
        root = root_of([list(hashes[: seen.size - first]), *self._tree.levels[1:]])
        if root is not None and root != seen.root:
            error = InconsistentError("log root", came=root, expected=f"{seen.root.hex()}, audited at {seen.size}")
            self._findings.add(error, "tree", Place(path="checkpoint"), seen.size)

    def _ask_opinion(self, tile: Tile, theirs: Sequence[bytes] | None, hashes: _Hashes) -> None:
        """Let somebody else's code compute the root of a tile as it came, against the one that holds."""
        root = root_of([hashes])
        if self.opinion and theirs is not None and root is not None:
            at = tile.number * WIDTH ** ((tile.level or 0) + 1)
            self.opinion.compare_tile(theirs, root, self._findings, Place(path=format_tile_path(tile)), at)


def root_of(levels: Sequence[Sequence[bytes | None]]) -> bytes | None:
    """Return the root over the hashes at the right edge, level by level; None where one is unknown.

    The last tile of a level stands for fewer leaves than the hashes of the level above, and comes after them: it is
    one more node there (RFC 9162 §2.1.1, where the right part of a tree is the smaller one).
    """
    below: bytes | None = None
    for level in levels:
        if None in level:
            return None
        known = [each for each in level if each is not None] + ([] if below is None else [below])
        below = tree_root(known) if known else None
    return EMPTY_ROOT if below is None else below
