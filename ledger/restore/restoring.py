"""Restoring a ledger from an older copy of its database: missing blocks are imported, all of them or none.

A crash, a wrong byte or a source that breaks off leaves the database as it was.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import SetupError
from ledger.opening import LedgerFolder, identify
from ledger.restore.blocks import MissingBlock, read_blocks, read_target
from ledger.restore.candidates import Rebuilder
from ledger.restore.importing import BlockImporter
from ledger.restore.places import Place, open_place
from ledger.restore.sources import BlockSource, read_submissions
from ledger.sequencer.guard_opening import open_guard
from ledger.sequencer.recover import read_tree
from ledger.signing.key_ring import HeldKeys
from ledger.tiles.folder import TileFolder
from ledger.tiles.tree import LogTree


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to: the log before and after it, and what nobody had.

    Attributes:
        before: leaves of the older copy.
        size: leaves now.
        root: of the log now.
        blocks: that were imported.
        without: imported events whose disclosures nobody had; who keeps them may still show them.
    """

    before: int
    size: int
    root: bytes
    blocks: int
    without: int


@dataclass(frozen=True, slots=True)
class _Missing:
    blocks: list[MissingBlock]
    note: bytes
    root: bytes


def restore_ledger(
    root: Path,
    passphrase: bytes,
    source: BlockSource,
    *,
    guard: str | None = None,
    submissions: Sequence[Path] = (),
    incomplete: bool = False,
    database: str | None = None,
) -> Restored:
    """Import into a stopped ledger's database every block that a source has more; return what came of it.

    Args:
        root: the ledger's folder, its database an older copy.
        passphrase: of its keys.
        source: where the missing blocks are.
        guard: where the guard is; None for where `init` put it.
        submissions: folders of kept submissions: they have disclosures and attachments, and bodies a source lacks.
        incomplete: do without disclosures that nobody has; counters that they move stay behind.
        database: one on a server, where it is another than the folder names.

    Raises:
        SetupError: no ledger, or another process that writes or leads.
        IncompleteError: the source has less than was promised, or a body or disclosure is missing.
        UntrustedError: a checkpoint that this ledger did not sign.
        MismatchError: other bytes than were signed; nothing was changed.
        StoppedError: rows that come out otherwise than they were sealed; nothing was changed.
    """
    folder, kept = LedgerFolder(root), read_submissions(submissions)
    with _aside(folder) as aside, open_place(folder, aside, database) as place:
        keys, where = identify(place.store, folder, passphrase, guard, must_exist=True)
        reader = place.store.writer().reader()
        tree = read_tree(reader, TileFolder(folder.tiles), reader.counters().size)
        missing = _read_missing(source, tree, keys, where)
        rebuilder = Rebuilder(source, kept, incomplete=incomplete)
        if missing.blocks:
            _write(place, tree, missing, keys=keys, source=source, rebuilder=rebuilder, aside=aside)
    size = missing.blocks[-1].size if missing.blocks else tree.size
    return Restored(tree.size, size, missing.root, len(missing.blocks), rebuilder.without)


@contextmanager
def _aside(folder: LedgerFolder) -> Iterator[LedgerFolder]:
    aside = LedgerFolder(folder.root.absolute() / f".restoring.{os.getpid()}")
    try:
        aside.root.mkdir(mode=0o700)
        yield aside
    except OSError as error:
        raise SetupError(str(aside.root), came=error.strerror, expected="a folder that can be written") from error
    finally:
        shutil.rmtree(aside.root, ignore_errors=True)


def _read_missing(source: BlockSource, tree: LogTree, keys: HeldKeys, where: str) -> _Missing:
    guard = open_guard(where)
    try:
        target, note = read_target(source, keys, guard.newest, tree.size)
        return _Missing(read_blocks(source, tree, target, guard.newest), note, target.root)
    finally:
        guard.close()


def _write(
    place: Place,
    tree: LogTree,
    missing: _Missing,
    *,
    keys: HeldKeys,
    source: BlockSource,
    rebuilder: Rebuilder,
    aside: LedgerFolder,
) -> None:
    with place.written() as rows:
        importer = BlockImporter(rows, tree.copy(), keys=keys, blocks=missing.blocks, aside=aside.tiles)
        importer.run(source, rebuilder, missing.note)
