"""From settings to a running ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from socket import gethostname

from structlog.typing import FilteringBoundLogger

from api.settings import Settings
from ledger.election.candidate import Candidate
from ledger.election.opening import Standing, is_on_server, open_candidate
from ledger.errors import BehindError, SetupError
from ledger.ledger import Ledger
from ledger.looking.lookers import Lookers
from ledger.opening import open_behind, open_ledger
from verifier.errors import SuyuanError


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


@dataclass(frozen=True, slots=True)
class Running:
    """A ledger that runs, and the candidate that stands for it where several processes may."""

    ledger: Ledger
    candidate: Candidate | None = None

    def close(self) -> None:
        """Stand no more, finish what is queued, and let go of everything."""
        if self.candidate:
            self.candidate.close()
        else:
            self.ledger.close()


def run_from(
    settings: Settings,
    tell: Callable[[str], None] = lambda _: None,
    tell_fault: Callable[[SuyuanError], None] = lambda _: None,
) -> Running:
    """Return the running ledger of the settings: in a file, it leads; on a database server, it stands for election.

    Args:
        settings: where everything is.
        tell: told `leads` or `follows`, each time that this changes.
        tell_fault: told why this process could not follow, renew or lead, each time that this changes.

    Raises:
        SetupError: no ledger, no guard, no passphrase, a server that may not be written to, or another writer.
        StoppedError: this is an older state than what was signed, published or cosigned already.
        KeyFileError: keys that this passphrase does not open.
    """
    if not is_on_server(settings.folder, settings.database):
        return Running(open_from(settings))
    standing = Standing(
        holder=f"{gethostname()}:{settings.port} {token_hex(4)}",
        url=settings.advertise or f"http://{settings.host}:{settings.port}",
        guard=settings.guard,
        tiles=settings.tiles,
        database=settings.database,
        replica=settings.replica,
        allow_async=settings.allow_async,
        witnesses=settings.witnesses,
        seconds=settings.lease,
    )
    candidate = open_candidate(settings.folder, passphrase_of(settings), standing, tell=tell, tell_fault=tell_fault)
    try:
        candidate.start()
    except BaseException:
        candidate.close()
        raise
    return Running(candidate.ledger, candidate)


def lookers_of(settings: Settings, ledger: Ledger, logger: FilteringBoundLogger) -> Lookers | None:
    """Return what begins processes that look at submissions when there are many; None where there are to be none."""
    if not settings.intake_processes:
        return None
    return Lookers(
        settings.intake_processes,
        str(settings.folder.absolute()),
        ledger.origin,
        database=settings.database,
        tell=lambda fault: logger.warning("looker ended", fault=fault),
    )


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
