"""Sending endorsements: keep, submit, keep the promise, check it, redeem it; each batch by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.client.client import LedgerClient, Receipt
from ledger.client.keeping import Kept, keep_submission
from ledger.client.redeem import check_promise, redeem
from verifier.ledgerformat.submission import Submission, format_submission
from verifier.ledgerformat.trust_policy import TrustPolicy


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch that the ledger promised, or recorded.

    Attributes:
        count: its events.
        kept: where submission, promise and receipt are.
        receipt: as it came first.
        recorded: size of the quorum checkpoint that redeemed the promise, None where nobody waited for it.
    """

    count: int
    kept: Kept
    receipt: Receipt
    recorded: int | None


def send_batches(
    client: LedgerClient,
    submissions: Sequence[Submission],
    *,
    keep: Path,
    policy: TrustPolicy,
    wait: float | None,
    clock: Callable[[], float],
) -> list[Sent]:
    """Send batches; return each once its promise is kept and checked, and, with `wait` seconds, redeemed.

    All submissions are kept before the first is sent: whatever happens, the same bytes can be sent again.

    Raises:
        SuyuanError: what the ledger answered; batches before it are recorded.
        InconsistentError: the ledger broke a promise.
    """
    kept = [keep_submission(keep, format_submission(each)) for each in submissions]
    promised = []
    for each, submission in zip(kept, submissions, strict=True):
        receipt = client.submit(format_submission(submission))
        each.promise(receipt.data)
        check_promise(client, each, policy, int(clock()))
        promised.append((each, receipt, len(submission.heads)))
    sizes = [None if wait is None else redeem(client, each, policy, patience=wait).size for each, _, _ in promised]
    return [Sent(count, each, receipt, size) for (each, receipt, count), size in zip(promised, sizes, strict=True)]
