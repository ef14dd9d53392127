"""From settings to a running ledger: where its parts lie below the one folder."""

from __future__ import annotations

import time

from api.settings import Settings
from ledger.errors import SetupError
from ledger.ledger import Ledger
from ledger.signing.ledger_keys import load_ledger_keys
from ledger.store.sqlite.store import SqliteStore
from ledger.tiles.folder import TileFolder

DATABASE, KEYS, LOG, GUARD = "ledger.db", "keys", "log", "guard"
ORIGIN = "origin"  # the name under which the database remembers whose it is


def milliseconds() -> int:
    """Return the clock, milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def open_ledger(settings: Settings) -> Ledger:
    """Return the ledger of a folder, recovered and writing.

    Raises:
        SetupError: no database, no origin in it, no passphrase, or other keys than the charter's.
        StoppedError: this is an older state than what has left already.
        KeyFileError: a key file that is missing, open to others, or of another passphrase.
    """
    folder = settings.folder
    store = SqliteStore(folder / DATABASE)
    with store.read() as reader:
        origin = reader.meta(ORIGIN)
    if origin is None:
        raise SetupError(str(folder / DATABASE), came="no origin", expected="a database that `suyuan init` made")
    return Ledger(
        store,
        TileFolder(folder / LOG),
        keys=load_ledger_keys(folder / KEYS, origin, passphrase_of(settings)),
        guard=settings.guard or folder / GUARD,
        clock=milliseconds,
        monotonic=time.monotonic,
    )


def passphrase_of(settings: Settings) -> bytes:
    """Return the passphrase that the settings give or name a file of."""
    if settings.passphrase is not None:
        return settings.passphrase.get_secret_value().encode()
    if settings.passphrase_file is None:
        expected = "SUYUAN_PASSPHRASE_FILE or SUYUAN_PASSPHRASE"
        raise SetupError("passphrase", came="none", expected=expected)
    try:
        return settings.passphrase_file.read_bytes().split(b"\n", 1)[0].rstrip(b"\r")
    except OSError as error:
        raise SetupError(str(settings.passphrase_file), came=error.strerror, expected="a readable file") from error
