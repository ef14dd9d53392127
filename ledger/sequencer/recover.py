"""From what is durable to a ledger that can go on: registry, index, tree, tiles, guard.

Run at every start, so that what recovers from a crash is what starts on ordinary days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger.errors import StoppedError
from ledger.index.heap import Heap
from ledger.index.overlay import Overlay
from ledger.index.rebuild import build_heap, rebuild_overlay
from ledger.prove.log import root_at
from ledger.sequencer.block import Start
from ledger.sequencer.guard import Guard
from ledger.sequencer.sequencer import Head
from ledger.store.interface import Reader, StoredSeal
from ledger.tiles.folder import LogReader
from ledger.tiles.interface import Tiles
from ledger.tiles.tree import LogTree
from verifier.judgement.replay import Replay
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.seal import parse_seal
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.primitives.tiles import WIDTH, Tile, parse_hashes


@dataclass(slots=True)
class Recovered:
    """A ledger's state in memory, as computed from what is durable."""

    replay: Replay
    overlay: Overlay
    tree: LogTree
    head: Head
    start: Start
    bundle: list[bytes]
    published: int


def recover(reader: Reader, folder: Tiles, guard: Guard, builtin: dict[str, EventType]) -> Recovered:
    """Return the state to go on from, once it extends guard and published checkpoint.

    Missing tiles are written from the database, and partial ones collected that a crash left beside full ones.

    Raises:
        StoppedError: guard or published checkpoint know of more, or of another root: this is an older
            state, and signing would fork the ledger.
    """
    counters = reader.counters()
    replay = replay_registry(reader, builtin)
    published = _published(folder)
    tree = _recover_tree(reader, folder, counters.size, published[0] if published else 0)
    edge = tree.edge()
    root = tree.root()
    log = LogReader(folder, edge)
    _require_extends(guard.newest, counters.size, lambda size: root_at(log, size), guard.name)
    _require_extends(published, counters.size, lambda size: root_at(log, size), "published checkpoint")
    newest_quorum = reader.newest_checkpoint(quorum=True)
    floor = newest_quorum.size if newest_quorum else 0
    heap = build_heap(reader)
    seal = reader.seal(counters.size - 1) if counters.size else None
    if seal:
        _require_sealed(heap, seal)
    overlay = rebuild_overlay(heap, reader, size=floor, newest=counters.size)
    last_seal = leaf_hash(seal.entry) if seal else None
    if counters.size:
        guard.record(counters.size, root)
    return Recovered(
        replay=replay,
        overlay=overlay,
        tree=tree,
        head=Head(edge, replay, root, seal.time if seal else 0, last_seal),
        start=Start(counters, reader.participants(), last_seal),
        bundle=reader.entries(counters.size - counters.size % WIDTH, counters.size),
        published=published[0] if published else 0,
    )


def _require_sealed(heap: Heap, seal: StoredSeal) -> None:
    """Refuse to go on from index rows that are not those of the newest seal: the next seal would sign them."""
    sealed = parse_seal(seal.entry).seal.root
    if heap.root != sealed:
        todo = "Rows were changed from outside, or the disk failed. Run `suyuan fsck`."
        raise StoppedError("index", came=heap.root, expected=f"{sealed.hex()}, as sealed", todo=todo)


def replay_registry(reader: Reader, builtin: dict[str, EventType]) -> Replay:
    """Return the registry after every registry event of the log."""
    replay = Replay(builtin)
    leaf, kid = -1, b""
    seal: StoredSeal | None = None
    for row in reader.registry_events():
        if row.leaf != leaf:
            statement = reader.statement(row.leaf)
            leaf, kid = row.leaf, statement.kid if statement else b""
        if seal is None or seal.leaf < leaf:
            seal = reader.seal_covering(leaf)
        body = parse_body(row.body) if row.body else None
        event = Event(event_name(row.head), leaf, row.position, parse_head(row.head), body, kid)
        replay.apply(event, time=seal.time if seal else 0)
    return replay


def _recover_tree(reader: Reader, folder: Tiles, size: int, published: int) -> LogTree:
    """Return the right edge, from the database at level 0 and from full tiles above; write what is missing."""
    edges = [[leaf_hash(entry) for entry in reader.entries(size - size % WIDTH, size)]]
    level = 1
    while count := size >> 8 * level:
        first = count - count % WIDTH
        edges.append([tree_root(_full_tile(reader, folder, level - 1, each)) for each in range(first, count)])
        level += 1
    for each in (None, *range(level)):
        height = 8 * ((each or 0) + 1)
        unsure = _unsure(size >> height, published >> height, folder.rechecked)
        for number in unsure:
            _ensure(reader, folder, Tile(each, number))
        folder.collect(Tile(each, number) for number in unsure)
    while edges and not edges[-1]:
        edges.pop()
    return LogTree(size, edges)


def _unsure(full: int, published: int, rechecked: int) -> range:
    """Return the numbers of those full tiles that may be missing: none is that a published checkpoint covers.

    The newest ones of those are looked at too where that is cheap.
    """
    return range(max(0, min(published, full - rechecked)), full)


def _full_tile(reader: Reader, folder: Tiles, level: int, number: int) -> list[bytes]:
    """Return a full tile's hashes; where a crash kept it from being written, write it now."""
    tile = Tile(level, number)
    if (found := folder.find(tile)) is not None:
        return parse_hashes(found, WIDTH, folder.where(tile))
    if level == 0:
        entries = reader.entries(number * WIDTH, (number + 1) * WIDTH)
        hashes = [leaf_hash(entry) for entry in entries]
    else:
        children = range(number * WIDTH, (number + 1) * WIDTH)
        hashes = [tree_root(_full_tile(reader, folder, level - 1, child)) for child in children]
    folder.write_tile(tile, hashes)
    return hashes


def _ensure(reader: Reader, folder: Tiles, tile: Tile) -> None:
    """Write a full tile or bundle if it is missing."""
    if folder.has(tile):
        return
    if tile.level is None:
        folder.write_bundle(tile, reader.entries(tile.number * WIDTH, (tile.number + 1) * WIDTH))
    else:
        _full_tile(reader, folder, tile.level, tile.number)


def _published(folder: Tiles) -> tuple[int, bytes] | None:
    note = folder.checkpoint()
    if note is None:
        return None
    checkpoint, _ = parse_signed_checkpoint(note)
    return checkpoint.size, checkpoint.root


def _require_extends(
    committed: tuple[int, bytes] | None, size: int, root_of: Callable[[int], bytes], what: str
) -> None:
    """Refuse to go on from a state that is older than, or other than, what has left already."""
    if committed is None:
        return
    todo = "This database is an older state. Find a newer copy of it, see docs/operations.md; do not sign."
    if committed[0] > size:
        raise StoppedError(what, came=f"size {committed[0]}", expected=f"at most {size}, the database's", todo=todo)
    if committed[0] and root_of(committed[0]) != committed[1]:
        raise StoppedError(what, came=committed[1], expected=f"the database's root at {committed[0]}", todo=todo)
