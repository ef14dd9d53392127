"""Many promises redeemed in one round: what they have in common is asked for once, and nothing is written meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.client.client import LedgerClient, Receipt
from ledger.client.keeping import Kept
from verifier.primitives.tiles import Tile


class Round:
    """A ledger's service as it answers during one round (`ledger.client.redeem.Asked`)."""

    def __init__(self, client: LedgerClient) -> None:
        """Ask with a client."""
        self._client = client
        self._charter: bytes | None = None
        self._checkpoints: dict[int, bytes] = {}
        self._paths: dict[tuple[int, int], list[bytes]] = {}

    def receipt(self, identity: bytes) -> Receipt:
        """Return the newest receipt of a statement."""
        return self._client.receipt(identity)

    def charter(self) -> bytes:
        """Return the charter file; a receipt under a newer one fails in this round, and is redeemed in the next."""
        if self._charter is None:
            self._charter = self._client.charter()
        return self._charter

    def checkpoint(self, size: int | None = None) -> bytes:
        """Return the checkpoint of a size, or the newest."""
        if size is None:
            return self._client.checkpoint()
        if size not in self._checkpoints:
            self._checkpoints[size] = self._client.checkpoint(size)
        return self._checkpoints[size]

    def consistency(self, size: int, newer: int) -> list[bytes]:
        """Return the consistency path between two sizes."""
        if (size, newer) not in self._paths:
            self._paths[size, newer] = self._client.consistency(size, newer)
        return self._paths[size, newer]

    def tile(self, tile: Tile) -> list[bytes]:
        """Return the hashes of a tile."""
        return self._client.tile(tile)


@dataclass(frozen=True, slots=True)
class Held(Kept):
    """What would be files, in memory; `lay_down` makes files of them, where somebody has to see them.

    Attributes:
        contents: by kind.
    """

    contents: dict[str, bytes] = field(default_factory=dict)

    def read(self, kind: str) -> bytes | None:
        """Return what is held of a kind."""
        return self.contents.get(kind)

    def write(self, kind: str, content: bytes) -> None:
        """Hold something."""
        self.contents[kind] = content

    def charter(self, data: bytes) -> None:
        """Hold the charter file."""
        self.contents["charter"] = data

    def lay_down(self) -> None:
        """Write all of it beside the receipts."""
        beside = Kept(self.folder, self.identity)
        for kind, content in self.contents.items():
            if kind == "charter":
                beside.charter(content)
            else:
                beside.write(kind, content)
