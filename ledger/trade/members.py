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
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.subject import subject_name

COMMISSIONING, PRODUCTION = "transport.commissioning", "transport.production"
TRANSFORMATION = "transport.transformation"
CHUNK = 4_096  # events of a history in memory at a time
MAX_SOURCES = 1_024  # lots, items and products that one search goes through

_ENVELOPE = 0xD2


@dataclass(frozen=True, slots=True)
class Item:
    """An item that came from a lot or product.

    Attributes:
        name: subject name of the item, 32 bytes.
        subject: its URI, None where the body that spells it was erased.
        number: its place in the member history that was read, counted from 0.
    """

    name: bytes
    subject: str | None
    number: int


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
            if row.head[0] != _ENVELOPE:
                yield from _member_of(row, number)
        first += len(rows)
        if len(rows) < count:
            return


def sources_of(goods: Sequence[str], reader: Reader, size: int) -> tuple[list[str], bool]:
    """Return goods and every lot and item that was made of or from them, each once; and whether that is all."""
    found = list(dict.fromkeys(goods))
    seen = set(found)
    for source in found:  # grows while it is walked
        for member in read_members(source, reader, size):
            if isinstance(member, Made):
                fresh = [each for each in member.outputs if each not in seen]
                seen.update(fresh)
                found += fresh
        if len(found) > MAX_SOURCES:
            return found[:MAX_SOURCES], False
    return found, True


def _member_of(row: StoredEvent, number: int) -> Iterator[Item | Made]:
    head = parse_head(row.head)
    if head.type == COMMISSIONING:
        (name,) = (each for kind, each in head.joins if kind == "trace")
        yield Item(name, _subjects(row).get("item"), number)
    elif head.type == PRODUCTION:
        yield Made((subject,) if (subject := _subjects(row).get("lot")) else ())
    elif head.type == TRANSFORMATION:
        yield Made(tuple(_subjects(row).get("outputs", ())))


def _subjects(row: StoredEvent) -> dict[str, Any]:
    """Return the subjects that a body spells; it was admitted, so it is read without asking again what it is."""
    return dict(json.loads(row.body)["subjects"]) if row.body is not None else {}
