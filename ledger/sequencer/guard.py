"""The guard: what this ledger has committed to, kept apart from the database and its backups.

A restored backup, or a second machine, would sign another root for a size that was signed already. So
before a signature over (size, root) leaves, both are written and synced here; at start the ledger must
extend what stands here, or it stays read-only.

Two slots are written in turn, each with its own hash: a torn write leaves the other one whole.
"""

from __future__ import annotations

import fcntl
import os
from hashlib import sha256
from pathlib import Path

from ledger.errors import StoppedError

_SLOT = 256


class Guard:
    """A file with the newest (size, root) that may have left."""

    def __init__(self, path: Path) -> None:
        """Open the guard, or begin one. One ledger at a time may have it, however many copies of it there are.

        Raises:
            StoppedError: it cannot be opened for writing, or another process has it.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoppedError(str(path), came=error.strerror, expected="a guard that can be written") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise StoppedError(str(path), came="another process that has it", expected="one ledger") from None
        slots = [_parse_slot(os.pread(self._file, _SLOT, at)) for at in (0, _SLOT)]
        self._newest = max((slot for slot in slots if slot), default=None)
        self._next = 0 if self._newest is None or self._newest == slots[1] else _SLOT

    @property
    def newest(self) -> tuple[int, bytes] | None:
        """Return the newest (size, root), None for a new guard."""
        return self._newest

    def record(self, size: int, root: bytes) -> None:
        """Write and sync (size, root); only then may a signature over them leave.

        Raises:
            StoppedError: another root for this size or a smaller size, or the disk failed.
        """
        if self._newest and (size < self._newest[0] or (size == self._newest[0] and root != self._newest[1])):
            came, expected = f"size {size}", f"an extension of size {self._newest[0]}"
            raise StoppedError(str(self.path), came=came, expected=expected)
        try:
            os.pwrite(self._file, _format_slot(size, root), self._next)
            os.fdatasync(self._file)
        except OSError as error:
            raise StoppedError(str(self.path), came=error.strerror, expected="a guard that can be written") from error
        self._newest, self._next = (size, root), _SLOT - self._next

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def _format_slot(size: int, root: bytes) -> bytes:
    text = f"suyuan guard v1 {size} {root.hex()}"
    line = f"{text} {sha256(text.encode()).hexdigest()}\n".encode()
    return line.ljust(_SLOT, b"\0")


def _parse_slot(data: bytes) -> tuple[int, bytes] | None:
    """Return what a slot holds, None where it is empty or torn."""
    text, _, digest = data.split(b"\n")[0].decode("ascii", "replace").rpartition(" ")
    words = text.split(" ")
    if len(words) != 5 or sha256(text.encode()).hexdigest() != digest:
        return None
    return int(words[3]), bytes.fromhex(words[4])
