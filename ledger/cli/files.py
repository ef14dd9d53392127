"""Files that commands read."""

from __future__ import annotations

from pathlib import Path

from ledger.errors import SetupError
from verifier.errors import MalformedError


def read_file(path: Path, most: int) -> bytes:
    """Return a file's bytes.

    Raises:
        SetupError: it cannot be read.
        MalformedError: it has more than `most` bytes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise SetupError(str(path), came=error.strerror, expected="a readable file") from error
    if len(data) > most:
        raise MalformedError(str(path), came="more", expected=f"at most {most} bytes")
    return data
