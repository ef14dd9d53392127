"""What the database says was taken out by orders. Whether there are such orders, `commitments` checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.fsck.rows import Rows, text_of
from ledger.store.erasing import ERASED, parse_erasure
from ledger.store.interface import Deletion


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What meta rows say was taken out. Read, not checked.

    Attributes:
        orders: by event name, the order by which its body went.
        pointers: by event number, its disclosures that went.
        attachments: SHA-256 of those that went.
    """

    orders: Mapping[bytes, bytes]
    pointers: Mapping[int, frozenset[str]]
    attachments: frozenset[bytes]


def read_taken_out(rows: Rows) -> TakenOut:
    """Return what meta rows say was taken out; rows that cannot be read say nothing."""
    orders: dict[bytes, bytes] = {}
    pointers: dict[int, frozenset[str]] = {}
    attachments: set[bytes] = set()
    for deletion in filter(None, (read_deletion(name, value) for name, value in rows.all("meta"))):
        if deletion.body:
            orders[deletion.event] = deletion.order
        pointers[deletion.seq] = pointers.get(deletion.seq, frozenset()) | frozenset(deletion.pointers)
        attachments.update(deletion.attachments)
    return TakenOut(orders, pointers, frozenset(attachments))


def read_deletion(name: object, value: object) -> Deletion | None:
    """Return what a meta row says was taken out; None where it is another row, or cannot be read."""
    spelt, said = text_of(name), text_of(value)
    if spelt is None or said is None or not spelt.startswith(ERASED):
        return None
    try:
        return parse_erasure(spelt, said).deletion
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
