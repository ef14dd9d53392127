"""Where missing blocks are read: a running server, or the folder of a mirror or an export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ledger.client.client import LedgerClient
from ledger.errors import LedgerError, SetupError, UnknownError
from ledger.tiles.folder import TileFolder
from verifier.ledgerformat.submission import Submission, parse_submission
from verifier.primitives.tiles import Tile, parse_bundle


class BlockSource(Protocol):
    """Blocks as somebody else has them. Nothing that it says is believed."""

    def note(self) -> bytes:
        """Return the newest checkpoint of which everything is there."""
        ...

    def note_of(self, size: int) -> bytes | None:
        """Return the checkpoint of a block, None where it is not kept."""
        ...

    def bundle(self, tile: Tile) -> list[bytes]:
        """Return the entries of a bundle."""
        ...

    def batch(self, leaf: int) -> bytes:
        """Return the batch answer of a statement."""
        ...


class ServerSource:
    """Another server of the ledger: a follower, or one that was left running."""

    def __init__(self, client: LedgerClient) -> None:
        """Ask a client, whose request key may read bundles and batches."""
        self._client = client

    def note(self) -> bytes:
        """Return the published checkpoint."""
        return self._client.checkpoint()

    def note_of(self, size: int) -> bytes | None:
        """Return a block's checkpoint."""
        try:
            return self._client.checkpoint(size)
        except LedgerError:
            return None

    def bundle(self, tile: Tile) -> list[bytes]:
        """Return the entries of a bundle."""
        return self._client.bundle(tile)

    def batch(self, leaf: int) -> bytes:
        """Return a batch answer."""
        return self._client.batch(leaf)


class FolderSource:
    """A mirror's copy, or an export (docs/formats.md, section 19)."""

    def __init__(self, root: Path) -> None:
        """Read a folder.

        Raises:
            SetupError: it holds no checkpoint.
        """
        self._root = root
        self._tiles = TileFolder(root)
        if not (root / "checkpoint").is_file():
            raise SetupError(str(root), came="no checkpoint in it", expected="a mirror's copy, or an export")

    def note(self) -> bytes:
        """Return the checkpoint up to which the folder holds everything."""
        return (self._root / "checkpoint").read_bytes()

    def note_of(self, size: int) -> bytes | None:  # noqa: ARG002 - as the interface has it
        """Return None: only the newest checkpoint is kept."""
        return None

    def bundle(self, tile: Tile) -> list[bytes]:
        """Return the entries of a bundle."""
        return parse_bundle(self._tiles.read(tile), tile.width, str(self._tiles.path(tile)))

    def batch(self, leaf: int) -> bytes:
        """Return a batch answer."""
        try:
            return (self._root / "batches" / str(leaf)).read_bytes()
        except FileNotFoundError:
            raise UnknownError("batch", came=leaf, expected="a batch that the folder holds") from None


def read_submissions(folders: Sequence[Path]) -> dict[bytes, Submission]:
    """Return kept submissions by the bytes of their statement: they have disclosures and attachments, which no log has.

    Raises:
        MalformedError: a file that is no submission.
    """
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.submission")):
            submission = parse_submission(path.read_bytes())
            found[submission.statement] = submission
    return found
