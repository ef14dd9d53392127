"""Reading a mirror's own copy: its entries with their events, and the registry that its events bring about.

The copy holds heads and bodies of everything below its size, so nobody else need be asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ledger.tiles.folder import TileFolder
from verifier.judgement.registry import Registry
from verifier.judgement.replay import Replay
from verifier.ledgerformat.batch_answer import AnsweredEvent, parse_batch_answer
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.seal import is_seal, parse_seal
from verifier.ledgerformat.statement import Statement, parse_entry
from verifier.primitives.tiles import WIDTH, Tile, parse_bundle
from verifier.vocabulary import registry_types

_REGISTRY = "registry."


def replay_copy(root: Path, size: int) -> Registry:
    """Return the registry as a copy's own events bring it about, each at the time of the seal that covers it.

    Args:
        root: the copy's folder.
        size: up to which it is held.

    Raises:
        SuyuanError: its registry does not replay.
    """
    replay, waiting = Replay(registry_types()), list[Event]()
    for leaf, entry in read_entries(root, size):
        if is_seal(entry):
            for event in waiting:
                replay.apply(event, time=parse_seal(entry).seal.time)
            waiting = []
            continue
        kid = parse_entry(entry).header.kid
        for position, each in enumerate(read_batch(root, leaf) if _is_batch(entry) else ()):
            head = parse_head(each.head)
            if head.type.startswith(_REGISTRY) and each.body is not None:
                place = event_name(each.head), leaf, position
                waiting.append(Event(*place, head, parse_body(each.body), kid))
    return replay.registry


def read_batches(root: Path, size: int) -> Iterator[tuple[int, tuple[AnsweredEvent, ...]]]:
    """Yield leaf and events of every statement over a batch."""
    return ((leaf, read_batch(root, leaf)) for leaf, entry in read_entries(root, size) if _is_batch(entry))


def read_batch(root: Path, leaf: int) -> tuple[AnsweredEvent, ...]:
    """Return the events of one statement, as they are held now."""
    return parse_batch_answer(batch_path(root, leaf).read_bytes())


def batch_path(root: Path, leaf: int) -> Path:
    """Return the file that holds the events of a statement."""
    return root / "batches" / str(leaf)


def next_number_of(root: Path, size: int, kid: bytes) -> int:
    """Return the sequence number after the last one that a copy saw of a key; 0 where it saw none."""
    statements = (parse_entry(entry) for _, entry in read_entries(root, size) if _is_batch(entry))
    own = (each for each in statements if isinstance(each, Statement) and each.header.kid == kid)
    return max((each.first + each.count for each in own), default=0)


def read_entries(root: Path, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield leaf and entry of every leaf."""
    tiles = TileFolder(root)
    for number in range((size + WIDTH - 1) // WIDTH):
        tile = Tile(None, number, min(WIDTH, size - number * WIDTH))
        yield from enumerate(parse_bundle(tiles.path(tile).read_bytes(), tile.width), number * WIDTH)


def _is_batch(entry: bytes) -> bool:
    return not is_seal(entry) and isinstance(parse_entry(entry), Statement)
