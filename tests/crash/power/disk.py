"""A disk that loses power: what was synced stays, of the rest any part may be there.

Of writes that were not synced, each sector may have reached the disk or not, in any order. Of changes to
a folder that was not synced, any number of the first ones.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.crash.power.syscalls import Call

SECTOR = 512


@dataclass(slots=True)
class _File:
    """A file's durable bytes, and what was written since."""

    durable: bytearray
    size: int = 0
    pending: list[tuple[int, int, bytes | None]] = field(default_factory=list)  # line, offset, data; None truncates

    def write(self, line: int, offset: int, data: bytes) -> None:
        self.pending.append((line, offset, data))
        self.size = max(self.size, offset + len(data))

    def truncate(self, line: int, size: int) -> None:
        self.pending.append((line, size, None))
        self.size = size

    def sync(self, before: int) -> None:
        """Make durable what was written before a line."""
        for line, offset, data in self.pending:
            if line < before:
                _apply(self.durable, offset, data)
        self.pending = [each for each in self.pending if each[0] >= before]

    def after_power_loss(self, rnd: random.Random) -> bytes:
        content = bytearray(self.durable)
        for _, offset, data in self.pending:
            if data is None:
                if rnd.random() < 0.5:
                    _apply(content, offset, None)
                continue
            for start in range(0, len(data), SECTOR):
                if rnd.random() < 0.5:
                    _apply(content, offset + start, data[start : start + SECTOR])
        return bytes(content)


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


@dataclass(slots=True)
class _Folder:
    """A folder's durable names, and how they changed since."""

    durable: dict[str, _File | _Folder] = field(default_factory=dict)
    now: dict[str, _File | _Folder] = field(default_factory=dict)
    pending: list[tuple[int, str, _File | _Folder | None]] = field(default_factory=list)

    def change(self, line: int, name: str, to: _File | _Folder | None) -> None:
        self.pending.append((line, name, to))
        _rename(self.now, name, to)

    def sync(self, before: int) -> None:
        for line, name, to in self.pending:
            if line < before:
                _rename(self.durable, name, to)
        self.pending = [each for each in self.pending if each[0] >= before]

    def after_power_loss(self, rnd: random.Random) -> dict[str, _File | _Folder]:
        names = dict(self.durable)
        for _, name, to in self.pending[: rnd.randrange(len(self.pending) + 1)]:
            _rename(names, name, to)
        return names


def _rename(names: dict[str, _File | _Folder], name: str, to: _File | _Folder | None) -> None:
    if to is None:
        names.pop(name, None)
    else:
        names[name] = to


class Disk:
    """Everything below one folder, as it was at first and as calls changed it."""

    def __init__(self, root: Path) -> None:
        """Begin with what is there, all of it durable."""
        self._root = PurePosixPath(root)
        self._tree = _load(root)
        self._positions: dict[tuple[str, int], int] = {}

    def apply(self, call: Call) -> None:
        """Let a call happen, if it is about something here."""
        if call.paths and PurePosixPath(call.paths[0]).is_relative_to(self._root):
            getattr(self, f"_{call.name}")(call)

    def lose_power(self, target: Path, rnd: random.Random) -> None:
        """Write what is found afterwards to a new folder."""
        _store(self._tree, target, rnd)

    def _openat(self, call: Call) -> None:
        path = call.paths[0]
        if PurePosixPath(path) == self._root:
            return  # opened to make its names durable
        folder, name = self._parent(path)
        found = folder.now.get(name)
        if found is None and "O_CREAT" in call.flags:
            found = _File(bytearray())
            folder.change(call.began, name, found)
        if isinstance(found, _File):
            if "O_TRUNC" in call.flags and found.size:
                found.truncate(call.began, 0)
            self._positions[path, call.result] = found.size if "O_APPEND" in call.flags else 0

    def _write(self, call: Call) -> None:
        file = self._file(call.paths[0])
        at = self._positions.get((call.paths[0], call.descriptor), file.size)
        file.write(call.began, at, call.data[: call.result])
        self._positions[call.paths[0], call.descriptor] = at + call.result

    _writev = _write

    def _pwrite64(self, call: Call) -> None:
        assert call.offset is not None
        self._file(call.paths[0]).write(call.began, call.offset, call.data[: call.result])

    _pwritev = _pwrite64

    def _ftruncate(self, call: Call) -> None:
        assert call.offset is not None
        self._file(call.paths[0]).truncate(call.began, call.offset)

    def _fallocate(self, call: Call) -> None:
        raise AssertionError(f"not modelled: {call}")

    def _fsync(self, call: Call) -> None:
        self._at(call.paths[0]).sync(call.began)

    _fdatasync = _fsync

    def _rename(self, call: Call) -> None:
        (old_folder, old), (new_folder, new) = (self._parent(each) for each in call.paths[-2:])
        moved = old_folder.now[old]
        new_folder.change(call.began, new, moved)
        old_folder.change(call.began, old, None)

    _renameat = _renameat2 = _rename

    def _link(self, call: Call) -> None:
        (old_folder, old), (new_folder, new) = (self._parent(each) for each in call.paths[-2:])
        new_folder.change(call.began, new, old_folder.now[old])

    _linkat = _link

    def _unlink(self, call: Call) -> None:
        folder, name = self._parent(call.paths[-1])
        folder.change(call.began, name, None)

    _unlinkat = _rmdir = _unlink

    def _mkdir(self, call: Call) -> None:
        folder, name = self._parent(call.paths[-1])
        folder.change(call.began, name, _Folder())

    _mkdirat = _mkdir

    def _at(self, path: str) -> _File | _Folder:
        found: _File | _Folder = self._tree
        for part in PurePosixPath(path).relative_to(self._root).parts:
            assert isinstance(found, _Folder)
            found = found.now[part]
        return found

    def _file(self, path: str) -> _File:
        found = self._at(path)
        assert isinstance(found, _File)
        return found

    def _parent(self, path: str) -> tuple[_Folder, str]:
        pure = PurePosixPath(path)
        folder = self._at(str(pure.parent))
        assert isinstance(folder, _Folder)
        return folder, pure.name


def _load(root: Path) -> _Folder:
    folder = _Folder()
    for each in root.iterdir():
        folder.durable[each.name] = _load(each) if each.is_dir() else _File(bytearray(each.read_bytes()))
        if isinstance(found := folder.durable[each.name], _File):
            found.size = len(found.durable)
    folder.now = dict(folder.durable)
    return folder


def _store(folder: _Folder, target: Path, rnd: random.Random) -> None:
    target.mkdir()
    for name, found in folder.after_power_loss(rnd).items():
        if isinstance(found, _Folder):
            _store(found, target / name, rnd)
        elif not name.endswith("-shm"):  # shared memory: SQLite makes it anew when nobody has it open
            (target / name).write_bytes(found.after_power_loss(rnd))
            (target / name).chmod(0o600)
