"""What intake judges by, over a snapshot of the store."""

from __future__ import annotations

from ledger.admission.intake import Standing
from ledger.store.interface import Reader
from verifier.judgement.replay import Replay
from verifier.ledgerformat.head import Head, parse_head

_ENVELOPE = 0xD2  # first byte of a hash envelope, which has no head


def standing_over(reader: Reader, origin: str, *, leaf: int, now: int, replay: Replay) -> Standing:
    """Return what submissions to the ledger `origin` are judged by.

    Args:
        reader: a snapshot; what is answered is looked for in it.
        origin: the ledger's.
        leaf: the next one.
        now: the ledger's clock, milliseconds since 1970.
        replay: registry and waiting proposals.
    """

    def find_head(name: bytes) -> Head | None:
        found = reader.find_event(name)
        return parse_head(found.head) if found and found.head[0] != _ENVELOPE else None

    def find_body(name: bytes) -> bytes | None:
        found = reader.find_event(name)
        return found.body if found else None

    return Standing(origin, leaf, now, replay, find_head, find_body)
