"""Receipts: checked when they come, and redeemed once a quorum stands behind the promise."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger.client.client import LedgerClient
from ledger.client.keeping import Kept
from ledger.client.redeem import redeem
from ledger.client.trusted import TrustedLedger, read_charter
from ledger.errors import UnknownError
from ledger.gateway.store import Store
from verifier.errors import IncompleteError, MismatchError, SuyuanError, VerificationError
from verifier.ledgerformat.receipt import parse_receipt, verify_receipt
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash

_SOME = 16  # batches redeemed in one turn
_PROMISED = "SELECT 1 FROM batch WHERE receipt IS NULL AND promise IS NOT NULL LIMIT 1"


class ReceiptChecker:
    """Checks that a receipt is the trusted ledger's, for a statement; the charter is fetched when it is needed."""

    def __init__(self, client: LedgerClient, policy: TrustPolicy, *, clock: Callable[[], float] = time.time) -> None:
        """Check by a trust policy; `clock` in POSIX seconds."""
        self._client, self._policy, self._clock = client, policy, clock
        self._trusted: TrustedLedger | None = None

    def __call__(self, statement: bytes, receipt: bytes) -> None:
        """Return if the receipt is one for the statement; raise SuyuanError if not, or if nobody can tell now."""
        try:
            self._check(statement, receipt, self._trusted or self._fetch())
        except VerificationError:
            self._check(statement, receipt, self._fetch())  # there may be a newer charter

    @property
    def trusted(self) -> TrustedLedger:
        """Return the ledger as its charter describes it."""
        return self._trusted or self._fetch()

    def _fetch(self) -> TrustedLedger:
        self._trusted = read_charter(self._client.charter(), self._policy, int(self._clock()))
        return self._trusted

    def _check(self, statement: bytes, receipt: bytes, trusted: TrustedLedger) -> None:
        parsed = parse_receipt(receipt)
        in_force = trusted.registry.charter_at(parsed.size - 1)
        if in_force.receipt.kid != parsed.kid:
            raise MismatchError("receipt.kid", came=parsed.kid, expected=in_force.receipt.kid.hex())
        verify_receipt(parsed, leaf=leaf_hash(statement), key=in_force.receipt, origin=in_force.origin)


@dataclass(frozen=True, slots=True)
class _Promise:
    number: int
    identity: bytes
    statement: bytes
    promise: bytes


class Redeemer:
    """Redeems promises: receipts against a checkpoint with a quorum take their place beside them."""

    def __init__(self, store: Store, client: LedgerClient, policy: TrustPolicy) -> None:
        """Redeem the promises of a store."""
        self._store, self._client, self._policy = store, client, policy
        self._folder: Path = store.folder / "receipts"
        self.fault: SuyuanError | None = None

    def turn(self) -> bool:
        """Redeem some promises; return whether nothing more can be redeemed now.

        Raises:
            SuyuanError: the ledger cannot be asked, or broke a promise; the evidence lies beside the receipts.
        """
        sql = (
            "SELECT number, identity, statement, promise FROM batch WHERE receipt IS NULL AND promise IS NOT NULL "
            "AND leaf < ? ORDER BY number LIMIT ?"
        )
        with self._store.reading() as connection:
            waits = connection.execute(_PROMISED).fetchone()
        if waits is None:
            return True
        size = self._cosigned()
        with self._store.reading() as connection:
            found = [_Promise(*row) for row in connection.execute(sql, (size, _SOME))]
        redeemed = [self._redeem(each) for each in found]
        return len(found) < _SOME or not all(redeemed)

    def _cosigned(self) -> int:
        """Return how many leaves the newest checkpoint with a quorum covers, by the service's word; 0 for none."""
        try:
            return parse_signed_checkpoint(self._client.checkpoint(quorum=True))[0].size
        except UnknownError:
            return 0

    def _redeem(self, promise: _Promise) -> bool:
        kept = Kept(self._folder, promise.identity)
        kept.write("statement", promise.statement)
        kept.promise(promise.promise)
        try:
            redeem(self._client, kept, self._policy, patience=0.0)
        except IncompleteError:
            return False
        sql = "UPDATE batch SET receipt = ?, checkpoint = ? WHERE number = ?"
        with self._store.writing() as connection:
            connection.execute(sql, (kept.read("receipt"), kept.read("checkpoint"), promise.number))
        for kind in ("statement", "promise", "receipt", "checkpoint"):
            kept.path(kind).unlink(missing_ok=True)
        return True
