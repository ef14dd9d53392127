"""The thread of a projection, and how readers wait for it.

It reads snapshots as every reader does, a turn at a time: one short transaction on a file of its own. Between two
turns it waits three times as long as the last one took, unless a reader waits for it: whoever submits goes first.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ledger.following.blocks import seal_before
from ledger.following.file import DerivedFile, Layout, meta, set_meta
from ledger.prove.trace import Sources
from ledger.store.interface import Reader

OpenSources: TypeAlias = Callable[[], AbstractContextManager[Sources]]
_POLITE = 0.2  # seconds between two turns at most
_PAUSE = 1.0  # seconds between two looks, unless a reader waits


class Taken(NamedTuple):
    """What a turn came to.

    Attributes:
        size: the leaves whose events were taken in by now: the end of a block.
        left: whether something is still to be done about them, in the next turn.
    """

    size: int
    left: bool = False


class Follower(ABC):
    """A projection: what is derived from committed events, in a file beside the ledger.

    Attributes:
        fault: why the last turn failed, None where it did not; the next turn tries again.
    """

    def __init__(self, path: Path, sources: OpenSources, *, origin: str, layout: Layout) -> None:
        """Keep what is derived from the ledger `origin` in the file `path`; `start` lets it follow."""
        self._name = path.stem
        self._file = DerivedFile(path, layout, origin=origin)
        self._sources = sources
        self._size = 0
        self._turns = 0
        self._moved = threading.Condition()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self.fault: Exception | None = None

    @abstractmethod
    def take(self, connection: sqlite3.Connection, sources: Sources, begin: int) -> Taken:
        """Take events in from the leaf `begin` on: one turn's, within the transaction that is open on `connection`.

        `events_of_blocks` gives them. A turn is short, so that a reader gets what is there, and so that what a crash
        loses is little. It is called again where it raised, and where nothing is new, too.
        """

    def start(self) -> None:
        """Follow in a thread, until `close`."""
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following; the file stays."""
        self._closing = True
        self._wake.set()
        if self._thread:
            self._thread.join()
        self._file.close()

    @property
    def size(self) -> int:
        """Return the leaves that were followed, with nothing left to be done about them; 0 before the first turn."""
        return self._size

    def wait_for(self, size: int, timeout: float) -> bool:
        """Wait until so many leaves were followed, or until a turn has failed; return whether they were."""
        with self._moved:
            begun = self._turns
            self._wake.set()
            self._moved.wait_for(
                lambda: self._size >= size or (self._turns > begun and self.fault is not None), timeout
            )
        return self._size >= size

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Yield one snapshot of the file, read-only."""
        with self._file.read() as connection:
            yield connection

    def follow(self) -> bool:
        """Take one turn; return whether nothing is left to be done now."""
        with self._sources() as sources:
            self._require_same(sources.reader)
            with self._file.write() as connection:
                taken = self.take(connection, sources, int(meta(connection, "size")))
                set_meta(connection, "size", str(taken.size))
                set_meta(connection, "seal", seal_before(sources.reader, taken.size))
                if not taken.left:
                    set_meta(connection, "shown", str(taken.size))
                shown, scoured = int(meta(connection, "shown")), int(meta(connection, "scoured"))
            if scoured != (orders := len(sources.replay.registry.erasures_at(taken.size))):
                self._file.scour(orders)
            self._size = shown
            return shown == sources.reader.counters().size

    def _require_same(self, reader: Reader) -> None:
        """Make the file anew where it was followed from another history than this one."""
        with self._file.write() as connection:
            size, seal, shown = (meta(connection, name) for name in ("size", "seal", "shown"))
        self._size = int(shown)
        if int(size) > reader.counters().size or seal != seal_before(reader, int(size)):
            self._file.remake()
            self._size = 0

    def _run(self) -> None:
        while not self._closing:
            begun = time.monotonic()
            done = self._try()
            if done:
                self._wake.wait(_PAUSE)
                self._wake.clear()
            else:
                self._wake.wait(min(3 * (time.monotonic() - begun), _POLITE))

    def _try(self) -> bool:
        """Take one turn and tell who waits; return whether to pause."""
        fault: Exception | None = None
        try:
            done = self.follow()
        except Exception as error:  # noqa: BLE001 - readers are told, the ledger goes on
            fault, done = error, True
        with self._moved:
            self.fault = fault
            self._turns += 1
            self._moved.notify_all()
        return done
