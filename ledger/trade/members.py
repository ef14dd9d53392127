"""Which items came from a lot or product, and which lots were made from it: downstream, by `member` histories.

An item's commissioning joins the member histories of its lot and product through the very roles that follow them
(docs/formats.md, section 5), so nobody can commission an item under a lot and keep it out of that lot's history. The
production of a lot joins that of its product, a transformation those of its inputs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.store.interface import Reader, StoredEvent
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.head_quick import quick_type
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.subject import form_of, subject_name

COMMISSIONING, PRODUCTION = "transport.commissioning", "transport.production"
TRANSFORMATION = "transport.transformation"
CHUNK = 4_096  # events of a history in memory at a time
MAX_SOURCES = 1_024  # lots, items and products that one search goes through


@dataclass(frozen=True, slots=True)
class Item:
    """An item that came from a lot or product: the event that commissioned it, as it is kept.

    Attributes:
        number: its place in the member history that was read, counted from 0.
        head: of its commissioning.
        body: of its commissioning, None where that was erased.
    """

    number: int
    head: bytes
    body: bytes | None

    @property
    def subject(self) -> str | None:
        """Return the item's URI, None where the body that spells it was erased."""
        return _subjects(self.body).get("item")

    @property
    def name(self) -> bytes:
        """Return the item's subject name, 32 bytes."""
        (name,) = (each for kind, each in parse_head(self.head).joins if kind == "trace")
        return name


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the lot that was produced, or what a transformation put out; URIs of lots and items."""

    outputs: tuple[str, ...]


def member_key(source: str) -> bytes:
    """Return the index key of a source's member history, 32 bytes."""
    return index_key("member", subject_name(source))


def read_members(
    source: str, reader: Reader, size: int, *, first: int = 0, most: int | None = None
) -> Iterator[Item | Made]:
    """Yield what the member history of a lot, item or product names: items commissioned, lots and items made.

    Args:
        source: URI of a lot, item or product.
        reader: a snapshot.
        size: leaves that this is about.
        first: number in the history to begin at.
        most: how many of its events to read; None for all.
    """
    key = member_key(source)
    end = None if most is None else first + most
    while end is None or first < end:
        count = CHUNK if end is None else min(CHUNK, end - first)
        rows = reader.history_part(key, size, first=first, most=count)
        for number, row in enumerate(rows, first):
            if (member := _member_of(row, number)) is not None:
                yield member
        first += len(rows)
        if len(rows) < count:
            return


@dataclass(frozen=True, slots=True)
class Downstream:
    """What came from goods.

    Attributes:
        sources: the goods, and every lot and item that was made of or from them, each once.
        whole: whether these are all.
        items: subject names of every item among the sources, and of every item commissioned under them.
    """

    sources: tuple[str, ...]
    whole: bool
    items: frozenset[bytes]


def downstream_of(goods: Sequence[str], reader: Reader, size: int) -> Downstream:
    """Return what came from goods, as of `size` leaves; each member history is read once."""
    sources = list(dict.fromkeys(goods))
    known = set(sources)
    items: set[bytes] = set()
    for place, source in enumerate(sources):  # grows while it is walked
        if place == MAX_SOURCES:
            return Downstream(tuple(sources[:place]), whole=False, items=frozenset(items))
        if form_of(source) == "item":
            items.add(subject_name(source))
        for member in read_members(source, reader, size):
            if isinstance(member, Item):
                items.add(member.name)
            else:
                sources += [each for each in member.outputs if each not in known]
                known.update(member.outputs)
    return Downstream(tuple(sources), whole=True, items=frozenset(items))


def _member_of(row: StoredEvent, number: int) -> Item | Made | None:
    type_ = quick_type(row.head)  # a lot's history is long, and most of it need not be read further
    if type_ == COMMISSIONING:
        return Item(number, row.head, row.body)
    if type_ == PRODUCTION:
        return Made((lot,) if (lot := _subjects(row.body).get("lot")) else ())
    return Made(tuple(_subjects(row.body).get("outputs", ()))) if type_ == TRANSFORMATION else None


def _subjects(body: bytes | None) -> dict[str, Any]:
    """Return the subjects that a body spells; it was admitted, so it is read without asking again what it is."""
    return dict(json.loads(body)["subjects"]) if body is not None else {}
