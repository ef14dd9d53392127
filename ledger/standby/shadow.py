"""The shadow of a leader: head, registry and index at the newest committed size, computed again from what it wrote.

It keeps one snapshot open at the size that it has. To move on, a second one is opened; the blocks between the two are
applied one after the other, over the rows of the first; then the first is given back. Nothing is written: not to the
database, not to the tiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from threading import RLock

from ledger.admission.recent import RecentEvents
from ledger.errors import StoppedError
from ledger.sequencer.recover import Known, read_overlay, read_tree, replay_registry, require_sealed
from ledger.sequencer.sequencer import Head
from ledger.sequencer.signed import require_signed
from ledger.standby.index import FollowedIndex, joins_of
from ledger.store.interface import Reader, Store, StoredEvent, StoredSeal
from ledger.tiles.folder import remember
from ledger.tiles.interface import Tiles
from ledger.tiles.tree import LogTree
from verifier.judgement.replay import Replay
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.seal import parse_seal
from verifier.primitives.merkle import leaf_hash
from verifier.vocabulary import registry_types

_ENVELOPE = 0xD2  # first byte of a hash envelope, which has no head
_FAR = 20_000  # leaves; whoever is further behind computes everything anew


class Shadow:
    """Follows committed blocks. Any thread may ask; one at a time moves on.

    Attributes:
        head: the newest state that was followed.
        overlay: the index, as it is and as it was since the newest quorum.
        recent: events read lately; a standby composes none, so it only parses.
    """

    def __init__(self, store: Store, tiles: Tiles) -> None:
        """Compute the state from what is committed now, as a start does.

        Raises:
            StoppedError: the rows are not those that were sealed.
            BusyError: nobody can say whether they stay.
        """
        self._store = store
        self._tiles = tiles
        self._moving = RLock()
        self.recent = RecentEvents()
        self._lost = False
        with ExitStack() as opened:
            self._reader = opened.enter_context(store.read())
            self._begin()
            self._snapshot = opened.pop_all()

    def _begin(self) -> None:
        """Compute everything from the snapshot."""
        reader = self._reader
        size = reader.counters().size
        seal = reader.seal(size - 1) if size else None
        overlay, tree = read_overlay(reader, size), read_tree(reader, self._tiles, size)
        if seal:
            require_sealed(overlay.heap, seal)
            self._store.confirm(seal)
        replay = replay_registry(reader, registry_types())
        if size:
            require_signed(reader, replay, size=size, root=tree.root())
        self.overlay, self._tree = overlay, tree
        self.head = _head(tree, replay, seal)

    @property
    def known(self) -> Known:
        """Return what whoever takes the lead need not compute again."""
        return Known(self.head.edge.size, self.head.replay, self.overlay)

    def close(self) -> None:
        """Give the snapshot back."""
        with self._moving:
            self._snapshot.close()

    def catch_up(self, size: int | None = None) -> None:
        """Move on to what is committed now; where `size` is followed already, do nothing.

        Raises:
            StoppedError: a block's events do not give what its seal states; it begins again at the next call.
            BusyError: the newest block may still be taken back by a failover; it stays where it is.
        """
        with self._moving:
            if size is not None and self.head.edge.size >= size:
                return
            with ExitStack() as opened:
                newer = opened.enter_context(self._store.read())
                if newer.counters().size < self.head.edge.size and not self._lost:
                    return  # another server, which is behind: what was followed stays
                self._follow(newer)
                self._snapshot.close()
                self._reader, self._snapshot = newer, opened.pop_all()

    def _follow(self, newer: Reader) -> None:
        end = newer.counters().size
        if self._lost or end - self.head.edge.size > _FAR:
            self._reader = newer
            self._begin()
            self._lost = False
        elif end > self.head.edge.size:
            self._confirm(newer, end)
            self._lost = True  # until all is applied: a fault leaves the overlay somewhere between two snapshots
            self._apply(newer, end)
            self._lost = False
        if (quorum := newer.newest_checkpoint(quorum=True)) and quorum.size > self.overlay.floor:
            self.overlay.forget(quorum.size)

    def _confirm(self, newer: Reader, end: int) -> None:
        """Return if the newest block stays: only then is anything of it shown, and gone on from."""
        if seal := newer.seal(end - 1):
            self._store.confirm(seal)

    def _apply(self, newer: Reader, end: int) -> None:
        """Apply the blocks up to `end`, over the rows of the snapshot that is open."""
        seals = list(_seals(newer, self.head.edge.size, end))
        rows = [list(newer.events_from(seal.first, seal.leaf)) for seal in seals]
        joins = [joins_of(events) for events in rows]
        keys = (key for block in joins for event in block for key in event.keys)
        index = FollowedIndex(self._reader, self.overlay, keys)
        leaves = [[leaf_hash(entry) for entry in newer.entries(seal.first, seal.leaf + 1)] for seal in seals]
        self._require_signed(newer, list(zip(seals, rows, leaves, strict=True)))
        for seal, events, joined, hashes in zip(seals, rows, joins, leaves, strict=True):
            index.apply(joined, parse_seal(seal.entry).seal)
            tree = self._tree.copy()
            grown = tree.append(hashes)
            for tile, found in grown.full.items():
                remember(self._tiles, tile, found)  # whoever leads may not have written them yet
            replay = _replay_after(self.head.replay, events, newer, seal.time)
            self._tree, self.head = tree, _head(tree, replay, seal)

    def _require_signed(
        self, newer: Reader, blocks: Iterable[tuple[StoredSeal, list[StoredEvent], list[bytes]]]
    ) -> None:
        """Return if the ledger signed what these blocks come to; nothing of them is shown before."""
        tree, replay = self._tree.copy(), self.head.replay
        for seal, events, hashes in blocks:
            tree.append(hashes)
            replay = _replay_after(replay, events, newer, seal.time)
        require_signed(newer, replay, size=tree.edge().size, root=tree.root())


def _seals(reader: Reader, first: int, end: int) -> Iterator[StoredSeal]:
    """Yield the seals of the blocks from leaf `first` to before `end`."""
    while first < end:
        seal = reader.seal_covering(first)
        if seal is None or seal.first != first:
            came = "none" if seal is None else f"one that begins at {seal.first}"
            raise StoppedError("seal", came=came, expected=f"the seal of the block at leaf {first}")
        yield seal
        first = seal.leaf + 1


def _head(tree: LogTree, replay: Replay, seal: StoredSeal | None) -> Head:
    last = leaf_hash(seal.entry) if seal else None
    return Head(tree.edge(), replay, tree.root(), seal.time if seal else 0, last)


def _replay_after(replay: Replay, events: Iterable[StoredEvent], reader: Reader, time: int) -> Replay:
    """Return the registry after a block; what proofs are made from meanwhile is not changed."""
    after = replay
    for row in events:
        if row.head[0] == _ENVELOPE:
            continue
        head = parse_head(row.head)
        if head.type.startswith("registry."):
            after = after.copy() if after is replay else after
            statement = reader.statement(row.leaf)
            body = parse_body(row.body) if row.body else None
            kid = statement.kid if statement else b""
            after.apply(Event(event_name(row.head), row.leaf, row.position, head, body, kid), time=time)
    return after
