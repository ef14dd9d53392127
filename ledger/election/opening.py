"""Opening a ledger on a database server for one of several processes: it follows, and stands for election."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.clock import milliseconds
from ledger.election.candidate import Candidate, Writing
from ledger.errors import SetupError
from ledger.ledger import Ledger
from ledger.opening import LedgerFolder, origin_of
from ledger.sequencer.guard import Guard
from ledger.signing.key_ring import HeldKeys, load_key_ring
from ledger.store.opening import named_database, require_address
from ledger.tiles.folder import TileFolder
from ledger.witness.recall import require_extends_witness

LEASE = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Standing:
    """What a candidate is told.

    Attributes:
        holder: its name, for people.
        url: where the other processes reach it.
        guard: where its guard is; None for where `init` put it.
        database: the address of the primary; None for the one that the folder names.
        replica: where reads go; None for the primary.
        allow_async: lead though no commit waits for a replica.
        witnesses: addresses that are asked, before it leads, what they cosigned.
        seconds: how long a lease runs.
    """

    holder: str
    url: str
    guard: Path | None = None
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
) -> Candidate:
    """Return a candidate that follows; `start` lets it stand.

    Args:
        root: the folder, with the ledger's keys; files that are derived lie there.
        passphrase: of the keys.
        standing: where everything is.
        clock: milliseconds since 1970.
        monotonic: seconds, never going back.
        tell: told `leads` or `follows`, each time that this changes.

    Raises:
        SetupError: no ledger, a database that is none of a server, or other keys than the charter's.
        KeyFileError: keys that this passphrase does not open.
        StoppedError: rows that are not those that were sealed.
    """
    from ledger.store.postgres.lease import Lease  # noqa: PLC0415 - who keeps to a file needs no driver
    from ledger.store.postgres.store import PostgresStore  # noqa: PLC0415

    address = require_address(standing.database) if standing.database else named_database(root)
    if address is None:
        raise SetupError("database", came="a file", expected="postgresql://USER@HOST/NAME")
    folder = LedgerFolder(root)
    store = PostgresStore(standing.replica or address, root, writable=False)
    try:
        with store.read() as reader:
            keys = load_key_ring(folder.keys, origin_of(reader, folder), passphrase)
        tiles = TileFolder(folder.tiles)
        ledger = Ledger(store, tiles, keys=keys, guard=None, clock=clock, monotonic=monotonic)
    except BaseException:
        store.close()
        raise
    lease = Lease(address, holder=standing.holder, url=standing.url, seconds=standing.seconds)

    def open_writing() -> Writing:
        writing = PostgresStore(address, root, writable=True, fence=lease)
        try:
            if not standing.allow_async:
                writing.require_synchronous()
            return Writing(writing.writer(), _guard(folder, standing, ledger, keys), writing.close)
        except BaseException:
            writing.close()
            raise

    return Candidate(ledger, lease, open_writing, seconds=standing.seconds, monotonic=monotonic, tell=tell)


def _guard(folder: LedgerFolder, standing: Standing, ledger: Ledger, keys: HeldKeys) -> Guard:
    """Take the guard, once every witness that answers knows of no more than this database.

    A machine that has never led begins one of its own: what has left, the published checkpoint says, which lies outside
    the database too. Where neither is there, nobody could tell an older database.
    """
    ledger.catch_up()
    for url in standing.witnesses:
        require_extends_witness(ledger, keys, url)
    path = standing.guard or folder.usual_guard
    if ledger.head.edge.size and not path.exists() and ledger.tiles.checkpoint() is None:
        todo = "Name a guard or the tiles of this ledger: one of both must know what was signed."
        raise SetupError(str(path), came="no guard and no published checkpoint", expected="one of both", todo=todo)
    return Guard(path)
