"""The folder of a ledger: what lies where, making a new one, opening it.

    ledger.db            the database, with its -wal, -shm and .lock
    database             where the database is on a server: its address, in place of ledger.db
    endorsing.db         what awaits which agency: derived, made anew where it is missing; in no backup
    handles.db, epcis.db whose number is which handle, logistics events: likewise
    standing.db          where everything that was declared stands: likewise
    nonces.db            nonces of signed requests, for minutes; in no backup
    log/                 tiles, entry bundles, the published checkpoint
    keys/                the ledger's own keys, encrypted; the sets that came later in keys/2, keys/3, …
    ledger.public.json   what a charter must name; of later sets, ledger.public.2.json, …

The guard lies elsewhere (`init --guard`): a copy of this folder must never bring its guard along.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.clock import milliseconds
from ledger.errors import BehindError, SetupError
from ledger.ledger import Ledger
from ledger.objects.address import is_object_address
from ledger.sequencer.guard_opening import holds_something
from ledger.signing.key_ring import HeldKeys, add_next_keys, load_key_ring, next_number
from ledger.signing.ledger_keys import LedgerKeys, generate_ledger_keys, save_ledger_keys
from ledger.store.interface import Reader, Store
from ledger.store.opening import NAMED, create_tables, named_database, open_store, require_address
from ledger.store.sqlite.connection import create, lock
from ledger.tiles.files import sync_folder, write_new
from ledger.tiles.interface import Tiles
from ledger.tiles.opening import open_tiles
from ledger.witness.recall import require_extends_witness
from verifier.primitives.keys import format_key
from verifier.primitives.note import format_vkey, require_name

if TYPE_CHECKING:
    from ledger.store.postgres.fence import Fence

_ORIGIN, GUARD, TILES = "origin", "guard", "tiles"  # names in the database's own table


@dataclass(frozen=True, slots=True)
class LedgerFolder:
    """Where the parts of a ledger lie below one folder."""

    root: Path

    @property
    def database(self) -> Path:
        """Return the database's file."""
        return self.root / "ledger.db"

    @property
    def tiles(self) -> Path:
        """Return the folder of tiles, bundles and the published checkpoint."""
        return self.root / "log"

    @property
    def keys(self) -> Path:
        """Return the folder of the ledger's keys."""
        return self.root / "keys"

    @property
    def public(self) -> Path:
        """Return the file that says what a charter must name."""
        return self.root / "ledger.public.json"

    @property
    def usual_guard(self) -> Path:
        """Return where the guard lies if nobody says otherwise: beside the folder, not in it."""
        root = self.root.absolute()
        return root.with_name(f"{root.name}.guard")


def create_ledger(
    root: Path,
    origin: str,
    passphrase: bytes,
    *,
    guard: str | Path | None = None,
    tiles: str | None = None,
    database: str | None = None,
) -> dict[str, Any]:
    """Make a new ledger's folder; return what a charter must name.

    All is made aside and moved into place at the end: a crash leaves the whole folder, or none; of a database on a
    server it may leave the tables and the origin, and that database is then no longer a new one.

    Args:
        root: the folder.
        origin: the ledger's name.
        passphrase: of its keys.
        guard: a file or `s3://bucket/prefix`; None for beside the folder.
        tiles: a folder or `s3://bucket/prefix`; None for in the folder.
        database: a database on a server, new and empty; None for a file in the folder.

    Raises:
        SetupError: there is something already, at the folder or at the guard.
        MalformedError: no name for a ledger.
    """
    require_name(origin, "origin")
    folder = LedgerFolder(root)
    places = {GUARD: _spelt(guard or folder.usual_guard)} | ({TILES: _spelt(tiles)} if tiles else {})
    _require_new(root, places[GUARD])
    aside = LedgerFolder(root.absolute().with_name(f".{root.absolute().name}.{os.getpid()}"))
    try:
        public = _make(aside, origin, passphrase, places, database)
        aside.root.replace(root)
        sync_folder(root.absolute().parent)
    except OSError as error:
        raise SetupError(str(root), came=error.strerror, expected="a folder that can be written") from error
    finally:
        shutil.rmtree(aside.root, ignore_errors=True)
    return public


def _require_new(root: Path, guard: str) -> None:
    """Require that there is nothing yet."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise SetupError(str(root), came="a folder that is not empty", expected="a new folder")
    if holds_something(guard) is not None:
        todo = "Name another one, or go on with the ledger that it belongs to."
        raise SetupError(guard, came="a guard that is there already", expected="none", todo=todo)


def _spelt(where: str | Path) -> str:
    """Return a place as the database keeps it: an address as it is, a path from the root."""
    return str(where) if is_object_address(str(where)) else str(Path(where).absolute())


def _make(
    folder: LedgerFolder, origin: str, passphrase: bytes, places: dict[str, str], database: str | None
) -> dict[str, Any]:
    folder.keys.mkdir(parents=True, mode=0o700)
    keys = generate_ledger_keys(origin)
    save_ledger_keys(folder.keys, keys, passphrase)
    if database:
        write_new(folder.root / NAMED, f"{require_address(database)}\n".encode())
    else:
        folder.database.touch(mode=0o600)  # names, numbers and amounts stand in it in clear
    create_tables(folder.root)
    store = open_store(folder.root)
    try:
        if store.writer().reader().meta(_ORIGIN) is not None:
            raise SetupError("database", came="one that has a ledger already", expected="a new database")
        for name, where in places.items():
            store.writer().set_meta(name, where)
        store.writer().set_meta(_ORIGIN, origin)
    finally:
        store.close()
    public = public_parts(keys)
    write_new(folder.public, (json.dumps(public, indent=2) + "\n").encode())
    sync_folder(folder.root)
    return public


def public_parts(keys: LedgerKeys) -> dict[str, Any]:
    """Return what a charter must name of a ledger's own keys, as JSON has it."""
    vkeys = [format_vkey(key) for key in keys.note_keys]
    return {
        "origin": keys.origin,
        "seal": format_key(keys.seal.public),
        "receipt": format_key(keys.receipt.public),
        "log": vkeys,
        "policy": "".join(f"log {vkey}\n" for vkey in vkeys),
    }


def open_ledger(  # noqa: PLR0913 - one door for every way to open, each argument of another kind
    root: Path,
    passphrase: bytes,
    *,
    guard: str | Path | None = None,
    tiles: str | None = None,
    new_guard: bool = False,
    witnesses: Sequence[str] = (),
    clock: Callable[[], int] = milliseconds,
    monotonic: Callable[[], float] = time.monotonic,
    database: str | None = None,
    fence: Fence | None = None,
    allow_async: bool = False,
) -> Ledger:
    """Return the ledger of a folder, recovered and writing.

    Args:
        root: the folder.
        passphrase: of its keys.
        guard: a file or `s3://bucket/prefix`; None for where `init` put it.
        tiles: a folder or `s3://bucket/prefix`, from now on; None for where they lay.
        new_guard: begin a new one: the old one is lost, and nothing newer than this was ever signed.
        witnesses: addresses at which witnesses show what they cosigned; who answers must not know of more than this.
        clock: milliseconds since 1970.
        monotonic: seconds, never going back.
        database: one on a server, where it is another address than the folder names.
        fence: what every write to a server asks first, where several processes may lead.
        allow_async: open a ledger on a server whose commits wait for no replica.

    Raises:
        SetupError: no ledger, no guard, another writer, other keys than the charter's, a server without a replica.
        KeyFileError: keys that this passphrase does not open.
        StoppedError: an older state than what was signed, published or cosigned already.
    """
    folder, store = LedgerFolder(root), open_store(root, database=database, fence=fence)
    with _closed_on_failure(store, synchronous=not allow_async):
        keys, found = identify(store, folder, passphrase, guard, must_exist=not new_guard)
        place = _tiles_of(store, folder, tiles, monotonic)
        ledger = Ledger(store, place, keys=keys, guard=found, clock=clock, monotonic=monotonic)
    return _asked(witnesses, ledger, keys)


@contextmanager
def _closed_on_failure(store: Store, *, synchronous: bool) -> Iterator[None]:
    """Close a store where it, or what is done with it, is not what it must be."""
    try:
        if synchronous:
            store.require_synchronous()
        yield
    except BaseException:
        store.close()
        raise


def identify(
    store: Store, folder: LedgerFolder, passphrase: bytes, guard: str | Path | None, *, must_exist: bool
) -> tuple[HeldKeys, str]:
    """Return a ledger's keys, and where its guard lies; where something was signed, the guard must exist."""
    reader = store.writer().reader()
    keys = load_key_ring(folder.keys, origin_of(reader, folder), passphrase)
    found = str(guard or reader.meta(GUARD) or folder.usual_guard)
    if reader.counters().size and must_exist:
        _require_guard(found, reader)
    return keys, found


def open_behind(root: Path, passphrase: bytes, behind: BehindError, *, database: str | None = None) -> Ledger:
    """Return an older state, for reading: it refuses whatever it would have to sign, for the reason that is given."""
    folder, store = LedgerFolder(root), open_store(root, database=database)
    with _closed_on_failure(store, synchronous=False):
        keys = load_key_ring(folder.keys, origin_of(store.writer().reader(), folder), passphrase)
        place = _tiles_of(store, folder, None, time.monotonic)
        return Ledger(store, place, keys=keys, guard=None, clock=milliseconds, monotonic=time.monotonic, behind=behind)


def _tiles_of(store: Store, folder: LedgerFolder, named: str | None, monotonic: Callable[[], float]) -> Tiles:
    """Return the tiles at the place that is named, which the database remembers, or where they lay."""
    writer = store.writer()
    if named and _spelt(named) != writer.reader().meta(TILES):
        writer.set_meta(TILES, _spelt(named))
    return open_tiles(writer.reader().meta(TILES) or str(folder.tiles), monotonic=monotonic)


def _asked(witnesses: Sequence[str], ledger: Ledger, keys: HeldKeys) -> Ledger:
    """Return the ledger if it extends what each witness shows; close it where it does not."""
    try:
        for url in witnesses:
            require_extends_witness(ledger, keys, url)
    except BaseException:
        ledger.close()
        raise
    return ledger


def origin_of(reader: Reader, folder: LedgerFolder) -> str:
    """Return the name of the ledger that a database is of.

    Raises:
        SetupError: of none.
    """
    origin = reader.meta(_ORIGIN)
    if origin is None:
        raise SetupError(str(folder.database), came="no origin", expected="a database that `suyuan init` made")
    return origin


def _require_guard(guard: str, reader: Reader) -> None:
    """Refuse to begin a new guard for a ledger that has signed already: it would know of nothing.

    A crash can leave an empty one beside the first block; every later block finds that one guarded.
    """
    first = reader.seal_covering(0)
    holds = holds_something(guard)
    if holds or (holds is not None and first and reader.counters().size == first.leaf + 1):
        return
    todo = "Name where it is. Begin a new one only if nothing newer than this database was ever signed."
    raise SetupError(guard, came="no guard", expected="the guard of this ledger", todo=todo)


def prepare_keys(root: Path, passphrase: bytes) -> tuple[int, dict[str, Any]]:
    """Make the next keys of a ledger, also while it runs; return their number and what a charter must name.

    They sign nothing before a charter that names them is in force. The ledger knows of them from its next start on.

    Raises:
        SetupError: no ledger, or a folder that cannot be written.
        KeyFileError: this passphrase is not that of the keys that are there.
    """
    folder = LedgerFolder(root)
    number, keys = add_next_keys(folder.keys, _stored_origin(folder), passphrase)
    public = public_parts(keys)
    write_new(root / f"ledger.public.{number}.json", (json.dumps(public, indent=2) + "\n").encode())
    return number, public


def next_keys(root: Path, passphrase: bytes) -> int:
    """Return the number that the next keys of a ledger would have; nothing is made. Raises what `prepare_keys` does."""
    folder = LedgerFolder(root)
    return next_number(folder.keys, _stored_origin(folder), passphrase)


def _stored_origin(folder: LedgerFolder) -> str:
    store = open_store(folder.root, writable=False)
    try:
        with store.read() as reader:
            return origin_of(reader, folder)
    finally:
        store.close()


def migrate_ledger(root: Path) -> None:
    """Bring a ledger's database to the tables of this version.

    Raises:
        SetupError: there is none, or another process writes to it.
    """
    if named_database(root):
        return create_tables(root)
    database = LedgerFolder(root).database
    if not database.exists():
        raise SetupError(str(database), came="no database", expected="one that `suyuan init` made")
    held = lock(database)
    try:
        return create(database)
    finally:
        os.close(held)
