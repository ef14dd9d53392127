"""Durable files: written aside, synced, linked into place, the folder synced. Never written over."""

from __future__ import annotations

import os
from pathlib import Path

from ledger.errors import StoppedError


def write_new(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file that will never change, under a mode (less what the process takes from all its files).

    A crash leaves the whole file or a temporary one that nobody reads. Where the file is there already
    it must hold the same bytes: two writers, or a writer after a crash, meet here.

    Raises:
        StoppedError: it could not be made durable, or holds other bytes.
    """
    if path.exists():
        if path.read_bytes() != content:
            raise StoppedError(str(path), came="other bytes in an immutable file", expected="the same or none")
        return
    try:
        make_folder(path.parent)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        _write_synced(temporary, content, mode)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StoppedError(str(path), came=error.strerror, expected="a disk that can be written") from error


def replace(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file that changes (a checkpoint): whoever reads sees the old bytes or the new, never a mixture."""
    try:
        make_folder(path.parent)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        _write_synced(temporary, content, mode)
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StoppedError(str(path), came=error.strerror, expected="a disk that can be written") from error


def make_folder(path: Path) -> None:
    """Make a folder and those above it, as far as they are missing; each is durable before anything is in it."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make a folder's entries durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_synced(path: Path, content: bytes, mode: int = 0o644) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
