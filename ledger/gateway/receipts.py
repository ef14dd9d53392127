"""Receipts: checked when they come, and redeemed once a quorum stands behind the promise."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.client.client import LedgerClient
from ledger.client.redeem import redeem
from ledger.client.trusted import TrustedLedger, read_charter
from ledger.errors import UnknownError
from ledger.gateway.rounds import Held, Round
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
        asked = Round(self._client)
        redeemed: dict[int, Held] = {}
        try:
            for each in found:
                if (held := self._redeem(each, asked)) is not None:
                    redeemed[each.number] = held
        finally:
            self._keep(redeemed)
        return len(found) < _SOME or len(redeemed) < len(found)

    def _cosigned(self) -> int:
        """Return how many leaves the newest checkpoint with a quorum covers, by the service's word; 0 for none."""
        try:
            return parse_signed_checkpoint(self._client.checkpoint(quorum=True))[0].size
        except UnknownError:
            return 0

    def _redeem(self, promise: _Promise, asked: Round) -> Held | None:
        """Return what redeemed a promise; None where no quorum stands behind it yet."""
        held = Held(self._folder, promise.identity)
        held.write("statement", promise.statement)
        held.write("promise", promise.promise)
        try:
            self._redeem_held(held, asked)
        except IncompleteError:
            return None
        except VerificationError:
            held.lay_down()
            raise
        return held

    def _redeem_held(self, held: Held, asked: Round) -> None:
        try:
            redeem(asked, held, self._policy, patience=0.0)
        except VerificationError:  # what the round knows may be older than this receipt
            redeem(Round(self._client), held, self._policy, patience=0.0)

    def _keep(self, redeemed: Mapping[int, Held]) -> None:
        if not redeemed:
            return
        rows = [(held.read("receipt"), held.read("checkpoint"), number) for number, held in redeemed.items()]
        with self._store.writing() as connection:
            connection.executemany("UPDATE batch SET receipt = ?, checkpoint = ? WHERE number = ?", rows)
