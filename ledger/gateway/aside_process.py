"""A running process that reads (`ledger.gateway.aside`), seen from who began it: frames out, frames in, its end."""

from __future__ import annotations

import os
import select
import subprocess
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from fcntl import fcntl
from math import ceil

from ledger.gateway.aside import LENGTH, frame_of

_PIPE = 1 << 20  # bytes that a pipe holds, if the system lets it
_SET_PIPE_SIZE = 1031  # F_SETPIPE_SZ of Linux
_LEAVE = 1.0  # seconds in which it may end by itself


class EndedError(Exception):
    """The process has ended."""


class AsideProcess:
    """One process; one thread uses it, and none of its pipes can block that."""

    def __init__(self, program: Sequence[str]) -> None:
        """Begin it; raise OSError where that cannot be."""
        # Our own program, named by this module; no shell.
        self._popen = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)  # noqa: S603
        self.pid = self._popen.pid
        self._into, self._from = (each.fileno() for each in (self._popen.stdin, self._popen.stdout) if each)
        for each in (self._into, self._from):
            os.set_blocking(each, False)
            with suppress(OSError):
                fcntl(each, _SET_PIPE_SIZE, _PIPE)
        self._to_write: deque[memoryview] = deque()
        self._heard = bytearray()

    def send(self, data: bytes) -> None:
        """Let a frame be written as soon as the process takes it."""
        self._to_write.append(memoryview(frame_of(data)))

    def turn(self, wake: int, patience: float | None) -> list[bytes]:
        """Write and read what is possible; return the frames that came.

        Args:
            wake: what becomes readable when there is something else to do.
            patience: seconds to wait at most; None for ever.

        Raises:
            EndedError: it has ended, and nothing that it said is left.
        """
        ready = select.poll()
        ready.register(self._from, select.POLLIN)
        ready.register(wake, select.POLLIN)
        if self._to_write:
            ready.register(self._into, select.POLLOUT)
        events = {descriptor for descriptor, _ in ready.poll(None if patience is None else ceil(1000 * patience))}
        if self._into in events:
            self._write()
        if self._from in events:
            self._read()
        return self._frames()

    def end(self) -> None:
        """Let it end: it reads the end of its input; then it is killed."""
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe:
                pipe.close()
        try:
            self._popen.wait(_LEAVE)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it now; `turn` tells so when all that it said was read."""
        self._popen.kill()
        self._popen.wait()

    def _write(self) -> None:
        try:
            while self._to_write:
                written = os.write(self._into, self._to_write[0])
                if written < len(self._to_write[0]):
                    self._to_write[0] = self._to_write[0][written:]
                    return
                self._to_write.popleft()
        except BlockingIOError:
            pass
        except BrokenPipeError:  # what it answered before may still be there
            self._to_write.clear()

    def _read(self) -> None:
        data = os.read(self._from, _PIPE)
        if not data:
            raise EndedError
        self._heard += data

    def _frames(self) -> list[bytes]:
        frames = []
        at = 0
        while len(self._heard) >= at + LENGTH:
            end = at + LENGTH + int.from_bytes(self._heard[at : at + LENGTH], "little")
            if len(self._heard) < end:
                break
            frames.append(bytes(self._heard[at + LENGTH : end]))
            at = end
        del self._heard[:at]
        return frames
