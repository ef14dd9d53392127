"""From what is durable to a ledger that can go on: registry, index, tree, tiles, guard.

Run at every start, so that what recovers from a crash is what starts on ordinary days.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from ledger.errors import BehindError, StoppedError
from ledger.index.heap import Heap
from ledger.index.overlay import Overlay
from ledger.index.rebuild import build_heap, rebuild_overlay
from ledger.prove.log import root_at
from ledger.sequencer.block import Start
from ledger.sequencer.guard import Guard
from ledger.sequencer.sequencer import Head
from ledger.sequencer.signed import require_signed
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


@dataclass(frozen=True, slots=True)
class Known:
    """Registry and index at a size; a standby has followed them already, and nobody needs to compute them again.

    Attributes:
        size: leaves that it covers; where the database has more by now, it is of no use.
        replay: registry after them.
        overlay: the index, as it is and as it was at the newest quorum.
    """

    size: int
    replay: Replay
    overlay: Overlay


def recover(
    reader: Reader, folder: Tiles, guard: Guard, builtin: dict[str, EventType], known: Known | None = None
) -> Recovered:
    """Return the state to go on from, once it extends guard and published checkpoint.

    Missing tiles are written from the database, and partial ones collected that a crash left beside full ones.

    Args:
        reader: the writer's.
        folder: of tiles.
        guard: what has left.
        builtin: the registry's own types.
        known: what a standby followed.

    Raises:
        StoppedError: guard or published checkpoint know of more, or of another root: this is an older
            state, and signing would fork the ledger.
    """
    counters, published = reader.counters(), _published(folder)
    tree = _mended_tree(reader, folder, counters.size, published[0] if published else 0)
    edge, root = tree.edge(), tree.root()
    for committed, what in ((guard.newest, guard.name), (published, "published checkpoint")):
        _require_extends(committed, LogReader(folder, edge), what)
    seal = reader.seal(counters.size - 1) if counters.size else None
    known = _known(reader, counters.size, builtin, known)
    if seal:
        require_sealed(known.overlay.heap, seal)
        require_signed(reader, known.replay, size=counters.size, root=root)
    last_seal = leaf_hash(seal.entry) if seal else None
    if seal:
        guard.record(counters.size, root)
    return Recovered(
        replay=known.replay,
        overlay=known.overlay,
        tree=tree,
        head=Head(edge, known.replay, root, seal.time if seal else 0, last_seal),
        start=Start(counters, reader.participants(), last_seal),
        bundle=reader.entries(counters.size - counters.size % WIDTH, counters.size),
        published=published[0] if published else 0,
    )


def _known(reader: Reader, size: int, builtin: dict[str, EventType], followed: Known | None) -> Known:
    if followed and followed.size == size:
        return followed
    return Known(size, replay_registry(reader, builtin), read_overlay(reader, size))


def read_overlay(reader: Reader, size: int) -> Overlay:
    """Return the index over all key rows, which can also be read as it was at the newest checkpoint with a quorum."""
    newest_quorum = reader.newest_checkpoint(quorum=True)
    floor = newest_quorum.size if newest_quorum else 0
    return rebuild_overlay(build_heap(reader), reader, size=floor, newest=size)


def require_sealed(heap: Heap, seal: StoredSeal) -> None:
    """Refuse to go on from index rows that are not those of the newest seal: the next seal would sign them."""
    sealed = parse_seal(seal.entry).seal.root
    if heap.root != sealed:
        todo = "Rows were changed from outside, or the disk failed. Run `suyuan fsck`."
        raise StoppedError("index", came=heap.root, expected=f"{sealed.hex()}, as sealed", todo=todo)


def replay_registry(reader: Reader, builtin: dict[str, EventType]) -> Replay:
    """Return the registry after every registry event of the log."""
    registry = RegistryReader(builtin)
    registry.read_on(reader)
    return registry.replay


class RegistryReader:
    """Reads a registry out of the database, and later on what was added.

    Attributes:
        replay: the registry after what was read.
    """

    def __init__(self, builtin: dict[str, EventType]) -> None:
        """Begin with an empty registry and the registry's own types."""
        self.replay = Replay(builtin)
        self._read = 0  # events

    def read_on(self, reader: Reader) -> None:
        """Read what a snapshot has beyond what was read; nobody else reads `replay` meanwhile."""
        leaf, kid = -1, b""
        seal: StoredSeal | None = None
        for row in islice(reader.registry_events(), self._read, None):
            if row.leaf != leaf:
                statement = reader.statement(row.leaf)
                leaf, kid = row.leaf, statement.kid if statement else b""
            if seal is None or seal.leaf < leaf:
                seal = reader.seal_covering(leaf)
            body = parse_body(row.body) if row.body else None
            event = Event(event_name(row.head), leaf, row.position, parse_head(row.head), body, kid)
            self.replay.apply(event, time=seal.time if seal else 0)
            self._read += 1


def read_tree(reader: Reader, folder: Tiles, size: int) -> LogTree:
    """Return the right edge, from the database at level 0 and from full tiles above; nothing is written."""
    edges = [[leaf_hash(entry) for entry in reader.entries(size - size % WIDTH, size)]]
    level = 1
    while count := size >> 8 * level:
        first = count - count % WIDTH
        edges.append([tree_root(_full_tile(reader, folder, level - 1, each)) for each in range(first, count)])
        level += 1
    while edges and not edges[-1]:
        edges.pop()
    return LogTree(size, edges)


def _mended_tree(reader: Reader, folder: Tiles, size: int, published: int) -> LogTree:
    _mend_tiles(reader, folder, size, published)
    return read_tree(reader, folder, size)


def _mend_tiles(reader: Reader, folder: Tiles, size: int, published: int) -> None:
    """Write the full tiles and bundles that a crash kept from being written; collect what it left beside full ones."""
    level = 0
    while full := size >> 8 * (level + 1):
        unsure = _unsure(full, published >> 8 * (level + 1), folder.rechecked)
        for number in unsure:
            tile = Tile(level, number)
            if not folder.has(tile):
                folder.write_tile(tile, _full_tile(reader, folder, level, number))
        folder.collect(Tile(level, number) for number in unsure)
        level += 1
    unsure = _unsure(size >> 8, published >> 8, folder.rechecked)
    for number in unsure:
        _ensure_bundle(reader, folder, number)
    folder.collect(Tile(None, number) for number in unsure)


def _unsure(full: int, published: int, rechecked: int) -> range:
    """Return the numbers of those full tiles that may be missing: none is that a published checkpoint covers.

    The newest ones of those are looked at too, where that is cheap.
    """
    return range(max(0, min(published, full - rechecked)), full)


def _full_tile(reader: Reader, folder: Tiles, level: int, number: int) -> list[bytes]:
    """Return a full tile's hashes; where it is not written yet, computed from what lies below."""
    tile = Tile(level, number)
    if (found := folder.find(tile)) is not None:
        return parse_hashes(found, WIDTH, folder.where(tile))
    if level == 0:
        return [leaf_hash(entry) for entry in reader.entries(number * WIDTH, (number + 1) * WIDTH)]
    children = range(number * WIDTH, (number + 1) * WIDTH)
    return [tree_root(_full_tile(reader, folder, level - 1, child)) for child in children]


def _ensure_bundle(reader: Reader, folder: Tiles, number: int) -> None:
    tile = Tile(None, number)
    if not folder.has(tile):
        folder.write_bundle(tile, reader.entries(number * WIDTH, (number + 1) * WIDTH))


def _published(folder: Tiles) -> tuple[int, bytes] | None:
    """Return what is published now, by whoever wrote before."""
    folder.begin()
    note = folder.checkpoint()
    if note is None:
        return None
    checkpoint, _ = parse_signed_checkpoint(note)
    return checkpoint.size, checkpoint.root


def _require_extends(committed: tuple[int, bytes] | None, log: LogReader, what: str) -> None:
    """Refuse to go on from a state that is older than, or other than, what has left already."""
    if committed is None:
        return
    todo = "This database is an older state. `suyuan restore` imports what it lacks, see docs/operations.md."
    if committed[0] > log.size:
        raise BehindError(what, came=f"size {committed[0]}", expected=f"at most {log.size}, the database's", todo=todo)
    if committed[0] and root_at(log, committed[0]) != committed[1]:
        raise StoppedError(what, came=committed[1], expected=f"the database's root at {committed[0]}", todo=todo)
