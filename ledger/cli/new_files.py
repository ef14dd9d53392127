"""Files that a command makes for people to carry away: written once, never over another."""

from __future__ import annotations

from pathlib import Path

from ledger.errors import SetupError


def write_new(out: Path, data: bytes) -> Path:
    """Write a file that is not there yet, and return its path.

    Raises:
        SetupError: it is there already, or cannot be written.
    """
    try:
        with out.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise SetupError(str(out), came="a file that is there already", expected="a new file") from None
    except OSError as error:
        raise SetupError(str(out), came=error.strerror, expected="a folder that can be written") from error
    return out
