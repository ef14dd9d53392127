"""Receipts of several statements at once: one snapshot, and each signature looked at once.

A block's receipts share their checkpoint, and so the signature over its root. It verifies or does not whatever the
leaf; what each leaf has of its own is its path, and that path must lead to the very root that was verified.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.prove.log import inclusion_path
from ledger.store.interface import Reader, StoredCheckpoint, StoredStatement
from ledger.tiles.folder import LogReader
from verifier.ledgerformat.receipt import format_receipt, parse_receipt, receipt_root, verify_receipt
from verifier.primitives.keys import PublicKey
from verifier.primitives.merkle import leaf_hash


class SharedRoot:
    """Receipts against one checkpoint, over one log."""

    def __init__(self, checkpoint: StoredCheckpoint, log: LogReader, key: PublicKey) -> None:
        """Verify nothing yet."""
        self.checkpoint = checkpoint
        self._log = log
        self._key = key
        self._verified: bytes | None = None  # the root that the receipt key signed
        self._nodes: dict[tuple[int, int], bytes] = {}

    def subtree(self, height: int, index: int) -> bytes:
        """Return the root over a complete subtree; neighbours' paths share most of theirs."""
        found = self._nodes.get((height, index))
        if found is None:
            found = self._nodes[height, index] = self._log.subtree(height, index)
        return found

    def receipt(self, leaf: int, entry: bytes) -> bytes:
        """Return the receipt of an entry, checked before it leaves."""
        checkpoint = self.checkpoint
        made = format_receipt(
            protected=checkpoint.receipt_header,
            signature=checkpoint.receipt_signature,
            size=checkpoint.size,
            index=leaf,
            path=inclusion_path(self, leaf, checkpoint.size),
        )
        read, hashed = parse_receipt(made), leaf_hash(entry)
        if self._verified is None or receipt_root(read, hashed) != self._verified:
            self._verified = verify_receipt(read, leaf=hashed, key=self._key, origin=read.origin)
        return made


def statements_at(leaves: Sequence[int], reader: Reader) -> dict[int, StoredStatement]:
    """Return the statements at leaves that stand side by side, as those of a block do; else none of them."""
    first, last = min(leaves, default=0), max(leaves, default=-1) + 1
    if last - first > 2 * len(leaves):
        return {}
    return {each.leaf: each for each in reader.statements(first, last)}
