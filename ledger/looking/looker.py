"""One looker, seen from the ledger's process: begun, asked, ended."""

from __future__ import annotations

import marshal
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from ledger.frames import EndedError, receive_frame, send_frame
from ledger.looking.passing import Looked, Question, format_question, parse_answer

_BEGINNING = 60.0  # seconds in which it must have opened the database
_PATIENCE = 5.0  # seconds for which it may be silent over one group
_LEAVE = 1.0  # seconds in which it may end by itself


class Looker:
    """A process. One thread uses it at a time."""

    def __init__(self, program: Sequence[str], folder: str, database: str | None, origin: str) -> None:
        """Begin it, and wait until it is ready.

        Raises:
            EndedError: it has ended, or is not ready in time; nothing of it is left.
            OSError: it cannot be begun.
        """
        ours, theirs = socket.socketpair()
        self._channel = ours
        try:  # our own program, named by this package; no shell
            self._popen = subprocess.Popen(program, stdin=theirs.fileno(), stdout=subprocess.DEVNULL)  # noqa: S603
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self.pid = self._popen.pid
        try:
            ours.settimeout(_BEGINNING)
            send_frame(ours, marshal.dumps((folder, database, origin)))
            receive_frame(ours)
            ours.settimeout(_PATIENCE)
        except EndedError:
            self.kill()
            raise

    def look(self, question: Question) -> list[Looked]:
        """Return what it answers; something for each submission.

        Raises:
            EndedError: it has ended, or is silent; `kill` it.
        """
        send_frame(self._channel, format_question(question))
        looked = parse_answer(receive_frame(self._channel))
        if len(looked) != len(question.group):
            raise EndedError
        return looked

    def end(self) -> None:
        """Let it end: it reads the end of its input. Then it is killed."""
        self._channel.close()
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(_LEAVE)
        self.kill()

    def kill(self) -> None:
        """End it now, where it has not ended."""
        self._channel.close()
        self._popen.kill()
        self._popen.wait()
