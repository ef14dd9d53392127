"""What the ledger refuses, beside what the verifier refuses (`verifier.errors`). None knows HTTP.

SuyuanError
LedgerError
ConflictError      it, or a part of it, is recorded already
UnknownError       there is no such thing here
PrivateError       there may be, but not for whoever asks
BusyError          try again later
OverloadError      so too, since too much waits already
StaleError         a ledger's time does not fit a witness's clock
UnreachableError   no answer came, or one that broke off
StoppedError       this ledger no longer writes, and says why
BehindError        this database is an older state than what has left
KeyFileError       a key file that cannot be opened
SignerError        a smart key or signing program that does not sign, or signs wrongly
SetupError         the folder, database or charter is not what it must be
"""

from __future__ import annotations

from verifier.errors import SuyuanError


class LedgerError(SuyuanError):
    """A refusal of the ledger."""

    code = "ledger"


class ConflictError(LedgerError):
    """An event, id or sequence number that is recorded already."""

    code = "conflict"


class UnknownError(LedgerError):
    """There is no such thing in this ledger."""

    code = "unknown"


class PrivateError(LedgerError):
    """Not open to whoever asks."""

    code = "private"


class BusyError(LedgerError):
    """Not now; later it may be. `retry_after` is in seconds."""

    code = "busy"
    retry_after = 1


class OverloadError(BusyError):
    """Too much is waiting already, of everybody's or of whoever asks; nothing was begun."""

    code = "overload"


class StaleError(LedgerError):
    """The ledger's time does not fit the witness's clock: not cosigned now, perhaps later."""

    code = "stale"


class UnreachableError(LedgerError):
    """No answer, or one that broke off: the network, a proxy, or a server that is down."""

    code = "unreachable"


class StoppedError(LedgerError):
    """The writer has stopped and will not write again before somebody looked."""

    code = "stopped"


class BehindError(StoppedError):
    """The database is an older state than what was signed, published or cosigned: it may be read, and restored."""

    code = "behind"


class KeyFileError(LedgerError):
    """A key file that is not there, not private, or not opened by this passphrase."""

    code = "key-file"


class SignerError(LedgerError):
    """A key outside this process cannot be reached, refuses, or gave a signature that is not its own."""

    code = "signer"


class SetupError(LedgerError):
    """Folder, database or charter are not what they must be to start."""

    code = "setup"
