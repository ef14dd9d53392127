"""The ledger as its doors see it: submit, validate, receipts, traces, cosignatures.

Any thread may call it. It leads, and then only its writer's thread writes; or it follows what another process
commits, gives out the same proofs, and takes nothing in. Every proof is checked before it leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from ledger.cosigning import Cosigned
from ledger.erasure.eraser import Eraser
from ledger.errors import BusyError, UnknownError
from ledger.leading.leadership import Leadership
from ledger.leading.quorum_wait import waited_for_quorum
from ledger.looking.lookers import Lookers
from ledger.measures import Measures
from ledger.prove.kept import Kept
from ledger.prove.prover import Prover
from ledger.prove.trace import Sources
from ledger.sequencer.guard import Guard
from ledger.sequencer.guard_opening import open_guard
from ledger.sequencer.queue import WriterThread
from ledger.sequencer.sequencer import Clock, Sequencer
from ledger.sequencer.sequencer import Head as CommittedHead
from ledger.signing.key_ring import HeldKeys
from ledger.signing.ledger_keys import LedgerKeys
from ledger.standby.shadow import Shadow
from ledger.store.interface import Reader, Store, WriteStore
from ledger.tiles.folder import LogReader
from ledger.tiles.interface import Tiles
from verifier.errors import SuyuanError

_GLANCE = 0.05  # seconds between looks whether the writer still runs, while somebody waits for it


class Ledger:
    """A running ledger."""

    def __init__(
        self,
        store: Store,
        tiles: Tiles,
        *,
        keys: HeldKeys,
        guard: str | Path | None,
        clock: Clock,
        monotonic: Callable[[], float],
        behind: SuyuanError | None = None,
    ) -> None:
        """Recover the state, and start the writer; without a guard, follow whoever leads.

        Raises:
            StoppedError: this is an older state than what has left already.
            SetupError: the keys are not those that the charter names.
        """
        self.store = store
        self.tiles = tiles
        self.origin = keys.origin
        self._clock = clock
        self._monotonic = monotonic
        self._keys = keys
        self.measures = Measures()
        self._patience: float | None = None
        self._lookers: Lookers | None = None
        self._leadership: Leadership | None = None
        self._shadow: Shadow | None = None
        self._elects = guard is None  # another writer follows when one stops
        self._behind: tuple[SuyuanError, int] | None = None  # why nobody may lead, and at which size
        self._heard = 0  # leaves that are recorded, as others said
        if guard is None:
            self._shadow = Shadow(store, tiles)
            if behind:
                self.find_behind(behind)
        else:
            self.lead(store.writer(), open_guard(guard))
        self.kept = Kept()
        self.prover = Prover(self.sources, clock=clock, kept=self.kept)

    def close(self) -> None:
        """Finish what is queued, publish, and let go of files."""
        if self._leadership:
            self._leadership.close()
        if self._shadow:
            self._shadow.close()
        self.store.close()

    # Leading and following.

    @property
    def leads(self) -> bool:
        """Return whether this process has the writer."""
        return self._leadership is not None

    def lead(self, rows: WriteStore, guard: Guard) -> None:
        """Take the lead: recover, with what was followed so far, and start the writer. Until then, go on following.

        Args:
            rows: the writer's side of the store; nobody else writes any more.
            guard: opened; it is closed where this fails.

        Raises:
            StoppedError: this is an older state than what has left already.
            SetupError: the keys are not those that the charter names.
        """
        known = None
        if self._shadow:
            self._shadow.catch_up()
            known = self._shadow.known
        self.store.read_own()
        self._leadership = Leadership(
            self.store,
            rows,
            self.tiles,
            keys=self._keys,
            guard=guard,
            clock=self._clock,
            monotonic=self._monotonic,
            known=known,
            passing=self._elects,
        )
        self._leadership.sequencer.measures = self.measures
        self._leadership.writer.patience = self._patience
        self._leadership.door.lookers = self._lookers
        shadow, self._shadow = self._shadow, None
        if shadow:
            shadow.close()

    def follow(self) -> None:
        """Give the lead up: another process has it, or the writer has stopped. What is queued ends.

        Where that fails, because the database does not answer, nothing more is written; it may be called again.
        """
        leadership = self._leadership
        if leadership:
            leadership.close()
            self._shadow = Shadow(self.store, self.tiles)
            self._leadership = None

    def catch_up(self) -> None:
        """Follow what was committed since; a leader has nothing to follow."""
        if shadow := self._shadow:
            shadow.catch_up()

    def hear(self, size: int) -> None:
        """Take note that so many leaves are recorded, though what is read here may not show all of them yet."""
        self._heard = max(self._heard, size)

    @property
    def missing(self) -> int:
        """Return how many leaves are known to be recorded that are not followed yet; 0 for a leader."""
        return 0 if self._leadership else max(0, self._heard - self.head.edge.size)

    def find_behind(self, reason: SuyuanError) -> None:
        """Refuse for this reason whatever would have to be signed, until the database has grown: it is an older one."""
        self._behind = reason, self.head.edge.size

    @property
    def behind(self) -> SuyuanError | None:
        """Return why this is an older state that nobody may write to; None where it is not, or not known to be."""
        if self._leadership or self._behind is None:
            return None
        reason, size = self._behind
        return reason if self.head.edge.size == size else None

    @property
    def writer(self) -> WriterThread:
        """Return the leader's writer.

        Raises:
            BusyError: another process leads.
        """
        return self._led().writer

    def wait_at_most(self, seconds: float) -> None:
        """Refuse what has waited longer for the writer, also for writers to come: whoever sent it waits no longer."""
        self._patience = seconds
        if self._leadership:
            self._leadership.writer.patience = seconds

    def look_beside(self, lookers: Lookers | None) -> None:
        """Have submissions looked at by other processes first, also for writers to come; they stay their owner's."""
        self._lookers = lookers
        if self._leadership:
            self._leadership.door.lookers = lookers

    @property
    def lookers(self) -> Lookers | None:
        """Return the processes that look at submissions first, None where there are none."""
        return self._lookers

    @property
    def eraser(self) -> Eraser:
        """Return the leader's eraser. Raises what `writer` does."""
        return self._led().eraser

    @property
    def waiting(self) -> int:
        """Return how many items wait for the writer here."""
        return self._leadership.writer.waiting if self._leadership else 0

    @property
    def stopped(self) -> SuyuanError | None:
        """Return why the writer stopped; None while it writes, and where another process leads."""
        return self._leadership.writer.stopped if self._leadership else self.behind

    def _led(self) -> Leadership:
        if self._leadership is None:
            if reason := self.behind:
                raise reason
            todo = "Ask again, or ask the process that leads."
            raise BusyError("ledger", came="a process that follows", expected="the one that leads", todo=todo)
        return self._leadership

    def _state(self) -> Sequencer | Shadow:
        """Return what holds the newest state: the writer's sequencer, or the shadow of another process's."""
        leadership, shadow = self._leadership, self._shadow
        if leadership:
            return leadership.sequencer
        if shadow:
            return shadow
        return self._led().sequencer  # it has just changed

    # Taking in.

    def submit(self, data: bytes) -> Future[int]:
        """Take in a submission; the future gives its leaf once it is durable, guarded and in the tiles.

        Raises:
            SuyuanError: what is wrong with it; nothing was recorded.
            BusyError: another process leads.
        """
        return self._led().door.submit(data)

    def submit_together(self, group: Sequence[bytes]) -> list[Future[int] | SuyuanError]:
        """Take in several submissions; return for each its future, or what is wrong with it."""
        return self._led().door.submit_together(group)

    def submit_envelope(self, entry: bytes) -> Future[int]:
        """Take in a plain SCITT statement, which must be a hash envelope."""
        return self._led().door.submit_envelope(entry)

    def validate(self, data: bytes) -> list[SuyuanError]:
        """Return every fault for which `submit` would refuse a submission now; nothing is recorded.

        Raises:
            BusyError: as `submit` would; it is no fault of the submission's.
            StoppedError: likewise.
        """
        return self._led().door.validate(data)

    def cosign(self, note: bytes) -> Cosigned:
        """Take in witnesses' lines under one of our checkpoints.

        Raises:
            ConflictError: another root for this size.
            UntrustedError: a line of a key that the charter does not name.
            BusyError: another process leads.
        """
        return self._led().cosign(note)

    # What readers see.

    @property
    def keys(self) -> LedgerKeys:
        """Return the keys of the charter in force at the next leaf.

        Raises:
            UnknownError: the ledger is not founded yet.
        """
        head = self.head
        charter = head.replay.registry.charter_in_force(head.edge.size) or head.replay.founding
        if charter is None:
            raise UnknownError("charter", came="none", expected="a founded ledger")
        return self._keys.chosen_by(charter)

    @property
    def head(self) -> CommittedHead:
        """Return the newest committed state."""
        return self._state().head

    def oldest_without_quorum(self) -> int:
        """Return for how many milliseconds the oldest block has waited for its quorum, 0 where none waits."""
        with self.store.read() as reader:
            return waited_for_quorum(reader, self._clock)

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Yield a snapshot that shows whatever was shown before; within it, only what it must have is unknown.

        Raises:
            BusyError: rows come from a replica that is behind what was shown, or UnknownError was raised over rows
                that are behind what is known to be recorded: what they lack may be there.
        """
        shown, heard = self.head.edge.size, self._heard
        with self.store.read() as reader:
            size = reader.size()
            if size < shown:
                raise _lagging(size, shown)
            try:
                yield reader
            except UnknownError as error:
                if size < heard and not self._leadership:
                    raise _lagging(size, heard) from error
                raise

    @contextmanager
    def sources(self) -> Iterator[Sources]:
        """Yield what proofs are made from: one snapshot, and hashes and index at least as new. Raises as `read`."""
        with self.read() as reader:
            state = self._reached(reader.size())
            head = state.head
            log = LogReader(self.tiles, head.edge)
            yield Sources(reader, log, state.overlay, head.replay, self.origin, state.recent, self.kept)

    def _reached(self, size: int) -> Sequencer | Shadow:
        """Return the state once it has a committed size."""
        while (state := self._state()).head.edge.size < size:
            if isinstance(state, Shadow):
                state.catch_up(size)
            elif leadership := self._leadership:
                state.await_size(size, _GLANCE)  # the block is durable; the writer is about to show it
                leadership.require_running()
        return state


def _lagging(size: int, least: int) -> BusyError:
    todo = "Try again, or ask another process: the replica that is read here is behind."
    return BusyError("replica", came=f"{size} leaves", expected=f"at least {least}", todo=todo)
