"""From an order in force to what it takes out (docs/formats.md, section 12, *Erasure*)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.store.interface import Deletion, Reader
from verifier.errors import SuyuanError
from verifier.judgement.acts import Erasure
from verifier.ledgerformat.disclosure import parse_attachment, parse_disclosure
from verifier.ledgerformat.head import parse_head
from verifier.proof.examination import WHOLE_BODY


def plan_deletion(order: Erasure, reader: Reader) -> Deletion | None:
    """Return what an order takes out of a store that is still there, None if nothing is.

    Attachments are those that the disclosures name which go; whether other events need them is not looked at here.
    """
    stored = reader.find_event(order.target)
    if stored is None or parse_head(stored.head).type.startswith("registry."):
        return None
    held = reader.disclosures(stored.seq)
    whole = WHOLE_BODY in order.what
    pointers = tuple(each for each in held if whole or each in order.what)
    body = whole and stored.body is not None
    if not body and not pointers:
        return None
    attachments = tuple(dict.fromkeys(_attachments({each: held[each] for each in pointers})))
    return Deletion(order.event, order.since, order.target, stored.seq, body, pointers, attachments)


def erased_body(order: Erasure, reader: Reader) -> bytes | None:
    """Return the hash of the body that an order has erased, as the head that stays says it; None if it erased none."""
    stored = reader.find_event(order.target) if WHOLE_BODY in order.what else None
    return parse_head(stored.head).body if stored else None


def _attachments(texts: Mapping[str, str]) -> Iterator[bytes]:
    for text in texts.values():
        try:
            named = parse_attachment(parse_disclosure(text).value)
        except SuyuanError:
            continue  # a value of another kind
        if named:
            yield named.sha256
