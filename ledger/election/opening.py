"""Opening a ledger on a database server for one of several processes: it follows, and stands for election."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.clock import milliseconds
from ledger.election.candidate import Candidate, Writing
from ledger.errors import SetupError
from ledger.ledger import Ledger
from ledger.objects.address import is_object_address
from ledger.opening import GUARD, TILES, LedgerFolder, origin_of
from ledger.sequencer.guard import Guard
from ledger.sequencer.guard_opening import holds_something, open_guard
from ledger.signing.key_ring import HeldKeys, load_key_ring
from ledger.store.opening import named_database, require_address
from ledger.tiles.opening import open_tiles
from ledger.witness.recall import require_extends_witness
from verifier.errors import SuyuanError

if TYPE_CHECKING:
    from ledger.store.postgres.fence import Fence

LEASE = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Standing:
    """What a candidate is told.

    Attributes:
        holder: its name, which no other process has, not even a copy of it.
        url: where the other processes reach it.
        guard: a file of this process alone, or `s3://bucket/prefix` that all share; None for where `init` put it, or
            for a file beside the folder.
        tiles: a folder or `s3://bucket/prefix` that all share; None for what the database remembers.
        database: the address of the primary; None for the one that the folder names.
        replica: where reads go until it leads; None for the primary.
        allow_async: lead though no commit waits for a replica.
        witnesses: addresses that are asked, before it leads, what they cosigned.
        seconds: how long a lease runs.
    """

    holder: str
    url: str
    guard: str | Path | None = None
    tiles: str | None = None
    database: str | None = None
    replica: str | None = None
    allow_async: bool = False
    witnesses: Sequence[str] = ()
    seconds: float = LEASE


def is_on_server(root: Path, database: str | None) -> bool:
    """Return whether a folder's ledger is on a database server, and so may have several processes."""
    return bool(database or named_database(root))


def open_candidate(
    root: Path,
    passphrase: bytes,
    standing: Standing,
    *,
    clock: Callable[[], int] = milliseconds,
    monotonic: Callable[[], float] = time.monotonic,
    tell: Callable[[str], None] = lambda _: None,
    tell_fault: Callable[[SuyuanError], None] = lambda _: None,
) -> Candidate:
    """Return a candidate that follows; `start` lets it stand.

    Args:
        root: the folder, with the ledger's keys; files that are derived lie there.
        passphrase: of the keys.
        standing: where everything is.
        clock: milliseconds since 1970.
        monotonic: seconds, never going back.
        tell: told `leads` or `follows`, each time that this changes.
        tell_fault: told what following, renewing or leading failed with, each time that this changes.

    Raises:
        SetupError: no ledger, a database that is none of a server, or other keys than the charter's.
        KeyFileError: keys that this passphrase does not open.
        StoppedError: rows that are not those that were sealed.
    """
    address = require_address(standing.database) if standing.database else named_database(root)
    if address is None:
        raise SetupError("database", came="a file", expected="postgresql://USER@HOST/NAME")
    ledger, keys = _following(LedgerFolder(root), passphrase, standing, address, clock, monotonic)
    from ledger.store.postgres.lease import Lease  # noqa: PLC0415 - who keeps to a file needs no driver

    lease = Lease(address, holder=standing.holder, url=standing.url, seconds=standing.seconds)
    writing = partial(_open_writing, LedgerFolder(root), standing, address, lease, ledger, keys)
    return Candidate(
        ledger, lease, writing, seconds=standing.seconds, monotonic=monotonic, tell=tell, tell_fault=tell_fault
    )


def _following(  # noqa: PLR0917 - the parts of a ledger
    folder: LedgerFolder,
    passphrase: bytes,
    standing: Standing,
    address: str,
    clock: Callable[[], int],
    monotonic: Callable[[], float],
) -> tuple[Ledger, HeldKeys]:
    """Return a ledger that follows, and its keys."""
    from ledger.store.postgres.confirming import Confirmer  # noqa: PLC0415 - who keeps to a file needs no driver
    from ledger.store.postgres.store import PostgresStore  # noqa: PLC0415 - likewise

    confirmer = None if standing.allow_async else Confirmer(address)
    store = PostgresStore(address, folder.root, writable=False, confirmer=confirmer, replica=standing.replica)
    try:
        with store.read() as reader:
            keys = load_key_ring(folder.keys, origin_of(reader, folder), passphrase)
            tiles = open_tiles(standing.tiles or reader.meta(TILES) or str(folder.tiles), monotonic=monotonic)
        return Ledger(store, tiles, keys=keys, guard=None, clock=clock, monotonic=monotonic), keys
    except BaseException:
        store.close()
        raise


def _open_writing(  # noqa: PLR0917 - the parts of a ledger
    folder: LedgerFolder, standing: Standing, address: str, lease: Fence, ledger: Ledger, keys: HeldKeys
) -> Writing:
    """Return what a leader writes with, fenced by the lease that it has just got."""
    from ledger.store.postgres.store import PostgresStore  # noqa: PLC0415 - who keeps to a file needs no driver

    store = PostgresStore(address, folder.root, writable=True, fence=lease)
    try:
        if not standing.allow_async:
            store.require_synchronous()
        return Writing(store.writer(), _guard(folder, standing, ledger, keys), store.close, store.sever)
    except BaseException:
        store.close()
        raise


def _guard(folder: LedgerFolder, standing: Standing, ledger: Ledger, keys: HeldKeys) -> Guard:
    """Take the guard, once every witness that answers knows of no more than this database.

    A machine that has never led begins one of its own: what has left, the published checkpoint says, which lies outside
    the database too. Where neither is there, nobody could tell an older database.
    """
    ledger.catch_up()
    for url in standing.witnesses:
        require_extends_witness(ledger, keys, url)
    where = _place_of_guard(folder, standing, ledger)
    if ledger.head.edge.size and not holds_something(where) and ledger.tiles.checkpoint() is None:
        todo = "Name a guard or the tiles of this ledger: one of both must know what was signed."
        raise SetupError(str(where), came="no guard and no published checkpoint", expected="one of both", todo=todo)
    return open_guard(where)


def _place_of_guard(folder: LedgerFolder, standing: Standing, ledger: Ledger) -> str | Path:
    """Return where the guard is: shared where it is in object storage, else a file of this process alone.

    A file that `init` named is on the machine on which it was made, and locked by whoever leads there.
    """
    with ledger.store.read() as reader:
        named = reader.meta(GUARD) or ""
    return standing.guard or (named if is_object_address(named) else folder.usual_guard)
