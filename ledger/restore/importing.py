"""Importing missing blocks into a copy of the database: the writer's own path, over statements it recorded before.

Judge, index and rows are the sequencer's. Its clock says the seal's time, its keys say what was signed, its guard
holds every root that the source's entries give: whatever does not come out byte for byte stops it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger.cosigning import check_cosignatures
from ledger.erasure.eraser import Eraser
from ledger.errors import StoppedError
from ledger.restore.blocks import MissingBlock
from ledger.restore.candidates import Rebuilder
from ledger.restore.recorded import RecordedKeys
from ledger.restore.sources import BlockSource
from ledger.sequencer.block import Start
from ledger.sequencer.publisher import Publisher
from ledger.sequencer.recover import read_overlay, replay_registry, require_sealed
from ledger.sequencer.sequencer import Head, Sequencer
from ledger.sequencer.turn import Turn
from ledger.signing.key_ring import HeldKeys
from ledger.store.interface import WriteStore
from ledger.tiles.folder import TileFolder
from ledger.tiles.tree import LogTree
from verifier.errors import MismatchError, SuyuanError
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.tiles import WIDTH
from verifier.vocabulary import registry_types


@dataclass(slots=True)
class _ExpectedRoots:
    """A guard that knows beforehand what each block comes to."""

    name: str
    roots: dict[int, bytes]
    newest: tuple[int, bytes] | None = None

    def record(self, size: int, root: bytes) -> None:
        if self.roots.get(size) != root:
            raise StoppedError(self.name, came=root, expected=f"the root that was signed at {size}")
        self.newest = (size, root)

    def close(self) -> None:
        """Nothing is held."""


class BlockImporter:
    """Writes blocks that were recorded before into a database that lacks them."""

    def __init__(
        self, rows: WriteStore, tree: LogTree, *, keys: HeldKeys, blocks: list[MissingBlock], aside: Path
    ) -> None:
        """Go on from a database's state.

        Args:
            rows: the writer's side of a copy of the database.
            tree: the log's right edge at its size.
            keys: the ledger's.
            blocks: what is missing, checked against a signed checkpoint.
            aside: a folder for files that nobody keeps.

        Raises:
            StoppedError: its index rows are not what was sealed.
        """
        self._rows, self._blocks, self._time = rows, blocks, 0
        self._keys = RecordedKeys(keys)
        self._sequencer = self._begin(tree, aside)

    def _begin(self, tree: LogTree, aside: Path) -> Sequencer:
        reader = self._rows.reader()
        counters = reader.counters()
        seal = reader.seal(counters.size - 1) if counters.size else None
        overlay, replay = read_overlay(reader, counters.size), replay_registry(reader, registry_types())
        if seal:
            require_sealed(overlay.heap, seal)
        last = leaf_hash(seal.entry) if seal else None
        bundle = reader.entries(counters.size - counters.size % WIDTH, counters.size)
        publisher = Publisher(
            TileFolder(aside), bundle=bundle, published=0, note_of=lambda _: b"", monotonic=lambda: 0.0
        )
        return Sequencer(
            store=self._rows,
            overlay=overlay,
            tree=tree,
            head=Head(tree.edge(), replay, tree.root(), seal.time if seal else 0, last),
            start=Start(counters, reader.participants(), last),
            keys=self._keys,
            guard=_ExpectedRoots("source", {block.size: block.root for block in self._blocks}),
            publisher=publisher,
            clock=lambda: self._time,
            turn=Turn(),
            eraser=Eraser(self._rows, lambda: self._time),
        )

    def run(self, source: BlockSource, rebuilder: Rebuilder, newest: bytes) -> None:
        """Import every block, then the witnesses' lines under the newest checkpoint.

        Raises:
            SuyuanError: something that does not come out as it was recorded; the copy is to be thrown away.
        """
        for block in self._blocks:
            last = block is self._blocks[-1]
            self._import(block, rebuilder, newest if last else source.note_of(block.size))
        replay = self._sequencer.head.replay
        try:
            cosigned = check_cosignatures(newest, self._rows.reader(), replay.registry)
        except MismatchError:  # no witness's line: they are asked again once the ledger runs
            return
        if cosigned.lines:
            self._rows.add_cosignatures(cosigned.size, cosigned.lines, quorum=cosigned.quorum)

    def _import(self, block: MissingBlock, rebuilder: Rebuilder, note: bytes | None) -> None:
        if block.seal is None:
            raise MismatchError("block", came="no seal", expected="a seal as its last leaf")
        self._time = block.seal.seal.time
        self._keys.go_on_to(block.seal, note)
        registry, reader = self._sequencer.head.replay.registry, self._rows.reader()
        candidates = [rebuilder.rebuild(*each, registry=registry, reader=reader) for each in block.entries]
        if not candidates:
            self._sequencer.seal()
            return
        for (leaf, _, _), result in zip(block.entries, self._sequencer.commit(candidates), strict=True):
            if isinstance(result, SuyuanError):
                raise result.within(f"leaf {leaf}")
            if result != leaf:
                raise MismatchError("leaf", came=result, expected=str(leaf))
