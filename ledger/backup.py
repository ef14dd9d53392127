"""Backups: a consistent copy of a ledger's folder, made while it runs.

The guard is never copied. It knows what was signed since, and keeps a ledger that was restored from
here from signing anything else for the same sizes.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import SetupError
from ledger.opening import LedgerFolder
from ledger.signing.key_ring import key_files
from ledger.store.opening import open_store
from ledger.tiles.files import sync_folder, write_new
from ledger.tiles.folder import TileFolder
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.tiles import WIDTH, Tile, tiles_of


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: the ledger, its leaves, its newest root, and the newest seal's time in milliseconds."""

    origin: str
    size: int
    root: str
    time: int


def back_up(root: Path, destination: Path, *, keys: bool = False) -> Backup:
    """Copy a ledger's folder to a new one; the ledger may run meanwhile.

    All is written aside and moved into place at the end: a crash leaves a whole backup, or none.

    Args:
        root: the ledger's folder.
        destination: a folder that is not there yet.
        keys: copy the encrypted key files too.

    Raises:
        SetupError: no ledger, something at the destination, or a file that cannot be written.
    """
    source = LedgerFolder(root)
    if destination.exists():
        raise SetupError(str(destination), came="something that is there already", expected="a new folder")
    aside = LedgerFolder(destination.absolute().with_name(f".{destination.absolute().name}.{os.getpid()}"))
    try:
        aside.root.mkdir(parents=True, mode=0o700)
        backup = _copy(source, aside, keys=keys)
        os.sync()
        aside.root.replace(destination)
        sync_folder(destination.absolute().parent)
    except OSError as error:
        raise SetupError(str(destination), came=error.strerror, expected="a place that can be written") from error
    finally:
        shutil.rmtree(aside.root, ignore_errors=True)
    return backup


def _copy(source: LedgerFolder, target: LedgerFolder, *, keys: bool) -> Backup:
    """Copy in an order that fits: what is published first, then the database, which is at least as new."""
    published = TileFolder(source.tiles).checkpoint()
    store = open_store(source.root, writable=False)
    try:
        store.backup(str(target.database))
    finally:
        store.close()
    backup = _describe(target)
    for spare in ("-shm", "-wal"):  # of the look into the copy; it wrote nothing
        target.database.with_name(target.database.name + spare).unlink(missing_ok=True)
    tiles = {tile for tile in tiles_of(backup.size) if tile.width == WIDTH}
    if published is not None:
        tiles.update(tiles_of(parse_signed_checkpoint(published)[0].size))
    for tile in tiles:
        _copy_tile(source, target, tile)
    if published is not None:
        TileFolder(target.tiles).write_checkpoint(published)
    if keys:
        _copy_keys(source, target)
    if source.public.exists():
        shutil.copyfile(source.public, target.public)
    facts = {"origin": backup.origin, "size": backup.size, "root": backup.root, "time": backup.time}
    write_new(target.root / "backup.json", (json.dumps(facts, indent=2) + "\n").encode())
    return backup


def _copy_keys(source: LedgerFolder, target: LedgerFolder) -> None:
    """Copy the key files, still encrypted and still private."""
    target.keys.mkdir(mode=0o700)
    for file in key_files(source.keys):
        (target.keys / file.parent).mkdir(mode=0o700, exist_ok=True)
        shutil.copy2(source.keys / file, target.keys / file)


def _copy_tile(source: LedgerFolder, target: LedgerFolder, tile: Tile) -> None:
    """Copy a tile; one that is missing, because its full one came meanwhile, is written again at the next start."""
    path = TileFolder(source.tiles).path(tile)
    copy = TileFolder(target.tiles).path(tile)
    if path.exists() and not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _describe(target: LedgerFolder) -> Backup:
    store = open_store(target.root, writable=False)
    try:
        with store.read() as reader:
            size = reader.counters().size
            checkpoint, seal = reader.checkpoint(size), reader.seal(size - 1)
            root = parse_signed_checkpoint(checkpoint.note)[0].root.hex() if checkpoint else ""
            return Backup(reader.meta("origin") or "", size, root, seal.time if seal else 0)
    finally:
        store.close()
