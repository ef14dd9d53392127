"""What the ledger needs of the place where its tiles lie: a folder, or S3-compatible storage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from verifier.primitives.tiles import Tile


class Tiles(Protocol):
    """Tiles, entry bundles and the published checkpoint. One thread writes, any thread reads.

    A checkpoint is seen by readers only after every tile that was written before it.
    """

    @property
    def name(self) -> str:
        """Return where they lie, for people."""
        ...

    @property
    def rechecked(self) -> int:
        """Return how many of the newest full tiles a start looks at, though a published checkpoint covers them."""
        ...

    @property
    def ready(self) -> bool:
        """Return whether a checkpoint can be published now; where not, one is still on its way."""
        ...

    @property
    def lag(self) -> float:
        """Return for how many seconds the oldest of what was written has waited to be durable there."""
        ...

    @property
    def held(self) -> tuple[int, int, int]:
        """Return how many objects wait to be durable there, their bytes, and how many bytes may."""
        ...

    def where(self, tile: Tile) -> str:
        """Return where a tile lies, for people."""
        ...

    def write_tile(self, tile: Tile, hashes: Sequence[bytes]) -> None:
        """Write a hash tile of exactly as many hashes of 32 bytes as its name says.

        Raises:
            StoppedError: of another width, other bytes are there already, or it cannot be written.
        """
        ...

    def write_bundle(self, tile: Tile, entries: Sequence[bytes]) -> None:
        """Write an entry bundle of exactly as many entries as its name says. Raises what `write_tile` does."""
        ...

    def write_checkpoint(self, note: bytes) -> None:
        """Publish a checkpoint, after all that was written before. Raises StoppedError."""
        ...

    def find(self, tile: Tile) -> bytes | None:
        """Return a tile's or bundle's bytes, None where there is none."""
        ...

    def read(self, tile: Tile) -> bytes:
        """Return a tile's or bundle's bytes.

        Raises:
            UnknownError: there is none.
        """
        ...

    def has(self, tile: Tile) -> bool:
        """Return whether there is such a tile or bundle."""
        ...

    def checkpoint(self) -> bytes | None:
        """Return the published checkpoint, None before the first."""
        ...

    def collect(self, full: Iterable[Tile]) -> None:
        """Drop the partial tiles of tiles that are full now."""
        ...

    def begin(self) -> None:
        """Take over writing: see what whoever wrote before has published.

        Raises:
            UnreachableError: storage does not answer.
        """
        ...

    def close(self) -> None:
        """Finish what is on its way, within bounds; what is left is written by the next start. Reading goes on."""
        ...
