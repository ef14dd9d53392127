"""The projection: follows committed events in a thread of its own, a little behind the writer, never in its path."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from ledger.epcis import store
from ledger.epcis.facts import CORRECTION, TOLD_TYPES, Facts, facts_of
from ledger.prove.trace import Sources
from ledger.store.interface import Reader, StoredEvent
from verifier.judgement.registry import Registry
from verifier.ledgerformat.body import Body, parse_body
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.ledgerformat.head_quick import quick_type
from verifier.primitives.merkle import leaf_hash

_EVENTS = 2_000  # of one turn, about
_PAUSE = 1.0  # seconds between two looks, unless a reader waits
_POLITE = 0.05  # seconds between two turns: whoever submits goes first
_ENVELOPE = 0xD2
_BODY = "body"


class EpcisProjection:
    """Which EPCIS events there are, and what finds them."""

    def __init__(self, path: Path, sources: Callable[[], AbstractContextManager[Sources]], *, origin: str) -> None:
        """Keep the projection of a ledger in the file `path`; `start` lets it follow."""
        self._path, self._sources, self._origin = path, sources, origin
        self._connection = store.open_tables(path, origin)
        self._size = int(store.meta(self._connection, "size"))
        self._moved = threading.Condition()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self.fault: Exception | None = None

    def start(self) -> None:
        """Follow in a thread, until `close`."""
        self._thread = threading.Thread(target=self._run, name="epcis", daemon=True)
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

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Yield one snapshot, read-only."""
        connection = store.open_reader(self._path)
        try:
            connection.execute("BEGIN")
            yield connection
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
        end, rows = self._rows(reader, size)
        taking = _Taking(self._connection, reader)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for row in rows:
                taking.take(row)
            erased = [each.target for each in registry.erasures_at(end) if _BODY in each.what]
            store.forget(self._connection, erased)
            store.set_meta(self._connection, "size", str(end))
            store.set_meta(self._connection, "seal", _mark(reader, end))
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._size = end
        return end == size

    def _rows(self, reader: Reader, size: int) -> tuple[int, list[StoredEvent]]:
        """Return up to which leaf this turn goes, and its events: whole statements, about 2,000 events."""
        rows: list[StoredEvent] = []
        for row in reader.events_from(self._size, size):
            if len(rows) >= _EVENTS and row.leaf > rows[-1].leaf:
                return row.leaf, rows
            rows.append(row)
        return size, rows

    def _require_same(self, reader: Reader) -> None:
        """Make the file anew where it was followed from another history than this one."""
        size = self._size
        if size > reader.counters().size or store.meta(self._connection, "seal") != _mark(reader, size):
            self._connection.close()
            store.remove(self._path)
            self._connection = store.open_tables(self._path, self._origin)
            self._size = 0


class _Taking:
    """Takes committed events in, within a transaction."""

    def __init__(self, connection: sqlite3.Connection, reader: Reader) -> None:
        self._connection, self._reader = connection, reader
        self._seals: tuple[int, int] = (-1, 0)  # the last leaf of a block, and its time

    def take(self, row: StoredEvent) -> None:
        """Take one event in."""
        if row.head[0] == _ENVELOPE or row.body is None:
            return
        type_ = quick_type(row.head)
        if type_ not in TOLD_TYPES and type_ != CORRECTION:
            return
        head = parse_head(row.head)
        name = event_name(row.head)
        facts = read_facts(self._reader, name, head, parse_body(row.body))
        if facts is not None:
            parties = {each for each in (head.issuer, head.behalf, head.to) if each is not None}
            error = head.type == CORRECTION
            add = partial(store.add, self._connection, name, facts, recorded=self._time_of(row.leaf))
            add(parties=parties, error=error)

    def _time_of(self, leaf: int) -> int:
        last, time = self._seals
        if leaf > last and (seal := self._reader.seal_covering(leaf)):
            self._seals = seal.leaf, (time := seal.time)
        return time


def read_facts(reader: Reader, name: bytes, head: Head, body: Body) -> Facts | None:
    """Return the EPCIS facts of an event; of a correction, those of what it corrects, told as an error."""

    def find_body(about: bytes) -> Body | None:
        stored = reader.find_event(about)
        return parse_body(stored.body) if stored and stored.body is not None else None

    if head.type != CORRECTION:
        return facts_of(name, head, body, find_body)
    stored = reader.find_event(head.about[0])
    if stored is None or stored.body is None or stored.head[0] == _ENVELOPE:
        return None
    wrong = facts_of(head.about[0], parse_head(stored.head), parse_body(stored.body), find_body)
    if wrong is None:
        return None
    words = dict(wrong.words)
    words.setdefault("eventID", store.event_id_of(head.about[0], wrong))
    return replace(wrong, group=f"error|{head.principal}|{wrong.group}", words=words)


def _mark(reader: Reader, size: int) -> str:
    """Return what tells a history from another: the leaf hash of the newest seal below a size."""
    seal = reader.seal_covering(size - 1) if size else None
    return leaf_hash(seal.entry).hex() if seal and seal.leaf < size else ""
