"""From settings to a running ledger."""

from __future__ import annotations

from api.settings import Settings
from ledger.errors import BehindError, SetupError
from ledger.ledger import Ledger
from ledger.opening import open_behind, open_ledger


def open_from(settings: Settings) -> Ledger:
    """Return the ledger of the settings' folder, recovered and writing; an older state is only read.

    Raises:
        SetupError: no ledger, no guard, no passphrase, or another process that writes.
        StoppedError: this is another state than what was signed, published or cosigned already.
        KeyFileError: keys that this passphrase does not open.
    """
    passphrase = passphrase_of(settings)
    try:
        return open_ledger(
            settings.folder,
            passphrase,
            guard=settings.guard,
            tiles=settings.tiles,
            witnesses=settings.witnesses,
            database=settings.database,
            allow_async=settings.allow_async,
        )
    except BehindError as error:
        return open_behind(settings.folder, passphrase, error, database=settings.database)


def passphrase_of(settings: Settings) -> bytes:
    """Return the passphrase that the settings give, or the first line of the file that they name."""
    if settings.passphrase is not None:
        return settings.passphrase.get_secret_value().encode()
    if settings.passphrase_file is None:
        raise SetupError("passphrase", came="none", expected="SUYUAN_PASSPHRASE_FILE or SUYUAN_PASSPHRASE")
    try:
        return settings.passphrase_file.read_bytes().split(b"\n", 1)[0].rstrip(b"\r")
    except OSError as error:
        raise SetupError(str(settings.passphrase_file), came=error.strerror, expected="a readable file") from error
