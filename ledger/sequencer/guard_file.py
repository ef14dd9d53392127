"""The guard as a file, on another disk than the database if there is one.

Two slots are written in turn, each with its own hash: a torn write leaves the other one whole. A file with
something in it and no whole slot is damaged, and nobody knows what has left: the ledger does not start.
"""

from __future__ import annotations

import fcntl
import os
import re
from hashlib import sha256
from pathlib import Path

from ledger.errors import StoppedError
from ledger.sequencer.guard import require_extension
from ledger.tiles.files import make_folder, sync_folder

_SLOT = 256
_TEXT = re.compile(rb"(suyuan guard v1 (0|[1-9][0-9]{0,19}) ([0-9a-f]{64})) ([0-9a-f]{64})\n\0*")


class FileGuard:
    """A file with the newest (size, root) that may have left."""

    def __init__(self, path: Path) -> None:
        """Open the guard, or begin one. One ledger at a time may have it, however many copies of it there are.

        Raises:
            StoppedError: it cannot be opened for writing, another process has it, or it is damaged.
        """
        self.path = path
        self._file = _open(path)
        try:
            slots = [os.pread(self._file, _SLOT, at) for at in (0, _SLOT)]
            self._newest, self._next = _newest_of(slots, path)
        except BaseException:
            os.close(self._file)
            raise

    @property
    def name(self) -> str:
        """Return the file's path."""
        return str(self.path)

    @property
    def newest(self) -> tuple[int, bytes] | None:
        """Return the newest (size, root), None for a new guard."""
        return self._newest

    def record(self, size: int, root: bytes) -> None:
        """Write and sync (size, root); only then may a signature over them leave.

        Raises:
            StoppedError: another root for this size or a smaller size, or the disk failed.
        """
        require_extension(self._newest, size, root, self.name)
        try:
            os.pwrite(self._file, _format_slot(size, root), self._next)
            os.fdatasync(self._file)
        except OSError as error:
            raise StoppedError(str(self.path), came=error.strerror, expected="a guard that can be written") from error
        self._newest, self._next = (size, root), _SLOT - self._next

    def close(self) -> None:
        """Close the file. A second time nothing happens: the number may be another file's by then."""
        closed, self._file = self._file, -1
        if closed != -1:
            os.close(closed)


def _open(path: Path) -> int:
    """Return the descriptor of a guard that nobody else has; the file is there durably."""
    try:
        make_folder(path.parent)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoppedError(str(path), came=error.strerror, expected="a guard that can be written") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        sync_folder(path.parent)
    except BlockingIOError:
        os.close(file)
        raise StoppedError(str(path), came="another process that has it", expected="one ledger") from None
    except OSError as error:
        os.close(file)
        raise StoppedError(str(path), came=error.strerror, expected="a guard that can be written") from error
    return file


def _newest_of(slots: list[bytes], path: Path) -> tuple[tuple[int, bytes] | None, int]:
    """Return the newest (size, root), None in a new guard, and where the next goes."""
    parsed = [_parse_slot(slot) for slot in slots]
    newest = max((slot for slot in parsed if slot), default=None)
    if newest is None and any(any(slot) for slot in slots):
        todo = (
            "Nobody can tell from it what this ledger has signed: see `a lost or damaged guard` in docs/operations.md. "
            "Ask the witnesses first, and keep this file."
        )
        raise StoppedError(str(path), came="a damaged guard", expected="a size and a root, whole", todo=todo)
    return newest, 0 if newest is None or newest == parsed[1] else _SLOT


def _format_slot(size: int, root: bytes) -> bytes:
    text = f"suyuan guard v1 {size} {root.hex()}"
    line = f"{text} {sha256(text.encode()).hexdigest()}\n".encode()
    return line.ljust(_SLOT, b"\0")


def _parse_slot(data: bytes) -> tuple[int, bytes] | None:
    """Return what a slot holds, None where it is empty, torn or no slot of ours."""
    found = _TEXT.fullmatch(data)
    if not found or sha256(found[1]).hexdigest().encode() != found[4]:
        return None
    return int(found[2]), bytes.fromhex(found[3].decode())
