"""Where tiles lie, by name: a folder, or `s3://bucket/prefix`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ledger.objects.address import is_object_address, parse_address
from ledger.tiles.folder import TileFolder
from ledger.tiles.interface import Tiles


def open_tiles(where: str, *, monotonic: Callable[[], float]) -> Tiles:
    """Return the tiles at a folder or at `s3://bucket/prefix`.

    Raises:
        SetupError: no such address, storage that does not write conditionally, or the extra `s3` is not installed.
        UnreachableError: storage does not answer.
    """
    if not is_object_address(where):
        return TileFolder(Path(where))
    from ledger.objects.bucket import Bucket  # noqa: PLC0415 - an extra that a folder does not need
    from ledger.tiles.bucket import TileBucket  # noqa: PLC0415

    return TileBucket(Bucket(parse_address(where)), monotonic=monotonic)
