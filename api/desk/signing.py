"""Signing what was prepared, sending it, and following it until a quorum stands behind it."""

from __future__ import annotations

from api.desk.answered import PROMISED, Answered, note_targets
from api.desk.office import Office
from api.desk.preparing import Preparation
from ledger.client.keeping import Kept, keep_submission
from ledger.client.redeem import check_promise, redeem
from ledger.client.sequence import take_numbers
from ledger.endorsing.endorse import sign_endorsements
from verifier.errors import IncompleteError
from verifier.ledgerformat.submission import format_submission


def sign(office: Office, prepared: Preparation) -> Kept:
    """Number and sign what was prepared, under one signature, and keep it; nothing is sent yet.

    The ledger that it is for is the one whose proofs were checked, not what a service says it is.

    Raises:
        SignerError: the key cannot be reached, or refuses.
        SetupError: the numbers or the submission cannot be kept.
    """
    kid = office.signer.public.kid
    (submission,) = sign_endorsements(
        [each.composed for each in prepared.ready],
        office.signer,
        agency=office.agency,
        audience=prepared.ready[0].origin,
        take=lambda count: take_numbers(office.numbers, kid, count),
    )
    kept = keep_submission(office.keep, format_submission(submission))
    note_targets(kept, [each.target for each in prepared.ready])
    return kept


def send(office: Office, kept: Kept) -> None:
    """Send a kept submission, keep the promise, and check it; the same bytes may be sent again.

    Raises:
        SuyuanError: what the ledger answered, or what is wrong with its promise.
    """
    submission = kept.read("submission")
    if submission is None:
        return
    receipt = office.client.submit(submission)
    kept.promise(receipt.data)
    check_promise(office.client, kept, office.policy, int(office.clock()))


def follow(office: Office, answered: Answered) -> None:
    """Look once whether a quorum stands behind a promise; if so, keep the receipt that says it.

    Raises:
        InconsistentError: the ledger broke its promise; evidence is kept where it can be had.
        SuyuanError: what the ledger answered.
    """
    if answered.state != PROMISED:
        return
    try:
        redeem(office.client, answered.kept, office.policy, patience=0, clock=office.clock)
    except IncompleteError:
        return
