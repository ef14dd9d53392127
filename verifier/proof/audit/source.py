"""Where an audit reads: an interface that yields bytes, and what it raises when it cannot."""

from __future__ import annotations

from typing import Protocol

from verifier.errors import MalformedError, SuyuanError
from verifier.primitives.tiles import WIDTH, Tile, format_tile_path, parse_hashes


class SourceError(SuyuanError):
    """Bytes that could not be read; it says nothing about the ledger's honesty."""

    code = "unreadable"


class AbsentError(SourceError):
    """There is nothing under this name, although the checkpoint promises it."""

    code = "absent"


class ClosedError(SourceError):
    """It is not open to this reader."""

    code = "closed"


class UnreachableError(SourceError):
    """The place itself could not be reached; later it may be."""

    code = "unreachable"


class Source(Protocol):
    """A ledger to audit. Every method raises AbsentError, ClosedError or UnreachableError."""

    def checkpoint(self) -> bytes:
        """Return the signed note to audit by."""
        ...

    def charter(self) -> bytes:
        """Return the charter file."""
        ...

    def tile(self, tile: Tile) -> bytes:
        """Return a hash tile's or an entry bundle's bytes, exactly that of the path."""
        ...

    def batch(self, leaf: int) -> bytes:
        """Return the batch answer of a statement."""
        ...


def read_hashes(source: Source, tile: Tile) -> list[bytes]:
    """Return the hashes of a tile; where a partial one was collected, those of the full one (C2SP tlog-tiles).

    Raises:
        MalformedError: another number of hashes.
        SourceError: neither can be read.
    """
    what = format_tile_path(tile)
    try:
        return parse_hashes(source.tile(tile), tile.width, what)
    except AbsentError:
        if tile.width == WIDTH:
            raise
        return parse_hashes(_full(source, tile), WIDTH, what)[: tile.width]


def read_bundle(source: Source, tile: Tile) -> tuple[list[bytes], MalformedError | None]:
    """Return the entries of a bundle as far as they can be told apart, and what is wrong with it, if anything.

    Raises:
        SourceError: neither the partial nor the full bundle can be read.
    """
    what = format_tile_path(tile)
    try:
        return split_bundle(source.tile(tile), tile.width, what)
    except AbsentError:
        if tile.width == WIDTH:
            raise
        entries, fault = split_bundle(_full(source, tile), WIDTH, what)
        return entries[: tile.width], fault


def split_bundle(data: bytes, width: int, what: str) -> tuple[list[bytes], MalformedError | None]:
    """Return the whole entries at the front of a bundle, and why they are not exactly `width`, if they are not."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            return entries, MalformedError(what, came=f"a cut entry after {len(entries)}", expected=f"{width} entries")
        entries.append(data[at + 2 : end])
        at = end
    if len(entries) != width:
        return entries, MalformedError(what, came=f"{len(entries)} entries", expected=f"{width}")
    return entries, None


def _full(source: Source, tile: Tile) -> bytes:
    """Return the full tile in place of a partial one; name the partial one if that is not there either."""
    try:
        return source.tile(Tile(tile.level, tile.number))
    except AbsentError:
        path = format_tile_path(tile)
        raise AbsentError(path, came="nothing", expected="this tile, or the full one") from None
