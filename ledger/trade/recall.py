"""The reach of a recall: which items it is about, and how many of them were traced, stopped and returned."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.errors import UnknownError
from ledger.store.interface import Reader, StoredEvent
from ledger.trade.members import downstream_of
from ledger.trade.whereabouts import WHERES, Told, Where, Whereabouts
from verifier.ledgerformat.head import Head, event_name, format_head, parse_head
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.subject import subject_name

RECALL, PROGRESS, LIFTED = "aftersales.recall", "aftersales.recall-progress", "aftersales.recall-lifted"
SUSPENDED, RESUMED = "aftersales.sale-suspended", "aftersales.sale-resumed"
_ENVELOPE = 0xD2


@dataclass(frozen=True, slots=True)
class Recall:
    """A recall as it stands.

    Attributes:
        name: of its event, 32 bytes.
        goods: URIs of the products, lots and items that it names.
        responsible: URI of the firm that answers for it, None where it names none.
        by: whose it is.
        lifted: name of the event that ended it, None while it stands.
        suspended: who stopped selling these goods, has not resumed, and set no term that is over at the newest seal.
        reported: what its newest progress report counts, None where there is none.
    """

    name: bytes
    goods: tuple[str, ...]
    responsible: str | None
    by: str
    lifted: bytes | None
    suspended: tuple[str, ...]
    reported: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a recall reaches.

    Attributes:
        sources: what it names, and every lot and item that was made of or from that.
        whole: whether these are all; a search goes through 1,024 at most.
        where: how many of the affected items are where.
        size: leaves that this is about.
    """

    sources: tuple[str, ...]
    whole: bool
    where: Mapping[Where, int]
    size: int

    @property
    def affected(self) -> int:
        """Return how many items it is about."""
        return sum(self.where.values())

    @property
    def traced(self) -> int:
        """Return how many left the stock and are known to be in which parcel, or to have come back."""
        return self.affected - self.where["stock"]

    @property
    def stopped(self) -> int:
        """Return how many never reached a consumer: they are in stock, or held."""
        return self.where["stock"] + self.where["held"]

    @property
    def returned(self) -> int:
        """Return how many came back."""
        return self.where["returned"]


def read_recall(name: bytes, reader: Reader, size: int) -> Recall:
    """Return a recall by its event's name.

    Raises:
        UnknownError: there is no such event below `size`, or it is no recall.
    """
    stored = reader.find_event(name)
    head = parse_head(stored.head) if stored and stored.head[0] != _ENVELOPE and stored.leaf < size else None
    if stored is None or stored.body is None or head is None or head.type != RECALL:
        raise UnknownError("recall", came=name, expected=f"an event of type {RECALL}")
    subjects = json.loads(stored.body)["subjects"]
    goods = tuple(subjects["goods"])
    answers = list(_answers(name, goods, reader, size))
    lifted = next((event_name(row.head) for row, each in answers if each.type == LIFTED), None)
    reports = [json.loads(row.body)["data"] for row, each in answers if each.type == PROGRESS and row.body]
    return Recall(
        name=name,
        goods=goods,
        responsible=subjects.get("responsible"),
        by=head.principal,
        lifted=lifted,
        suspended=_suspended(goods, reader, size),
        reported=reports[-1] if reports else None,
    )


def reach_of(goods: Sequence[str], reader: Reader, size: int) -> Reach:
    """Return how far a recall of goods reaches: every item once, and where it is."""
    found = downstream_of(goods, reader, size)
    whereabouts = Whereabouts(
        lambda name: [parse_head(each) for each in _heads(name, reader, size)], lambda head: _place(head, reader)
    )
    where = dict.fromkeys(WHERES, 0)
    for name in found.items:
        heads = _heads(name, reader, size)
        where[whereabouts.of(_told(heads, reader)) if len(heads) > 1 else "stock"] += 1
    return Reach(found.sources, found.whole, where, size)


def _heads(name: bytes, reader: Reader, size: int) -> list[bytes]:
    return [each for each in reader.history_heads(index_key("trace", name), size) if each[0] != _ENVELOPE]


def _place(head: Head, reader: Reader) -> tuple[int, int]:
    stored = reader.find_event(event_name(format_head(head)))
    return (stored.leaf, stored.position) if stored else (0, 0)


def _told(heads: Iterable[bytes], reader: Reader) -> Iterator[Told]:
    for each in heads:
        yield parse_head(each), lambda head=each: _body(head, reader)  # type: ignore[misc]


def _body(head: bytes, reader: Reader) -> bytes | None:
    stored = reader.find_event(event_name(head))
    return stored.body if stored else None


def _answers(name: bytes, goods: Iterable[str], reader: Reader, size: int) -> Iterator[tuple[StoredEvent, Head]]:
    """Yield what answers a recall in the recall histories of its goods, each once, in log order."""
    found = {}
    for subject in goods:
        for row in reader.history(index_key("recall", subject_name(subject)), size):
            if row.head[0] != _ENVELOPE and name in (head := parse_head(row.head)).about:
                found[row.seq] = (row, head)
    yield from (found[seq] for seq in sorted(found))


def _is_over(head: Head, time: int) -> bool:
    return head.until is not None and head.until <= time


def _suspended(goods: Iterable[str], reader: Reader, size: int) -> tuple[str, ...]:
    """Return who suspended the sale of goods and has not resumed it, nor let its term end."""
    suspended: dict[bytes, str] = {}
    seal = reader.seal_covering(size - 1) if size else None
    for subject in goods:
        for data in reader.history_heads(index_key("case", subject_name(subject)), size):
            head = parse_head(data) if data[0] != _ENVELOPE else None
            if head and head.type == SUSPENDED and not _is_over(head, seal.time if seal else 0):
                suspended[event_name(data)] = head.principal
            elif head and head.type == RESUMED:
                for each in head.about:
                    suspended.pop(each, None)
    return tuple(dict.fromkeys(suspended.values()))
