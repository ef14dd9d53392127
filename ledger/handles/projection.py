"""The projection: follows committed events in a thread of its own, a little behind the writer, never in its path."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ledger.handles import store
from ledger.handles.openings import POINTERS, Key, Opening, openings_of, opens_handles
from ledger.handles.store import Found, Numbers
from ledger.prove.trace import Sources
from ledger.store.interface import Reader, StoredEvent
from verifier.judgement.registry import Registry
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.disclosure import parse_disclosure
from verifier.ledgerformat.head import event_name, parse_head
from verifier.primitives.merkle import leaf_hash

_EVENTS = 2_000  # of one turn, about
_PAUSE = 1.0  # seconds between two looks, unless a reader waits
_POLITE = 0.05  # seconds between two turns: whoever submits goes first
_ENVELOPE = 0xD2
_NUMBERS = frozenset({"body", *POINTERS})


class HandleProjection:
    """Which events open the handle of which number."""

    def __init__(self, path: Path, sources: Callable[[], AbstractContextManager[Sources]], *, origin: str) -> None:
        """Keep the projection of a ledger in the file `path`, its key beside it; `start` lets it follow."""
        self._path, self._sources, self._origin = path, sources, origin
        self._numbers = Numbers(path.with_suffix(".key"))
        self._connection = store.open_tables(path, origin, self._numbers.id)
        self._size = int(store.meta(self._connection, "size"))
        self._moved = threading.Condition()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self.fault: Exception | None = None

    def start(self) -> None:
        """Follow in a thread, until `close`."""
        self._thread = threading.Thread(target=self._run, name="handles", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following; the file stays."""
        self._closing = True
        self._wake.set()
        if self._thread:
            self._thread.join()
        self._connection.close()

    @property
    def size(self) -> int:
        """Return the leaves that were followed."""
        return self._size

    def wait_for(self, size: int, timeout: float) -> bool:
        """Wait until so many leaves were followed; return whether they are."""
        self._wake.set()
        with self._moved:
            self._moved.wait_for(lambda: self._size >= size or self.fault is not None, timeout)
        return self._size >= size

    def find(self, keys: Sequence[Key]) -> list[Found]:
        """Return the opening events of each number, in this order."""
        connection = store.open_reader(self._path)
        try:
            connection.execute("BEGIN")
            return [store.find(connection, self._numbers.hash(key)) for key in keys]
        finally:
            connection.close()

    def follow(self) -> bool:
        """Take one turn; return whether nothing is left to be done now."""
        with self._sources() as sources:
            self._require_same(sources.reader)
            return self._turn(sources.reader, sources.replay.registry)

    def _run(self) -> None:
        while not self._closing:
            try:
                done = self.follow()
                self.fault = None
            except Exception as error:  # noqa: BLE001 - readers are told, the ledger goes on
                self.fault, done = error, True
            with self._moved:
                self._moved.notify_all()
            self._wake.wait(_PAUSE if done else _POLITE)
            if done:
                self._wake.clear()

    def _turn(self, reader: Reader, registry: Registry) -> bool:
        size = reader.counters().size
        begin, end = self._size, self._size
        rows: list[tuple[bytes, int, int, bytes]] = []
        for taken, row in enumerate(reader.events_from(begin, size)):
            if taken >= _EVENTS and row.leaf > end:
                break
            end = row.leaf
            if row.head[0] != _ENVELOPE:
                rows += self._openings(row, reader, registry)
        else:
            end = size - 1 if size else end
        reached = end + 1 if size else 0
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            store.add(self._connection, rows)
            store.forget(self._connection, [each.target for each in registry.erasures_at(reached) if _hides(each.what)])
            store.set_meta(self._connection, "size", str(reached))
            store.set_meta(self._connection, "seal", _mark(reader, reached))
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._size = reached
        return reached == size

    def _openings(
        self, row: StoredEvent, reader: Reader, registry: Registry
    ) -> Iterator[tuple[bytes, int, int, bytes]]:
        head = parse_head(row.head)
        if head.type.startswith("registry.") or not opens_handles(kind := registry.type_at(head.type, row.leaf)):
            return
        for opening in openings_stored(row, reader, kind):
            yield self._numbers.hash(opening.key), row.leaf, row.position, event_name(row.head)

    def _require_same(self, reader: Reader) -> None:
        """Make the file anew where it was followed from another history than this one."""
        size = self._size
        if size > reader.counters().size or store.meta(self._connection, "seal") != _mark(reader, size):
            self._connection.close()
            store.remove(self._path)
            self._connection = store.open_tables(self._path, self._origin, self._numbers.id)
            self._size = 0


def _hides(what: Sequence[str]) -> bool:
    """Return whether an order erases the number itself."""
    return not _NUMBERS.isdisjoint(what)


def openings_stored(row: StoredEvent, reader: Reader, kind: Any) -> list[Opening]:
    """Return the openings of a stored event, as far as its body and disclosures are kept."""
    if row.body is None:
        return []
    texts: Mapping[str, str] = reader.disclosures(row.seq)
    values = {pointer: parse_disclosure(texts[pointer], pointer).value for pointer in POINTERS if pointer in texts}
    return list(openings_of(kind, parse_body(row.body), values)) if values else []


def _mark(reader: Reader, size: int) -> str:
    """Return what tells a history from another: the leaf hash of the newest seal below a size."""
    seal = reader.seal_covering(size - 1) if size else None
    return leaf_hash(seal.entry).hex() if seal and seal.leaf < size else ""
