"""A witness that replays a large log: every block judged and computed again, on one core."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.ingest import BATCH
from benchmarks.load import chunks, open_load
from benchmarks.measure import resident
from ledger.store.interface import Reader
from ledger.store.sqlite.store import SqliteStore
from ledger.tiles.folder import TileFolder
from ledger.witness.replay.replayer import Replayer
from verifier.ledgerformat.batch_answer import SHOWN, AnsweredEvent, format_batch_answer
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.tiles import WIDTH, Tile, parse_bundle, parse_hashes

_AHEAD = 20  # submissions under way while the log is made


@dataclass(frozen=True, slots=True)
class Replayed:
    """What replaying came to: events, seconds without those in which answers were made, resident bytes grown by."""

    events: int
    seconds: float
    growth: int

    @property
    def rate(self) -> float:
        """Return events a second, mean over all."""
        return self.events / self.seconds


@dataclass(slots=True)
class Served:
    """A ledger's folder as its service answers; `spent` are the seconds in which answers were made."""

    tiles: TileFolder
    reader: Reader
    spent: float = field(default=0.0)

    def tile(self, tile: Tile) -> list[bytes]:
        """Return the hashes of a tile."""
        return parse_hashes(self._read(tile), WIDTH if self._full(tile) else tile.width)[: tile.width]

    def bundle(self, tile: Tile) -> list[bytes]:
        """Return the entries of a bundle."""
        return parse_bundle(self._read(tile), WIDTH if self._full(tile) else tile.width)[: tile.width]

    def batch(self, leaf: int) -> bytes:
        """Return the batch answer of a statement."""
        begun = time.perf_counter()
        answer = format_batch_answer([AnsweredEvent(each.head, SHOWN, each.body) for each in self.reader.batch(leaf)])
        self.spent += time.perf_counter() - begun
        return answer

    def _full(self, tile: Tile) -> bool:
        return not self.tiles.path(tile).exists()

    def _read(self, tile: Tile) -> bytes:
        return self.tiles.read(Tile(tile.level, tile.number) if self._full(tile) else tile)


def make_log(folder: Path, events: int, batch: int = BATCH) -> None:
    """Make a ledger of `events` events in signed batches."""
    load = open_load(folder)
    try:
        for count in chunks(events, batch * _AHEAD):
            taken = [load.ledger.submit(load.batch(each)) for each in chunks(count, batch)]
            for each in taken:
                each.result()
        load.ledger.writer.call(load.ledger.writer.sequencer.publish).result()
    finally:
        load.ledger.close()


def replay_log(folder: Path, database: Path) -> Replayed:
    """Return what it took to replay a ledger from leaf 0 to its published checkpoint."""
    store, tiles = SqliteStore(folder / "ledger.db"), TileFolder(folder / "tiles")
    try:
        with store.read() as reader:
            note = tiles.checkpoint() or b""
            served = Served(tiles, reader)
            replayer = Replayer(database, served, TrustPolicy(leaf_hash(reader.entries(0, 1)[0])))
            before, begun = resident(), time.perf_counter()
            replayer.advance_to(parse_signed_checkpoint(note)[0], note)
            seconds = time.perf_counter() - begun - served.spent
            replayed = Replayed(replayer.events, seconds, resident() - before)
            replayer.close()
    finally:
        store.close()
    return replayed
