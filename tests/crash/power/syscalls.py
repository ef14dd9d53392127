"""What a process did to files, from strace: `strace -f -y -xx -s BIG -e trace=SYSCALLS -o LOG`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SYSCALLS = (
    "openat,write,pwrite64,writev,pwritev,ftruncate,fallocate,fsync,fdatasync,rename,renameat,renameat2,"
    "link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir"
)  # fmt: skip
_LINE = re.compile(r"(\d+) +(.*)")
_UNFINISHED, _RESUMED = " <unfinished ...>", re.compile(r"<\.\.\. (\w+) resumed>")
_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+)(?:<(.*)>)?(?: .*)?$", re.DOTALL)
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_DESCRIPTOR = re.compile(r"(-?\d+|AT_FDCWD)<((?:[^>\\]|\\.)*)>")


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that succeeded, at its beginning and at its end.

    Attributes:
        name: of the call.
        began: number of the line on which it began.
        paths: files and folders named by descriptors or names, in order.
        descriptor: the first argument, where it is one.
        data: what a write wrote.
        offset: of a pwrite.
        flags: the rest of the line, for openat and fallocate.
        result: what it returned.
    """

    name: str
    began: int
    paths: tuple[str, ...]
    descriptor: int
    data: bytes
    offset: int | None
    flags: str
    result: int


def read_calls(log: Path) -> Iterator[Call]:
    """Yield calls in the order in which they ended."""
    pending: dict[str, tuple[int, str]] = {}
    with log.open(encoding="ascii", errors="replace") as lines:
        for number, line in enumerate(lines):
            matched = _LINE.match(line.rstrip("\n"))
            if not matched:
                continue
            thread, text = matched.groups()
            began = number
            if text.endswith(_UNFINISHED):
                pending[thread] = number, text.removesuffix(_UNFINISHED)
                continue
            if resumed := _RESUMED.match(text):
                began, begun = pending.pop(thread)
                text = begun + text[resumed.end() :]
            if call := _parse(text, began):
                yield call


def _parse(text: str, began: int) -> Call | None:
    matched = _CALL.match(text)
    if not matched or int(matched.group(3)) < 0:
        return None
    name, arguments, result, _ = matched.groups()
    descriptors = _DESCRIPTOR.findall(arguments)
    strings = [bytes.fromhex(each.replace("\\x", "")) for each in _STRING.findall(arguments)]
    named = [_unescaped(path) for _, path in descriptors]
    data, paths = b"", tuple(named)
    if name in ("write", "pwrite64", "writev", "pwritev"):
        data = b"".join(strings)
    elif strings:
        paths = _resolved(descriptors, strings)
    numbers = re.findall(r", (\d+)", arguments)
    number = int(descriptors[0][0]) if descriptors and descriptors[0][0].lstrip("-").isdigit() else -1
    offset = int(numbers[-1]) if name in ("pwrite64", "pwritev", "ftruncate") else None
    return Call(name, began, paths, number, data, offset, arguments, int(result))


def _resolved(descriptors: list[tuple[str, str]], strings: list[bytes]) -> tuple[str, ...]:
    """Return whole paths of the names; those that begin nowhere stand below the folder named before them."""
    folders = [_unescaped(path) for _, path in descriptors]
    whole = []
    for place, each in enumerate(strings):
        path = each.decode()
        folder = folders[min(place, len(folders) - 1)] if folders else ""
        whole.append(path if path.startswith("/") else f"{folder}/{path}")
    return tuple(whole)


def _unescaped(path: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda found: chr(int(found.group(1), 16)), path)
