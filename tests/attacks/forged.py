"""Logs that no ledger of ours would write, under a ledger's own keys, and a witness that replays them from memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from types import SimpleNamespace

from fixtures.zone.actors import Actor, all_types
from ledger.compose.event import ComposedEvent, Draft
from ledger.export.export import export_ledger
from ledger.witness.replay.lies import LieFoundError
from ledger.witness.replay.replayer import Replayer
from tests.attacks.conftest import fresh_unit
from tests.verifier.proof.audit.forge import (
    Block,
    Forge,
    Grown,
    MemorySource,
    Said,
    blocks_of,
    entries_of,
    log_files,
    source_of,
)
from tests.world import PRODUCT, World, now
from verifier.ledgerformat.batch_answer import SHOWN, AnsweredEvent, format_batch_answer
from verifier.ledgerformat.seal import Seal, is_seal
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.tiles import Tile, format_tile_path, parse_bundle
from verifier.proof.bundle import StatementPart
from verifier.proof.charterfile import parse_charter_file


def exported(world: World, folder: Path) -> MemorySource:
    """Return what a ledger exports now, in memory."""
    world.cosign()
    for meta in (("origin", world.ledger.origin), ("guard", str(world.folder / "guard"))):
        world.ledger.writer.call(partial(world.ledger.store.writer().set_meta, *meta)).result()
    with world.ledger.store.read() as reader:
        export_ledger(reader, folder)
    return source_of(SimpleNamespace(export=folder))  # type: ignore[arg-type]


@dataclass
class Served:
    """A log in memory, as a replay reads it."""

    log: MemorySource

    def tile(self, tile: Tile) -> list[bytes]:
        data = self.log.tile(tile)
        return [data[at : at + 32] for at in range(0, len(data), 32)]

    def bundle(self, tile: Tile) -> list[bytes]:
        return parse_bundle(self.log.get(format_tile_path(tile)), tile.width)

    def batch(self, leaf: int) -> bytes:
        return self.log.batch(leaf)


@dataclass
class Stage:
    """An honest log, and what may be appended to it."""

    world: World
    source: MemorySource
    blocks: list[Block]
    charter: tuple[StatementPart, ...]
    folder: Path

    @property
    def size(self) -> int:
        return sum(len(block.said) + 1 for block in self.blocks)

    @cached_property
    def honest(self) -> Grown:
        """Return the honest log, to be gone on with."""
        grown, forge = Grown(), Forge(self.world)  # type: ignore[arg-type]
        seals = (entry for entry in entries_of(self.source) if is_seal(entry))
        for block, seal in zip(self.blocks, seals, strict=True):
            for said in block.said:
                forge.join(grown, said)
            grown.entries.append(seal)
        return grown

    @cached_property
    def replayed_before(self) -> Path:
        """Return the database of a witness that has replayed the honest log."""
        database = self.folder / "honest.db"
        assert self._replay(database, self.source, 20_000) is None
        return database

    def forged(
        self, *more: list[Said], bends: Callable[[Seal], Seal] = lambda seal: seal, sealed: bool = True
    ) -> MemorySource:
        """Return the log with further blocks; `bends` gets every seal of theirs; `sealed`: the last one too."""
        time = self.blocks[-1].time
        blocks = [Block(said, time + 1000 * number) for number, said in enumerate(more, 1)]
        return Forge(self.world, bends=bends).build(blocks, sealed=sealed, onto=self.honest)  # type: ignore[arg-type]

    def rewritten(self, entries: list[bytes], batches: MemorySource) -> MemorySource:
        """Return a log of any entries, with the batches of another."""
        kept = {path: data for path, data in batches.files.items() if path.startswith("batches/")}
        note = Forge(self.world).sign(entries)  # type: ignore[arg-type]
        return MemorySource({**log_files(entries), **kept, "checkpoint": note})

    def replayed(self, log: MemorySource, *, chunk: int = 20_000, anew: bool = False) -> LieFoundError | None:
        """Return the lie for which a witness stops that has replayed the honest log, None for none.

        `anew`: it has replayed nothing.
        """
        database = self.folder / f"{len(list(self.folder.iterdir()))}.db"
        if not anew:
            shutil.copy(self.replayed_before, database)
        return self._replay(database, log, chunk)

    def _replay(self, database: Path, log: MemorySource, chunk: int) -> LieFoundError | None:
        note = log.checkpoint()
        replayer = Replayer(database, Served(log), self.world.standpoint().policy, chunk=chunk)
        try:
            replayer.advance_to(parse_signed_checkpoint(note)[0], note)
        except LieFoundError as found:
            return found
        finally:
            replayer.close()
        return None

    def convicted(self, log: MemorySource, *, chunk: int = 20_000, anew: bool = False) -> tuple[LieFoundError, bytes]:
        """Return the lie for which a witness stops, and the file that it makes of it."""
        found = self.replayed(log, chunk=chunk, anew=anew)
        assert found is not None, "a witness stops"
        assert found.conviction is not None, f"a file convicts: {found}"
        return found, found.conviction(self.charter)

    def event(self, number: int, who: str = "carrier") -> ComposedEvent:
        """Return an event on a unit that the carrier may open."""
        data = {"action": "OBSERVE", "bizStep": "arriving"}
        draft = Draft("transport.object", now(), {"epcs": [fresh_unit(number)]}, data)
        return self.world.cast[who].compose(draft, all_types())

    def recall(self, who: str = "market") -> ComposedEvent:
        """Return what any agency may say, any number of times."""
        words = {"zh": "过热", "en": "It overheats"}
        draft = Draft("aftersales.recall", now(), {"goods": [PRODUCT]}, {"hazard": words, "advice": words})
        return self.world.cast[who].compose(draft, all_types())

    def said(self, *events: ComposedEvent, who: str | Actor = "carrier", first: int | None = None) -> Said:
        """Return events as one statement; `first`: its sequence number, the next one if it is not given."""
        actor = self.world.cast[who] if isinstance(who, str) else who
        if first is not None:
            actor = replace(actor, _sequence={actor.signer.public.kid: first})
        statement = actor.sign(events, self.world.ledger.origin).statement
        return Said(statement, format_batch_answer([AnsweredEvent(each.head, SHOWN, each.body) for each in events]))


def staged(world: World, folder: Path) -> Stage:
    """Return the log of a ledger as it stands."""
    source = exported(world, folder / "export")
    databases = folder / "replays"
    databases.mkdir()
    return Stage(world, source, blocks_of(source), parse_charter_file(source.charter()), databases)
