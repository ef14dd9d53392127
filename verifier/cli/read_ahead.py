"""A ledger's address, read ahead: what an audit will ask for next is fetched while it judges what came.

Two lanes, since entries are taken a block before their batches: one of bundles with the hash tiles over them, one of
batches, many in one answer. What does not come this way (an older server, a mirror, a gap, a server in trouble) is
asked for by itself, so that an audit finds what it would find without.
"""

from __future__ import annotations

from contextlib import suppress

from verifier.cli.lane import Fetched, Lane
from verifier.cli.server_source import ServerSource
from verifier.errors import MalformedError
from verifier.ledgerformat.batch_answers import parse_batch_answers
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.tiles import WIDTH, Tile

_BUNDLES = 2 << 20  # bytes of bundles and tiles that wait


class ReadAhead:
    """A server as the source of an audit that takes its leaves in order."""

    def __init__(self, server: ServerSource) -> None:
        """Read from a server; nothing is fetched before the checkpoint was."""
        self._server = server
        self._size = 0
        self._tiles: Lane | None = None
        self._batches: Lane | None = None

    def checkpoint(self) -> bytes:
        """Return the newest note that has reached its quorum, else the newest."""
        note = self._server.checkpoint()
        with suppress(MalformedError):  # whoever asked will say so
            self._size = parse_signed_checkpoint(note)[0].size
        return note

    def charter(self) -> bytes:
        """Return the charter file."""
        return self._server.charter()

    def tile(self, tile: Tile) -> bytes:
        """Return a tile's or bundle's bytes."""
        if tile != _of(_number(tile), self._size):
            return self._server.tile(tile)
        if self._tiles is None:
            end = 2 * ((self._size + WIDTH - 1) // WIDTH)
            self._tiles = Lane(self._fetch_tile, _number(tile), end, window=_BUNDLES)
        found = self._tiles.take(_number(tile))
        return self._server.tile(tile) if found is None else found

    def batch(self, leaf: int) -> bytes:
        """Return a batch answer."""
        if self._batches is None:
            self._batches = Lane(self._fetch_batches, leaf, self._size)
        found = self._batches.take(leaf)
        return self._server.batch(leaf) if found is None else found

    def close(self) -> None:
        """Fetch no more."""
        for lane in (self._tiles, self._batches):
            if lane:
                lane.close()

    def _fetch_tile(self, number: int) -> Fetched:
        return [(number, self._server.tile(_of(number, self._size)))], number + 1

    def _fetch_batches(self, first: int) -> Fetched:
        found = parse_batch_answers(self._server.batches(first, self._size), first, f"batches/{first}/{self._size}")
        return found.answers, found.next


def _number(tile: Tile) -> int:
    """Return when a tile's turn is: each bundle, then the hashes of its entries."""
    return 2 * tile.number + (tile.level is not None)


def _of(number: int, size: int) -> Tile:
    """Return the tile whose turn it is, as wide as a log of a size has it."""
    return Tile(0 if number % 2 else None, number // 2, min(WIDTH, size - number // 2 * WIDTH))
