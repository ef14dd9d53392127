"""A key's sequence numbers, kept durably beside its file: no number is ever given twice (formats, section 6).

Numbers are taken before anything is signed. A crash, or a batch that is refused, leaves a gap, which is
allowed; two ranges that overlap would be refused.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from ledger.errors import SetupError
from ledger.tiles.files import make_folder, replace
from verifier.errors import MalformedError
from verifier.primitives.base64strict import parse_decimal

_FIRST_LINE = "suyuan sequence v1"


def sequence_path(key: Path) -> Path:
    """Return the file that holds the next number of a key file's key."""
    return key.with_name(f"{key.name}.sequence")


def next_number(key: Path, kid: bytes) -> int:
    """Return the next number of a key, taking nothing; 0 where nothing was taken yet."""
    path = sequence_path(key)
    try:
        lines = path.read_text("ascii").split("\n")
    except FileNotFoundError:
        return 0
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(str(path), came=str(error), expected="a readable sequence file") from error
    if len(lines) != 3 or lines[0] != _FIRST_LINE or lines[2]:
        raise MalformedError(str(path), came="another shape", expected=f"{_FIRST_LINE}, a kid and a number")
    named, _, number = lines[1].partition(" ")
    if named != kid.hex():
        raise MalformedError(str(path), came=f"key {named}", expected=f"key {kid.hex()}")
    return parse_decimal(number, str(path))


def take_numbers(key: Path, kid: bytes, count: int, *, first: int | None = None) -> int:
    """Take `count` numbers durably; return the first.

    Args:
        key: the key's file.
        kid: its thumbprint.
        count: how many.
        first: go on from here; for a key whose sequence file was lost.

    Raises:
        SetupError: the file cannot be written.
        MalformedError: it belongs to another key, or `first` is a number that was taken already.
    """
    held = _open_lock(Path(f"{sequence_path(key)}.lock"))
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        begin = next_number(key, kid)
        if first is not None and first < begin:
            raise MalformedError("--first", came=first, expected=f"at least {begin}, the next number")
        begin = begin if first is None else first
        replace(sequence_path(key), f"{_FIRST_LINE}\n{kid.hex()} {begin + count}\n".encode())
    finally:
        os.close(held)
    return begin


def _open_lock(path: Path) -> int:
    try:
        make_folder(path.parent)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SetupError(str(path), came=error.strerror, expected="a folder that can be written") from error
