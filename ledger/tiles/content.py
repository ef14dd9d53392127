"""What a tile or bundle holds: exactly what its name says, wherever it lies."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.errors import StoppedError, UnknownError
from verifier.primitives.tiles import Tile, format_bundle, format_tile_path, parse_bundle, parse_hashes


def tile_content(tile: Tile, hashes: Sequence[bytes], where: str) -> bytes:
    """Return a hash tile's bytes.

    Raises:
        StoppedError: not as many hashes of 32 bytes as its name says.
    """
    content = b"".join(hashes)
    if len(hashes) != tile.width or any(len(each) != 32 for each in hashes):
        came = f"{len(hashes)} hashes, {len(content)} bytes"
        raise StoppedError(where, came=came, expected=f"{tile.width} of 32 bytes each")
    return content


def bundle_content(tile: Tile, entries: Sequence[bytes], where: str) -> bytes:
    """Return an entry bundle's bytes.

    Raises:
        StoppedError: not as many entries as its name says.
    """
    if len(entries) != tile.width:
        raise StoppedError(where, came=f"{len(entries)} entries", expected=f"{tile.width}")
    return format_bundle(entries)


def require_whole(tile: Tile, content: bytes, where: str) -> bytes:
    """Return what came over a network, if it is as long as its name says.

    Raises:
        MalformedError: it is cut, or something else.
    """
    if tile.level is None:
        parse_bundle(content, tile.width, where)
    else:
        parse_hashes(content, tile.width, where)
    return content


def require_found(content: bytes | None, tile: Tile) -> bytes:
    """Return what was found.

    Raises:
        UnknownError: nothing was.
    """
    if content is None:
        raise UnknownError("tile", came=format_tile_path(tile), expected="a tile of a published size")
    return content
