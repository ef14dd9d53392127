"""From an order in force to what it takes out (docs/formats.md, section 12, *Erasure*)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.store.interface import Deletion, Naming, Reader
from verifier.errors import SuyuanError
from verifier.judgement.acts import Erasure
from verifier.judgement.registry import Registry
from verifier.ledgerformat.disclosure import parse_attachment, parse_disclosure
from verifier.ledgerformat.head import parse_head
from verifier.proof.examination import WHOLE_BODY


def plan_deletion(order: Erasure, reader: Reader, registry: Registry) -> Deletion | None:
    """Return what an order takes out of a store that is still there, None if nothing is.

    Attachments are those that the disclosures name which go; whether other events need them is not looked at here.
    `registry` has the types that say which disclosures name one.
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
    named = attachments_by(registry)
    texts = [held[each] for each in pointers if named(stored.head, stored.leaf, each)]
    attachments = tuple(dict.fromkeys(_attachments(texts)))
    return Deletion(order.event, order.since, order.target, stored.seq, body, pointers, attachments)


def count_due(reader: Reader, registry: Registry, size: int) -> int:
    """Return how many of the orders in force at a size are about something that is still there."""
    return sum(plan_deletion(order, reader, registry) is not None for order in registry.erasures_at(size))


def erased_body(order: Erasure, reader: Reader) -> bytes | None:
    """Return the hash of the body that an order has erased, as the head that stays says it; None if it erased none."""
    stored = reader.find_event(order.target) if WHOLE_BODY in order.what else None
    return parse_head(stored.head).body if stored else None


def attachments_by(registry: Registry) -> Naming:
    """Return what tells whether a disclosure names an attachment: its event's type does, not what its value looks like.

    Others may hold any value, the hash of somebody else's attachment too; no bytes came with those.
    """

    def names_attachment(head: bytes, leaf: int, pointer: str) -> bool:
        rule = registry.type_at(parse_head(head).type, leaf).disclosures.get(pointer)
        return rule is not None and rule.attachment

    return names_attachment


def _attachments(texts: Sequence[str]) -> Iterator[bytes]:
    for text in texts:
        try:
            named = parse_attachment(parse_disclosure(text).value)
        except SuyuanError:
            continue  # what stands there was erased by itself
        if named:
            yield named.sha256
