"""Orders to erase over a mirror's copy: it takes out what the ledger takes out, by its own reading of the log.

The copy holds heads and bodies of everything below its size, so the registry is replayed from it alone. What goes is
replaced in the file of its batch by the name of the order; `erasures.json` says it to whoever holds the mirror, and is
what a `record.erased` confirms. Nothing here is done before a checkpoint with a quorum covers an order. Disclosures and
attachments are never in a copy: an order about these alone finds nothing to take out, and is carried out as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

from ledger.tiles.files import replace
from ledger.witness.mirror.reading import batch_path, read_batch, read_batches, replay_copy
from verifier.judgement.acts import Erasure
from verifier.judgement.registry import Registry
from verifier.ledgerformat.batch_answer import ERASED, SHOWN, AnsweredEvent, format_batch_answer
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.proof.examination import WHOLE_BODY

CONFIRMATION = "record.erased"
_FILE = "erasures.json"
_LETTERS = CONFIRMATION.encode()


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """An order that a copy has carried out.

    Attributes:
        order: the order, in force.
        head: of the order's event.
        leaf: of the statement with the event that it is about.
        time: when it was carried out here, milliseconds since 1970.
    """

    order: Erasure
    head: Head
    leaf: int
    time: int


@dataclass(frozen=True, slots=True)
class Erased:
    """What orders came to over a copy.

    Attributes:
        bodies: how many went now.
        carried: every order in force, oldest first: nothing of what it is about is held any more.
        said: every confirmation of an erasure that the log holds.
        registry: as of the copy's size.
    """

    bodies: int
    carried: tuple[CarriedOut, ...]
    said: tuple[AnsweredEvent, ...]
    registry: Registry


def erase_copy(root: Path, size: int, now: int) -> Erased:
    """Take out of a copy what orders are about that are in force at its size.

    Args:
        root: the copy's folder.
        size: of the checkpoint with a quorum up to which it is held.
        now: milliseconds since 1970.

    Raises:
        SuyuanError: a copy whose registry does not replay; nothing was taken out.
    """
    registry = replay_copy(root, size)
    orders = sorted(registry.erasures_at(size), key=lambda each: (each.since, each.event))
    if not orders:
        return Erased(0, (), (), registry)
    bodies, found = _take_out(root, size, orders)
    times = _tell(root, orders, found.leaves, now)
    carried = [
        CarriedOut(each, found.heads[each.event], found.leaves[each.target], times[each.event])
        for each in orders
        if each.event in times
    ]
    return Erased(bodies, tuple(carried), tuple(found.said), registry)


def read_erasures(root: Path) -> list[dict[str, Any]]:
    """Return what was taken out of a copy: order, event, when, and what confirmed it; oldest first."""
    path = root / _FILE
    return list(json.loads(path.read_bytes())) if path.exists() else []


def note_confirmed(root: Path, confirmed: Mapping[bytes, bytes]) -> None:
    """Write down which event of the log says for this copy that an order was carried out; both by name."""
    told = read_erasures(root)
    for each in told:
        if name := confirmed.get(bytes.fromhex(each["order"])):
            each["confirmed"] = name.hex()
    _write(root, told)


def holds_body(root: Path, carried: CarriedOut) -> bool:
    """Return whether a copy holds what an order is about, after all."""
    if WHOLE_BODY not in carried.order.what:
        return False
    shown = (each.head for each in read_batch(root, carried.leaf) if each.state == SHOWN)
    return carried.order.target in map(event_name, shown)


@dataclass(frozen=True, slots=True)
class _Found:
    """Where targets stand, the heads of orders, and what confirms erasures."""

    leaves: dict[bytes, int]
    heads: dict[bytes, Head]
    said: list[AnsweredEvent]


def _take_out(root: Path, size: int, orders: Sequence[Erasure]) -> tuple[int, _Found]:
    """Replace in every batch the bodies that orders are about; return how many went, and what was seen on the way."""
    bodies = {each.target: each for each in reversed(orders) if WHOLE_BODY in each.what}
    wanted, named = {each.target for each in orders}, {each.event for each in orders}
    count, found = 0, _Found({}, {}, [])
    for leaf, answered in read_batches(root, size):
        names = [event_name(each.head) for each in answered]
        after = [_without(each, bodies.get(name)) for name, each in zip(names, answered, strict=True)]
        if gone := sum(new is not old for new, old in zip(after, answered, strict=True)):
            replace(batch_path(root, leaf), format_batch_answer(after))
            count += gone
        for name, each in zip(names, answered, strict=True):
            if name in wanted:
                found.leaves[name] = leaf
            if name in named:
                found.heads[name] = parse_head(each.head)
            elif is_confirmation(each):
                found.said.append(each)
    return count, found


def is_confirmation(answered: AnsweredEvent) -> bool:
    """Return whether an event says that a copy was erased."""
    head = answered.head  # most are parsed for nothing: the type stands in them letter by letter
    return _LETTERS in head and parse_head(head).type == CONFIRMATION


def _without(answered: AnsweredEvent, order: Erasure | None) -> AnsweredEvent:
    if order is None or answered.state != SHOWN:
        return answered
    return changed(answered, state=ERASED, body=None, order=order.event)


def _tell(root: Path, orders: Sequence[Erasure], leaves: Mapping[bytes, int], now: int) -> dict[bytes, int]:
    """Write down which orders were carried out, and return when each was."""
    told = {each["order"]: each for each in read_erasures(root)}
    before = len(told)
    for each in orders:
        if each.target in leaves:
            said = {"order": each.event.hex(), "event": each.target.hex(), "time": now}
            told.setdefault(each.event.hex(), said)
    if len(told) != before:
        _write(root, list(told.values()))
    return {bytes.fromhex(name): each["time"] for name, each in told.items()}


def _write(root: Path, told: Sequence[Mapping[str, Any]]) -> None:
    replace(root / _FILE, (json.dumps(told, indent=2) + "\n").encode())
