"""From events to a signed submission: one signature over the batch."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.compose.event import ComposedEvent
from ledger.signing.signer import Signer
from verifier.ledgerformat.statement import (
    batch_root,
    build_statement,
    format_batch_header,
    format_envelope_header,
    format_payload,
)
from verifier.ledgerformat.submission import Submission
from verifier.primitives.cose import format_bare_sign1, signed_bytes


def sign_batch(
    events: Sequence[ComposedEvent], signer: Signer, *, issuer: str, audience: Sequence[str], first: int
) -> Submission:
    """Return the submission of a batch.

    Args:
        events: 1 to 4,096 events of this issuer, in batch order.
        signer: the issuer's key.
        issuer: participant URI.
        audience: origins of the ledgers that it is meant for.
        first: this key's sequence number for the first event.
    """
    heads = [each.head for each in events]
    protected = format_batch_header(
        alg=signer.public.alg, kid=signer.public.kid, issuer=issuer, audience=sorted(audience)
    )
    root = batch_root(heads)
    payload = format_payload(root=root, count=len(heads), first=first)
    statement = build_statement(
        protected=protected,
        root=root,
        count=len(heads),
        first=first,
        signature=signer.sign(signed_bytes(protected=protected, payload=payload)),
    )
    attachments = dict.fromkeys(attachment for each in events for attachment in each.attachments)
    return Submission(
        statement=statement.entry,
        heads=tuple(heads),
        bodies=tuple(each.body for each in events),
        disclosures=tuple(each.disclosures for each in events),
        attachments=tuple(attachments),
    )


def sign_envelope(digest: bytes, signer: Signer, *, issuer: str, subject: str, audience: Sequence[str]) -> bytes:
    """Return a hash envelope (RFC 9995) over a SHA-256 digest."""
    protected = format_envelope_header(
        alg=signer.public.alg, kid=signer.public.kid, issuer=issuer, subject=subject, audience=sorted(audience)
    )
    signature = signer.sign(signed_bytes(protected=protected, payload=digest))
    return format_bare_sign1(protected=protected, payload=digest, signature=signature)
