"""Publishing: tiles first, then the checkpoint that makes readers look at them.

At most once a second, because every published size leaves partial tiles behind for ever, until the full
tiles are there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ledger.failpoints import reach
from ledger.tiles.interface import Tiles
from ledger.tiles.tree import Grown, LogTree
from verifier.primitives.tiles import WIDTH, Tile

PERIOD = 1.0  # seconds between two published checkpoints


class Publisher:
    """Writes what a block adds to the tiles, and publishes checkpoints now and then."""

    def __init__(
        self,
        folder: Tiles,
        *,
        bundle: Sequence[bytes],
        published: int,
        note_of: Callable[[int], bytes],
        monotonic: Callable[[], float],
    ) -> None:
        """Go on from a recovered log.

        Args:
            folder: where tiles go.
            bundle: entries of the last, partial bundle.
            published: size of the checkpoint that is published, 0 for none.
            note_of: the note of a committed size, with the cosignatures known so far.
            monotonic: a clock in seconds that never goes back.
        """
        self._folder = folder
        self._bundle = list(bundle)
        self._published = published
        self._note_of = note_of
        self._monotonic = monotonic
        self._last = monotonic() - PERIOD

    @property
    def published(self) -> int:
        """Return the size of the published checkpoint."""
        return self._published

    @property
    def due(self) -> float:
        """Return in how many seconds publishing is due, 0 for now.

        Where the last checkpoint is still on its way, it is not: each leaves partial tiles behind.
        """
        waits = max(0.0, self._last + PERIOD - self._monotonic())
        return waits if self._folder.ready else max(waits, PERIOD)

    def add(self, tree: LogTree, grown: Grown, entries: Sequence[bytes]) -> None:
        """Write what became full with a block; publish if a second has passed."""
        reach("before-tiles")
        first = tree.size - len(entries) - len(self._bundle)
        self._bundle += entries
        full = list(grown.full)
        for tile, hashes in grown.full.items():
            self._folder.write_tile(tile, hashes)
        while len(self._bundle) >= WIDTH:
            tile = Tile(None, first // WIDTH)
            self._folder.write_bundle(tile, self._bundle[:WIDTH])
            self._bundle = self._bundle[WIDTH:]
            first += WIDTH
            full.append(tile)
        reach("after-tiles")
        if full:
            self._folder.collect(full)
        if not self.due:
            self.publish(tree)

    def publish(self, tree: LogTree) -> None:
        """Write the partial tiles of this size, then its checkpoint."""
        if tree.size == self._published:
            return
        reach("before-publish")
        for tile, hashes in tree.partial().items():
            self._folder.write_tile(tile, hashes)
        if self._bundle:
            tile = Tile(None, tree.size // WIDTH, len(self._bundle))
            self._folder.write_bundle(tile, self._bundle)
        self._folder.write_checkpoint(self._note_of(tree.size))
        reach("after-publish")
        self._published, self._last = tree.size, self._monotonic()

    def refresh(self) -> None:
        """Write the published checkpoint again, with cosignatures that have come since."""
        if self._published:
            self._folder.write_checkpoint(self._note_of(self._published))
