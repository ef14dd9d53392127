"""Tiles on S3-compatible storage: written behind the writer's back, read through a bounded cache.

Keys are the paths of C2SP tlog-tiles below the prefix, so that a web server in front of the bucket serves
the log as it lies. Full tiles never change and may be cached for ever; partial ones are not cached.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from threading import Lock

from ledger.errors import BusyError, UnreachableError
from ledger.objects.bucket import Bucket
from ledger.tiles.content import bundle_content, require_found, require_whole, tile_content
from ledger.tiles.uploads import Uploads
from verifier.errors import MalformedError
from verifier.primitives.tiles import WIDTH, Tile, format_tile_path

CHECKPOINT = "checkpoint"
_PROBE = "conditional-writes"
_CACHED_BYTES = 64 << 20
_FRESH = 1.0  # seconds for which a process that does not publish takes the checkpoint that it has seen for the newest
CLOSING_PATIENCE = 10.0  # seconds


class TileBucket:
    """Tiles, bundles and the published checkpoint in a bucket."""

    rechecked = 0

    def __init__(self, bucket: Bucket, *, monotonic: Callable[[], float], cached_bytes: int = _CACHED_BYTES) -> None:
        """Use a bucket.

        Raises:
            SetupError: it does not write conditionally, or cannot be written.
            UnreachableError: it does not answer.
        """
        self._bucket = bucket
        self._monotonic = monotonic
        self._most = cached_bytes
        self._uploads = self._new_uploads()
        self._cache: OrderedDict[Tile, bytes] = OrderedDict()
        self._cached = 0
        self._lock = Lock()
        self._writes = False
        bucket.require_conditional_writes(_PROBE)
        self._look()

    def _new_uploads(self) -> Uploads:
        return Uploads(self._bucket, checkpoint=CHECKPOINT, monotonic=self._monotonic)

    def begin(self) -> None:
        """Take over writing, from the checkpoint that is published now.

        Raises:
            UnreachableError: storage does not answer.
        """
        self._uploads = self._new_uploads()
        self._look()

    def _look(self) -> None:
        held = self._bucket.read(CHECKPOINT)
        self._uploads.resume(held.content if held else None, held.tag if held else None)
        self._looked = self._monotonic()

    @property
    def name(self) -> str:
        """Return the address."""
        return self._bucket.name

    @property
    def ready(self) -> bool:
        """Return whether no checkpoint is on its way: each leaves partial tiles behind."""
        return self._uploads.idle

    @property
    def lag(self) -> float:
        """Return for how many seconds something has been on its way."""
        return self._uploads.lag

    @property
    def held(self) -> tuple[int, int, int]:
        """Return how many objects wait, their bytes, and how many bytes may."""
        return self._uploads.held

    def where(self, tile: Tile) -> str:
        """Return a tile's address, for people."""
        return self._bucket.where(format_tile_path(tile))

    def write_tile(self, tile: Tile, hashes: Sequence[bytes]) -> None:
        """Hand over a hash tile of exactly as many hashes as its name says."""
        self._write(tile, tile_content(tile, hashes, self.where(tile)))

    def write_bundle(self, tile: Tile, entries: Sequence[bytes]) -> None:
        """Hand over an entry bundle of exactly as many entries as its name says."""
        self._write(tile, bundle_content(tile, entries, self.where(tile)))

    def _write(self, tile: Tile, content: bytes) -> None:
        self._writes = True
        self._uploads.put(format_tile_path(tile), content)
        self._remember(tile, content)

    def write_checkpoint(self, note: bytes) -> None:
        """Have a checkpoint published, after all that was written before."""
        self._writes = True
        self._uploads.publish(note)

    def find(self, tile: Tile) -> bytes | None:
        """Return a tile's or bundle's bytes: on its way, cached, or fetched.

        Raises:
            UnreachableError: storage does not answer, or with something else than such a tile.
        """
        key = format_tile_path(tile)
        with self._lock:
            known = self._cache.get(tile)
            if known is not None:
                self._cache.move_to_end(tile)
        known = known or self._uploads.find(key)
        if known is not None:
            return known
        held = self._bucket.read(key)
        if held is None:
            return None
        try:
            content = require_whole(tile, held.content, self.where(tile))
        except MalformedError as error:
            raise UnreachableError(self.where(tile), came=error.came, expected=error.expected) from error
        self._remember(tile, content)
        return content

    def read(self, tile: Tile) -> bytes:
        """Return a tile's or bundle's bytes.

        Raises:
            UnknownError: there is none.
            BusyError: storage does not answer.
        """
        try:
            return require_found(self.find(tile), tile)
        except UnreachableError as error:
            raise BusyError(
                "tiles", came=error.came, expected="object storage that answers", todo="Try again."
            ) from error

    def has(self, tile: Tile) -> bool:
        """Return whether a tile or bundle is there, or on its way."""
        key = format_tile_path(tile)
        return self._uploads.find(key) is not None or self._bucket.has(key)

    def checkpoint(self) -> bytes | None:
        """Return the published checkpoint. Who does not publish looks again after a second, and has the last known."""
        if not self._writes and self._monotonic() - self._looked >= _FRESH:
            try:
                self._look()
            except UnreachableError:
                self._looked = self._monotonic()
        return self._uploads.published

    def collect(self, full: Iterable[Tile]) -> None:
        """Have the partial tiles of tiles that are full now removed."""
        self._uploads.remove([f"{format_tile_path(tile)}.p" for tile in full])

    def close(self) -> None:
        """Wait a bounded time for what is on its way; the next start writes what is left."""
        self._uploads.close(CLOSING_PATIENCE)
        self._writes = False

    def _remember(self, tile: Tile, content: bytes) -> None:
        """Keep a full tile; let go of those that were asked for longest ago."""
        if tile.width != WIDTH:
            return
        with self._lock:
            if tile not in self._cache:
                self._cache[tile] = content
                self._cached += len(content)
            while self._cached > self._most and len(self._cache) > 1:
                self._cached -= len(self._cache.popitem(last=False)[1])
