"""Orders to erase over a mirror's copy: it takes out what the ledger takes out, by its own reading of the log.

The copy holds heads and bodies of everything below its size, so the registry is replayed from it alone. What goes is
replaced in the file of its batch by the name of the order; `erasures.json` says it to whoever holds the mirror, and is
what a `record.erased` confirms. Nothing here is done before a checkpoint with a quorum covers an order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace as changed
from pathlib import Path

from ledger.tiles.files import replace
from ledger.tiles.folder import TileFolder
from verifier.judgement.acts import Erasure
from verifier.judgement.registry import Registry
from verifier.judgement.replay import Replay
from verifier.ledgerformat.batch_answer import ERASED, SHOWN, AnsweredEvent, format_batch_answer, parse_batch_answer
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.seal import is_seal, parse_seal
from verifier.ledgerformat.statement import Statement, parse_entry
from verifier.primitives.tiles import WIDTH, Tile, parse_bundle
from verifier.proof.examination import WHOLE_BODY
from verifier.vocabulary import registry_types

_REGISTRY = "registry."
_FILE = "erasures.json"


def erase_copy(root: Path, size: int, now: int) -> int:
    """Take out of a copy what orders are about that are in force at its size; return how many bodies went.

    Args:
        root: the copy's folder.
        size: of the checkpoint with a quorum up to which it is held.
        now: milliseconds since 1970.

    Raises:
        SuyuanError: a copy whose registry does not replay; nothing was taken out.
    """
    orders = {each.target: each for each in reversed(_replayed(root, size).erasures_at(size)) if _of_body(each)}
    told = {each["order"]: each for each in read_erasures(root)}
    count = 0
    for leaf, _, answered in _batches(root, size) if orders else ():
        gone = {at: order for at, each in enumerate(answered) if (order := orders.get(event_name(each.head)))}
        if any(answered[at].state == SHOWN for at in gone):
            count += sum(answered[at].state == SHOWN for at in gone)
            after = [_without(each, gone.get(at)) for at, each in enumerate(answered)]
            replace(root / "batches" / str(leaf), format_batch_answer(after))
        for order in gone.values():
            said: dict[str, str | int] = {"order": order.event.hex(), "event": order.target.hex(), "time": now}
            told.setdefault(order.event.hex(), said)
    if told != {each["order"]: each for each in read_erasures(root)}:
        replace(root / _FILE, (json.dumps(list(told.values()), indent=2) + "\n").encode())
    return count


def read_erasures(root: Path) -> list[dict[str, str | int]]:
    """Return what was taken out of a copy: order, event, and when, oldest first."""
    path = root / _FILE
    return list(json.loads(path.read_bytes())) if path.exists() else []


def _of_body(order: Erasure) -> bool:
    return WHOLE_BODY in order.what


def _without(answered: AnsweredEvent, order: Erasure | None) -> AnsweredEvent:
    if order is None or answered.state != SHOWN:
        return answered
    return changed(answered, state=ERASED, body=None, order=order.event)


def _replayed(root: Path, size: int) -> Registry:
    """Return the registry as the copy's own events bring it about, each at the time of the seal that covers it."""
    replay, waiting = Replay(registry_types()), list[Event]()
    for leaf, entry, answered in _entries(root, size):
        if is_seal(entry):
            for event in waiting:
                replay.apply(event, time=parse_seal(entry).seal.time)
            waiting = []
            continue
        parsed = parse_entry(entry)
        for position, each in enumerate(answered):
            head = parse_head(each.head)
            if head.type.startswith(_REGISTRY) and each.body is not None:
                place = event_name(each.head), leaf, position
                waiting.append(Event(*place, head, parse_body(each.body), parsed.header.kid))
    return replay.registry


def _batches(root: Path, size: int) -> Iterator[tuple[int, bytes, tuple[AnsweredEvent, ...]]]:
    return (each for each in _entries(root, size) if each[2])


def _entries(root: Path, size: int) -> Iterator[tuple[int, bytes, tuple[AnsweredEvent, ...]]]:
    """Yield leaf, entry and events of every leaf; seals and envelopes have none."""
    tiles = TileFolder(root)
    for number in range((size + WIDTH - 1) // WIDTH):
        tile = Tile(None, number, min(WIDTH, size - number * WIDTH))
        for leaf, entry in enumerate(parse_bundle(tiles.path(tile).read_bytes(), tile.width), number * WIDTH):
            is_batch = not is_seal(entry) and isinstance(parse_entry(entry), Statement)
            held = (root / "batches" / str(leaf)).read_bytes() if is_batch else b""
            yield leaf, entry, parse_batch_answer(held) if is_batch else ()
