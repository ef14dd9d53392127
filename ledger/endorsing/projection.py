"""The projection: follows committed events in a thread of its own, a little behind the writer, never in its path.

It reads snapshots as every reader does, and keeps what it derives in a file beside the ledger. It knows up to which
leaf it is; a crash leaves it where its last turn was committed; a deleted or foreign file is made anew.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from ledger.endorsing.awaited import ANSWERED, REQUESTED
from ledger.endorsing.judging import Judge
from ledger.endorsing.store import ProjectionReader, ProjectionWriter, Waiting, open_reader, open_tables, remove
from ledger.prove.trace import Sources
from ledger.store.interface import Reader, StoredEvent
from verifier.judgement.registry import Registry
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.primitives.merkle import leaf_hash

_EVENTS = 1_000  # of one turn, about: a turn is one short transaction
_JUDGED = 200
_POLITE = 0.2  # seconds between two turns at most
_PAUSE = 1.0  # seconds between two looks, unless a reader waits
_ENVELOPE = 0xD2
_WITHDRAWN, _REATTESTED = "endorsement.withdrawn", "registry.reattestation"
_FURTHER = frozenset({_WITHDRAWN, _REATTESTED})  # what they are about may be an answer itself
_ANSWERS = frozenset({ANSWERED, _REATTESTED, "record.correction"})
_FILINGS = frozenset({"filing.product", "filing.enterprise"})
# Whatever else the registry says changes nothing of what was recorded before.
_IMMATERIAL = frozenset({"registry.type", "registry.kind", "registry.enterprise", "registry.mandate", "registry.grant"})


class Projection:
    """What awaits whom, what answers what, what is used how often."""

    def __init__(self, path: Path, sources: Callable[[], AbstractContextManager[Sources]], *, origin: str) -> None:
        """Keep the projection of a ledger in the file `path`; `start` lets it follow."""
        self._path = path
        self._sources = sources
        self._origin = origin
        self._connection = open_tables(path, origin)
        self._moved = threading.Condition()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self.fault: Exception | None = None
        self._size = ProjectionReader(self._connection).size

    def start(self) -> None:
        """Follow in a thread, until `close`."""
        self._thread = threading.Thread(target=self._run, name="endorsing", daemon=True)
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
        """Return the leaves that were followed, and all that they changed judged."""
        return self._size

    def wait_for(self, size: int, timeout: float) -> bool:
        """Wait until so many leaves were followed; return whether they are."""
        self._wake.set()
        with self._moved:
            self._moved.wait_for(lambda: self._size >= size or self.fault is not None, timeout)
        return self._size >= size

    @contextmanager
    def read(self) -> Iterator[ProjectionReader]:
        """Yield one snapshot."""
        connection = open_reader(self._path)
        try:
            connection.execute("BEGIN")
            yield ProjectionReader(connection)
        finally:
            connection.close()

    def follow(self) -> bool:
        """Take one turn; return whether nothing is left to be done now."""
        with self._sources() as sources:
            self._require_same(sources.reader)
            return self._turn(sources.reader, sources.replay.registry)

    def _run(self) -> None:
        while not self._closing:
            begun = time.monotonic()
            try:
                done = self.follow()
            except Exception as error:  # noqa: BLE001 - readers are told, the ledger goes on
                self.fault, done = error, True
            if not done:  # three times as long as it took, unless a reader waits: whoever submits goes first
                self._wake.wait(min(3 * (time.monotonic() - begun), _POLITE))
            else:
                with self._moved:
                    self._moved.notify_all()
                self._wake.wait(_PAUSE)
                self._wake.clear()

    def _turn(self, reader: Reader, registry: Registry) -> bool:
        size = reader.counters().size
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            writer = ProjectionWriter(self._connection)
            begin = writer.size
            end = _Taking(writer, reader, registry).take(begin, size) if begin < size else size
            left = self._judge(writer, reader, registry, end)
            writer.set_meta("size", str(end))
            writer.set_meta("seal", _seal_before(reader, end))
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self.fault = None
        if left:
            return False
        self._size = end
        return end == size

    def _judge(self, writer: ProjectionWriter, reader: Reader, registry: Registry, size: int) -> bool:
        """Judge what is stale; return whether some of it is left for the next turn."""
        if size == 0:
            return False
        judge = Judge(reader, registry, size=size, answers_of=writer.answers)
        writer.set_stale_at(judge.at)
        names = writer.stale(_JUDGED)
        for name in names:
            judged = judge.judge(name)
            event, outcome = judged.event, judged.recognition.outcome
            writer.set_outcome(name, outcome, judged.recheck)
            waiting = Waiting(event.leaf, event.position, name, event.head.type, judged.time, outcome, None, ())
            writer.set_awaited(waiting, judged.awaited)
        return len(names) == _JUDGED

    def _require_same(self, reader: Reader) -> None:
        """Make the file anew where it was followed from another history than this one."""
        found = ProjectionReader(self._connection)
        size = found.size
        if size > reader.counters().size or found.meta("seal") != _seal_before(reader, size):
            self._connection.close()
            remove(self._path)
            self._connection = open_tables(self._path, self._origin)
            self._size = 0


class _Taking:
    """Takes committed events in, from a leaf on."""

    def __init__(self, writer: ProjectionWriter, reader: Reader, registry: Registry) -> None:
        self._writer = writer
        self._reader = reader
        self._registry = registry
        self._judge = Judge(reader, registry, size=1, answers_of=writer.answers)
        self._judged: list[tuple[bytes, int, int]] = []
        self._uses: Counter[tuple[bytes, str]] = Counter()

    def take(self, begin: int, end: int) -> int:
        """Take the events of whole blocks in; return the leaf to go on from."""
        reached, covered = end, begin - 1
        for taken, row in enumerate(self._reader.events_from(begin, end)):
            if row.leaf > covered:
                if taken >= _EVENTS:
                    reached = covered + 1
                    break
                covered = self._block_end(row.leaf)
            if row.head[0] != _ENVELOPE:
                self._take(row, parse_head(row.head))
        self._writer.add_judged(self._judged)
        self._writer.add_uses(self._uses)
        return reached

    def _block_end(self, leaf: int) -> int:
        seal = self._reader.seal_covering(leaf)
        return seal.leaf if seal else leaf

    def _take(self, row: StoredEvent, head: Head) -> None:
        if head.type.startswith("registry.") and head.type not in _IMMATERIAL:
            self._writer.set_all_stale()
        name = event_name(row.head)
        if head.type == REQUESTED or self._is_judged(head, row.leaf):
            self._judged.append((name, row.leaf, row.position))
        if head.type in _FILINGS:
            for kind, subject in head.joins:
                if kind == "trace":
                    self._writer.add_filing(subject, name)
        self._uses.update((subject, head.type) for kind, subject in head.follows if kind == "trace")
        if head.about and (head.type in _ANSWERS or head.type.startswith(("endorsement.", "filing."))):
            self._writer.add_judged(self._judged)  # what is answered may stand in the same block
            self._judged.clear()
            for about in head.about:
                self._writer.add_answer(about, name=name, place=(row.leaf, row.position), further=head.type in _FURTHER)

    def _is_judged(self, head: Head, leaf: int) -> bool:
        return bool(self._registry.policies_at(head.type, leaf, self._judge.time_of(leaf)))


def _seal_before(reader: Reader, size: int) -> str:
    """Return what tells a history from another: the leaf hash of the seal that ended at a size."""
    seal = reader.seal(size - 1) if size else None
    return leaf_hash(seal.entry).hex() if seal else ""
