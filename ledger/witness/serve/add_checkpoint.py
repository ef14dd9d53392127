"""The door `POST /add-checkpoint`: one log's request to its judge, and each refusal to its answer.

What takes long (a ledger that is replayed, or asked about its seals) goes on after the answer *later* was
given; the witness then hands its lines in by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError

from ledger.errors import BusyError, ConflictError, LedgerError, OverloadError, SetupError, UnknownError
from ledger.witness.protocol import (
    MAX_REQUEST,
    SIZE_KIND,
    AddCheckpoint,
    SizeConflictError,
    WitnessedLog,
    parse_add_checkpoint,
)
from ledger.witness.serve.server import Door, Reply, Request, later
from ledger.witness.store import StoreFailedError
from verifier.errors import InconsistentError, MalformedError, SuyuanError, UnsupportedError, VerificationError

PATH = "/add-checkpoint"
PATIENCE = 8.0  # seconds within which a ledger's checkpoint is judged; log clients wait for ten or so


class Prompt:
    """A log whose judgement may take long: answered in time or refused as *later*, never two at once."""

    def __init__(self, log: WitnessedLog, seconds: float = PATIENCE) -> None:
        """Wait for `log` at most `seconds`."""
        self._log, self._seconds = log, seconds
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="suyuan-add-checkpoint")
        self._running: Future[bytes] | None = None
        self._mutex = threading.Lock()

    @property
    def origin(self) -> str | None:
        """Return the log's name."""
        return self._log.origin

    def add_checkpoint(self, asked: AddCheckpoint) -> bytes:
        """Return the lines, if they come in time.

        Raises:
            OverloadError: another one's do not.
            BusyError: they do not come in time; what was begun goes on.
        """
        with self._mutex:
            if self._running and not self._running.done():
                came, expected = "another is being judged", "one at a time"
                raise OverloadError("checkpoint", came=came, expected=expected, todo="Try again.")
            self._running = judged = self._pool.submit(self._log.add_checkpoint, asked)
        try:
            return judged.result(self._seconds)
        except LateError:
            expected = f"an answer within {self._seconds:g} s"
            raise BusyError("checkpoint", came="still judged", expected=expected, todo="Try again.") from None

    def close(self) -> None:
        """Wait for what is under way."""
        self._pool.shutdown()


def add_checkpoint_door(logs: Callable[[], Sequence[WitnessedLog]], failed: Callable[[Exception], None]) -> Door:
    """Return the door.

    Args:
        logs: those that this witness cosigns for.
        failed: told when the witness's own database failed, so that it ends.
    """

    def answer(request: Request) -> Reply | None:
        if request.method != "POST" or request.path != PATH:
            return None
        try:
            asked = parse_add_checkpoint(request.body)
            return Reply(200, _log_of(asked, logs()).add_checkpoint(asked))
        except StoreFailedError as error:
            failed(error)
            return Reply(500, b"the witness's own database failed\n")
        except SuyuanError as error:
            return refusal(error)

    return Door(answer, {PATH: MAX_REQUEST})


def refusal(error: SuyuanError) -> Reply:
    """Return what the protocol's table answers to a refusal (C2SP tlog-witness v1.0.0)."""
    if isinstance(error, SizeConflictError):
        return Reply(409, f"{error.size}\n".encode(), SIZE_KIND)
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return Reply(status, f"{error}\n".encode(), headers=later(status))


_STATUS: tuple[tuple[type[SuyuanError], int], ...] = (
    (UnknownError, 404), (InconsistentError, 422), (MalformedError, 400), (UnsupportedError, 400),
    (VerificationError, 403), (ConflictError, 503), (SetupError, 500),
    (OverloadError, 429), (LedgerError, 503),
)  # fmt: skip


def _log_of(asked: AddCheckpoint, logs: Sequence[WitnessedLog]) -> WitnessedLog:
    """Return the log that the note's first line names; its signature is that log's to check."""
    named = asked.note.partition(b"\n")[0].decode(errors="replace")
    for log in logs:
        if log.origin == named:
            return log
    if any(log.origin is None for log in logs):
        raise BusyError("origin", came=named, expected="a name that is known; one ledger did not answer so far")
    raise UnknownError("origin", came=named, expected="a log that this witness cosigns for")
