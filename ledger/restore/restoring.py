"""Restoring a ledger's folder from an older copy: missing blocks imported aside, moved into place at the end.

A crash, a wrong byte or a source that breaks off leaves the database as it was.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import SetupError
from ledger.opening import LedgerFolder, identify
from ledger.restore.blocks import MissingBlock, read_blocks, read_target
from ledger.restore.candidates import Rebuilder
from ledger.restore.importing import BlockImporter
from ledger.restore.sources import BlockSource, read_submissions
from ledger.sequencer.guard_opening import open_guard
from ledger.sequencer.recover import read_tree
from ledger.signing.key_ring import HeldKeys
from ledger.store.opening import named_database
from ledger.store.sqlite.connection import lock
from ledger.store.sqlite.store import SqliteStore
from ledger.tiles.files import sync_folder
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
) -> Restored:
    """Import into a stopped ledger's database every block that a source has more; return what came of it.

    Args:
        root: the ledger's folder, its database an older copy.
        passphrase: of its keys.
        source: where the missing blocks are.
        guard: where the guard is; None for where `init` put it.
        submissions: folders of kept submissions: they have disclosures and attachments, and bodies a source lacks.
        incomplete: do without disclosures that nobody has; counters that they move stay behind.

    Raises:
        SetupError: no ledger, a server's database, or another process that writes.
        IncompleteError: the source has less than was promised, or a body or disclosure is missing.
        UntrustedError: a checkpoint that this ledger did not sign.
        MismatchError: other bytes than were signed; nothing was changed.
        StoppedError: rows that come out otherwise than they were sealed; nothing was changed.
    """
    _require_file(root)
    folder, kept = LedgerFolder(root), read_submissions(submissions)
    with _aside(folder) as aside:
        with closing(SqliteStore(folder.database)) as store:
            keys, where = identify(store, folder, passphrase, guard, must_exist=True)
            store.backup(str(aside.database))
            tree = read_tree(store.writer().reader(), TileFolder(folder.tiles), store.writer().reader().counters().size)
            missing = _read_missing(source, tree, keys, where)
        rebuilder = Rebuilder(source, kept, incomplete=incomplete)
        if missing.blocks:
            _import(aside, tree, missing, keys=keys, source=source, rebuilder=rebuilder)
            _put_in_place(aside, folder)
    size = missing.blocks[-1].size if missing.blocks else tree.size
    return Restored(tree.size, size, missing.root, len(missing.blocks), rebuilder.without)


def _require_file(root: Path) -> None:
    if named_database(root):
        todo = "Restore it with the server's own means, up to its newest log (docs/operations.md)."
        raise SetupError("database", came="one on a server", expected="a file in the folder", todo=todo)


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


def _import(
    aside: LedgerFolder,
    tree: LogTree,
    missing: _Missing,
    *,
    keys: HeldKeys,
    source: BlockSource,
    rebuilder: Rebuilder,
) -> None:
    with closing(SqliteStore(aside.database)) as copy:
        importer = BlockImporter(copy.writer(), tree.copy(), keys=keys, blocks=missing.blocks, aside=aside.tiles)
        importer.run(source, rebuilder, missing.note)


def _put_in_place(aside: LedgerFolder, folder: LedgerFolder) -> None:
    """Replace the database by the copy, both closed: nothing of the old one is left in a log beside it."""
    held = lock(folder.database)
    try:
        for name in ("-wal", "-shm"):
            beside = folder.database.with_name(folder.database.name + name)
            if name == "-wal" and beside.exists() and beside.stat().st_size:
                raise SetupError(str(beside), came="a log that somebody else has open", expected="a stopped ledger")
            beside.unlink(missing_ok=True)
        aside.database.chmod(0o600)
        descriptor = os.open(aside.database, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        aside.database.replace(folder.database)
        sync_folder(folder.root)
    finally:
        os.close(held)
