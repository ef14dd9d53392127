"""Where an audit reads: a folder that `suyuan export` wrote, or a ledger's address. Both hold the same paths."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from verifier.primitives.tiles import Tile, format_tile_path
from verifier.proof.audit.source import AbsentError, ClosedError, Source, SourceError


class OpenSource(Source, Protocol):
    """A source that is to be closed."""

    def close(self) -> None:
        """Read no more."""
        ...


def open_source(where: str, headers: Mapping[str, str] | None = None) -> OpenSource:
    """Return the source for an address or a folder.

    Raises:
        AbsentError: a folder that is not there.
    """
    if urlsplit(where).scheme in ("http", "https"):
        from verifier.cli.read_ahead import ReadAhead  # noqa: PLC0415 - whoever reads files needs no network
        from verifier.cli.server_source import ServerSource  # noqa: PLC0415 - the same

        return ReadAhead(ServerSource(where, headers or {}))
    folder = Path(where)
    if not folder.is_dir():
        raise AbsentError(where, came="no folder", expected="a folder that `suyuan export` wrote, or an http address")
    return FolderSource(folder)


class FolderSource:
    """A folder with the paths of a ledger as files."""

    def __init__(self, folder: Path) -> None:
        """Read below a folder."""
        self.folder = folder

    def checkpoint(self) -> bytes:
        """Return the signed note."""
        return self.read("checkpoint")

    def charter(self) -> bytes:
        """Return the charter file."""
        return self.read("charter")

    def tile(self, tile: Tile) -> bytes:
        """Return a tile's or bundle's bytes."""
        return self.read(format_tile_path(tile))

    def batch(self, leaf: int) -> bytes:
        """Return a batch answer."""
        return self.read(f"batches/{leaf}")

    def close(self) -> None:
        """Do nothing: no file is held open."""

    def read(self, path: str) -> bytes:
        """Return a file's bytes.

        Raises:
            AbsentError: there is none.
            ClosedError: it may not be read.
            SourceError: the disk gave an error.
        """
        try:
            return (self.folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise AbsentError(path, came="no file", expected="one, as the checkpoint promises") from None
        except PermissionError as error:
            raise ClosedError(path, came=error.strerror, expected="a file that may be read") from error
        except OSError as error:
            raise SourceError(path, came=error.strerror, expected="a file that can be read") from error
