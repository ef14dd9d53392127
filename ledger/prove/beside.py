"""Processes beside a server that examine its proofs, so that making and examining do not share one interpreter.

They decide nothing by themselves: the same code runs here wherever one is not there, not ready yet, ended, or silent.
"""

from __future__ import annotations

import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue

from ledger.frames import EndedError, receive_frame, send_frame
from ledger.prove.examined import Question, examine, fault_of, format_question
from verifier.proof.known import Known

PROGRAM = (sys.executable, "-P", "-m", "ledger.prove.examining")  # -P: not what lies in the working directory
_SILENT = 10.0  # seconds without an answer, after which a process is ended
_AGAIN = 5.0  # seconds before another is begun in the place of one that ended
_LEAVE = 1.0  # seconds in which it may end by itself


class ExaminingProcess:
    """One process; one thread at a time asks it.

    Attributes:
        pid: the process.
        answers: whether it has said that it does.
    """

    def __init__(self, program: Sequence[str], silent: float = _SILENT) -> None:
        """Begin it, to be given up after so many seconds without an answer; raise OSError where that cannot be."""
        self._socket, its = socket.socketpair()
        self._socket.settimeout(silent)
        try:
            # Our own program, named by this module; no shell.
            self._popen = subprocess.Popen(program, stdin=its.fileno(), stdout=sys.stderr)  # noqa: S603
        except BaseException:
            self._socket.close()
            raise
        finally:
            its.close()  # it has its own copy, and reads the end once ours is closed
        self._coming = select.poll()
        self._coming.register(self._socket, select.POLLIN)
        self.pid = self._popen.pid
        self.answers = False

    def is_ready(self) -> bool:
        """Return whether it has said that it answers; it takes a moment to begin. Raises EndedError."""
        if not self.answers and self._coming.poll(0):
            receive_frame(self._socket)
            self.answers = True
        return self.answers

    def ask(self, question: bytes) -> str | None:
        """Return why a proof does not leave; None where it may.

        Raises:
            EndedError: there is no answer.
        """
        try:
            send_frame(self._socket, question)
            return receive_frame(self._socket).decode() or None
        except UnicodeDecodeError as error:
            raise EndedError from error

    def end(self) -> None:
        """Let it end: it reads the end of its input; then it is killed."""
        self._socket.close()
        try:
            self._popen.wait(_LEAVE)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()


class _Place:
    """Where one process stands, or did, or is to."""

    def __init__(self) -> None:
        self.process: ExaminingProcess | None = None
        self.begun = float("-inf")


class Examiners:
    """So many processes that examine proofs. Any thread may ask; without any, and after its end, it examines here."""

    def __init__(
        self,
        most: int = 0,
        *,
        program: Sequence[str] = PROGRAM,
        silent: float = _SILENT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin none yet: each begins when it is first wanted.

        Args:
            most: how many at most.
            program: what each runs.
            silent: seconds without an answer, after which one is ended.
            monotonic: seconds, never going back.
        """
        self._most = most
        self._program = program
        self._silent = silent
        self._monotonic = monotonic
        self._free: SimpleQueue[_Place] = SimpleQueue()
        self._places = [_Place() for _ in range(most)]
        for place in self._places:
            self._free.put(place)

    @property
    def pids(self) -> list[int]:
        """Return the processes that answer."""
        processes = [place.process for place in self._places]
        return [each.pid for each in processes if each and each.answers]

    def fault(self, asked: Question, known: Known) -> str | None:
        """Return why a proof does not leave; None where it may.

        Args:
            asked: the proof, and what it is judged by.
            known: the memory of whoever examines it here.
        """
        if self._most:
            place = self._free.get()
            try:
                if process := self._running(place):
                    return process.ask(format_question(asked))
            except EndedError:
                self._end(place)
            finally:
                self._free.put(place)
        return fault_of(examine(asked, known))

    def close(self) -> None:
        """End all of them, each when it has answered; whoever asks afterwards is answered here."""
        most, self._most = self._most, 0
        for place in [self._free.get() for _ in range(most)]:
            self._end(place)
            self._free.put(place)  # somebody may wait for one

    def _running(self, place: _Place) -> ExaminingProcess | None:
        """Return the process of a place, begun if there is none; None while it is not ready. Raises EndedError."""
        if place.process is None:
            self._begin(place)
        process = place.process
        return process if process and process.is_ready() else None

    def _begin(self, place: _Place) -> None:
        if not self._most or self._monotonic() - place.begun < _AGAIN:
            return
        place.begun = self._monotonic()
        with suppress(OSError):
            place.process = ExaminingProcess(self._program, self._silent)

    def _end(self, place: _Place) -> None:
        process, place.process = place.process, None
        if process:
            process.end()
