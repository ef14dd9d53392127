"""From promise to record: wait for a quorum, and check that the promise was kept.

A receipt without a quorum is the ledger's word alone. Here it is checked against a checkpoint that
witnesses cosigned; if the two contradict each other, the ledger's own signatures convict it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from ledger.client.client import LedgerClient, Receipt
from ledger.client.keeping import Kept
from ledger.client.logtree import VerifiedTree
from ledger.client.trusted import TrustedLedger, read_charter
from ledger.errors import SetupError
from ledger.prove.log import consistency_path, root_at
from verifier.errors import IncompleteError, InconsistentError, VerificationError
from verifier.ledgerformat.receipt import parse_receipt, receipt_root
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.merkle import check_consistency, leaf_hash
from verifier.primitives.tiles import Tile
from verifier.proof.alone import VerifiedReceipt
from verifier.proof.evidence import CheckpointCommitment, ReceiptCommitment

POLL = 1.0  # seconds between two looks


def check_promise(client: LedgerClient, kept: Kept, policy: TrustPolicy, now: int) -> VerifiedReceipt:
    """Return what the promise says, once it is certain that the trusted ledger signed it; `now` in POSIX seconds.

    Raises:
        VerificationError: it did not.
    """
    statement, promise = _both(kept)
    data = client.charter()
    trusted = read_charter(data, policy, now)
    kept.charter(data)
    return trusted.receipt(promise, statement)


class Asked(Protocol):
    """What redeeming asks a ledger for; `LedgerClient` answers it."""

    def receipt(self, identity: bytes) -> Receipt:
        """Return the newest receipt of a statement."""
        ...

    def checkpoint(self, size: int | None = None) -> bytes:
        """Return the checkpoint of a size, or the newest."""
        ...

    def charter(self) -> bytes:
        """Return the charter file."""
        ...

    def consistency(self, size: int, newer: int) -> list[bytes]:
        """Return the consistency path between two sizes."""
        ...

    def tile(self, tile: Tile) -> list[bytes]:
        """Return the hashes of a tile."""
        ...


def redeem(
    client: Asked,
    kept: Kept,
    policy: TrustPolicy,
    *,
    patience: float,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> VerifiedReceipt:
    """Wait until a quorum stands behind a statement, check the promise against it, and keep receipt and checkpoint.

    Args:
        client: asks the ledger.
        kept: statement and promise.
        policy: the pinned charter, and what the submitter asks of quorums.
        patience: seconds to wait.
        clock: POSIX seconds.
        sleep: waits for seconds.

    Raises:
        IncompleteError: no quorum within that time; ask again later.
        InconsistentError: the ledger broke its promise; evidence was written where it can be had.
    """
    end = clock() + patience
    while (recorded := _look(client, kept, policy, int(clock()))) is None:
        if clock() >= end:
            todo = "The promise is kept. Run the same command again later."
            raise IncompleteError("checkpoint", came="no quorum yet", expected="cosignatures", todo=todo)
        sleep(POLL)
    return recorded


def _look(client: Asked, kept: Kept, policy: TrustPolicy, now: int) -> VerifiedReceipt | None:
    """Return the receipt once a quorum stands behind it, None before."""
    receipt = client.receipt(kept.identity)
    if not receipt.recorded:
        return None
    note, data = client.checkpoint(receipt.size), client.charter()
    trusted = read_charter(data, policy, now)
    checkpoint = trusted.checkpoint(note)
    statement, promise = _both(kept)
    if not checkpoint.quorum or checkpoint.checkpoint.size < parse_receipt(promise).size:
        return None
    _require_promise_kept(client, kept, trusted, checkpoint.checkpoint, note)
    recorded = trusted.receipt(receipt.data, statement, checkpoint)
    kept.charter(data)
    kept.write("receipt", receipt.data)
    kept.write("checkpoint", note)
    return recorded


def _require_promise_kept(client: Asked, kept: Kept, trusted: TrustedLedger, newer: Checkpoint, note: bytes) -> None:
    """Return if the promised root is the one that the newer checkpoint extends."""
    statement, promise = _both(kept)
    trusted.receipt(promise, statement)
    parsed, leaf = parse_receipt(promise), leaf_hash(statement)
    root = receipt_root(parsed, leaf)
    try:
        path = client.consistency(parsed.size, newer.size) if parsed.size < newer.size else []
        check_consistency(size=parsed.size, root=root, newer_size=newer.size, newer_root=newer.root, path=path)
    except VerificationError:
        if parsed.size < newer.size:
            note, whole = _compare_tiles(client, parsed.size, root, trusted)
            if not whole:
                return  # only the answer about consistency was wrong
        else:
            whole = []
        todo = "Keep both: the receipt and the checkpoint contradict each other."
        commitments = ReceiptCommitment(promise, leaf), CheckpointCommitment(note)
        if evidence := trusted.fork_evidence(*commitments, whole):
            kept.write("evidence", evidence)
            todo = f"{kept.path('evidence')} convicts the ledger; give it to everybody."
        kept.write("checkpoint", note)
        came = f"another root at size {parsed.size}"
        raise InconsistentError("promise", came=came, expected=f"{root.hex()}, as promised", todo=todo) from None


def _compare_tiles(client: Asked, size: int, root: bytes, trusted: TrustedLedger) -> tuple[bytes, list[bytes]]:
    """Return the published checkpoint, and the path from the promised size; no path where the promised root is its.

    Raises:
        IncompleteError: nothing as large is published yet.
        MismatchError: the tiles are not those of the published checkpoint.
    """
    note = client.checkpoint()
    newer = trusted.checkpoint(note).checkpoint
    if newer.size <= size:
        raise IncompleteError("checkpoint", came=f"size {newer.size}", expected=f"more than {size}", todo="Try again.")
    tree = VerifiedTree(newer, client.tile)
    if root_at(tree, size) == root:
        return note, []
    return note, consistency_path(tree, size, newer.size, whole=True)


def _both(kept: Kept) -> tuple[bytes, bytes]:
    """Return statement and promise."""
    statement, promise = kept.read("statement"), kept.read("promise")
    if statement is None or promise is None:
        raise SetupError(str(kept.path("promise")), came="no promise", expected="one, kept when it was submitted")
    return statement, promise
