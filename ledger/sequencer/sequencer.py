"""The order of the write path, step by step. One thread runs this; nothing else writes.

Up to `commit` nothing is promised. From there on this size has one root, for ever: a crash before the
guard leaves a guard that is behind, which `recover` moves on; a crash before the tiles leaves files
that `recover` writes from the database; a crash before the answer leaves a submitter who asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Condition

from ledger.admission.candidate import Candidate
from ledger.erasure.eraser import Eraser
from ledger.errors import ConflictError, StoppedError
from ledger.failpoints import reach
from ledger.index.overlay import Overlay
from ledger.measures import Measures
from ledger.sequencer.block import BlockBuilder, Built, Start
from ledger.sequencer.guard import Guard
from ledger.sequencer.histories import KeptHistories
from ledger.sequencer.publisher import Publisher
from ledger.sequencer.turn import Turn
from ledger.signing.key_ring import HeldKeys
from ledger.signing.ledger_keys import LedgerKeys
from ledger.store.interface import StoredCheckpoint, StoredSeal, WriteStore
from ledger.tiles.tree import Edge, LogTree
from verifier.errors import SuyuanError
from verifier.judgement.replay import Replay
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.merkle import leaf_hash

Clock = Callable[[], int]  # milliseconds since 1970


@dataclass(frozen=True, slots=True)
class Head:
    """The newest committed state, for readers in other threads; replaced whole after each block.

    Attributes:
        edge: the log's right edge; its size is the log's.
        replay: registry and waiting proposals.
        root: of the log.
        time: ledger time of the newest seal.
        last_seal: leaf hash of the newest seal.
    """

    edge: Edge
    replay: Replay
    root: bytes
    time: int
    last_seal: bytes | None


class Sequencer:
    """The one writer."""

    def __init__(  # noqa: PLR0913 - the parts of a ledger
        self,
        *,
        store: WriteStore,
        overlay: Overlay,
        tree: LogTree,
        head: Head,
        start: Start,
        keys: HeldKeys,
        guard: Guard,
        publisher: Publisher,
        clock: Clock,
        turn: Turn,
        eraser: Eraser,
    ) -> None:
        """Take over a recovered ledger."""
        self._store = store
        self._eraser = eraser
        self._shown = Condition()
        self.measures = Measures()
        self.overlay = overlay
        self._tree = tree
        self.head = head
        self._start = start
        self._keys = keys
        self._guard = guard
        self._publisher = publisher
        self._clock = clock
        self._turn = turn
        self._kept = KeptHistories()
        self.recent = self._kept.recent

    def commit(self, candidates: Sequence[Candidate]) -> list[int | SuyuanError]:
        """Record candidates in one block; return for each its leaf, or why it was refused.

        When this returns, the block is durable, guarded, and in the tiles.

        Raises:
            StoppedError: a write failed; nothing more will be written.
        """
        with self._turn.writer():
            built = self._build(candidates)
            if not built.leaves:
                self.overlay.cancel(built.notes)
                return built.results
            try:
                self._commit(built)
            except ConflictError:
                return self._commit_without_conflicts(candidates)
            return built.results

    def judge(self, candidate: Candidate) -> SuyuanError | None:
        """Return why a candidate would be refused at the next leaf, None where it would not; nothing is recorded."""
        with self._turn.writer():
            built = self._build([candidate])
            self.overlay.cancel(built.notes)
        found = built.results[0]
        if not isinstance(found, SuyuanError):  # what the database says when the block is committed
            found = self._find_recorded(candidate) or found
        recorded = self._store.reader().statement_by_identity(candidate.identity)
        return found if isinstance(found, SuyuanError) and recorded is None else None

    def seal(self) -> None:
        """Seal an idle ledger: a block without statements."""
        if self.head.edge.size:
            with self._turn.writer():
                self._commit(self._build([]))

    def await_size(self, size: int, seconds: float) -> None:
        """Wait until readers see a log of so many leaves, or for some time."""
        with self._shown:
            self._shown.wait_for(lambda: self.head.edge.size >= size, seconds)

    def add_cosignatures(self, size: int, lines: Sequence[str], *, quorum: bool) -> None:
        """Store verified lines of witnesses; where they reach the quorum, proofs move on to this size."""
        self._store.add_cosignatures(size, lines, quorum=quorum)
        reach("cosignature")
        if quorum:
            self.overlay.forget(size)
        if size == self._publisher.published:
            self._publisher.refresh()

    def tidy(self) -> None:
        """Let the store do its housekeeping, and carry out the orders to erase; nobody waits for it."""
        self._store.tidy()
        self.erase()

    def erase(self) -> None:
        """Take out what orders are about that the newest checkpoint with a quorum covers."""
        if self._eraser.turn(self.head.replay.registry, self.overlay.floor):
            self.recent.clear()

    def publish(self) -> None:
        """Publish the newest checkpoint, if it is not published yet."""
        self._publisher.publish(self._tree)

    def publish_if_due(self) -> None:
        """Publish if the newest checkpoint is not published and a second has passed."""
        if not self._publisher.due:
            self.publish()

    @property
    def publish_due(self) -> float:
        """Return in how many seconds publishing is due; 0 where there is nothing to publish or it is due now."""
        return self._publisher.due if self._publisher.published != self._tree.size else 0.0

    def refresh(self) -> None:
        """Write the published checkpoint again, with cosignatures that have come since."""
        self._publisher.refresh()

    def _build(self, candidates: Sequence[Candidate]) -> Built:
        began = self.measures.now()
        time = max(self._clock(), self.head.time + 1)
        builder = BlockBuilder(
            self._start,
            time=time,
            replay=self.head.replay,
            overlay=self.overlay,
            store=self._store,
            kept=self._kept,
            eraser=self._eraser,
        )
        built = builder.build(candidates)
        self.measures.since("judge", began)
        return built

    def _commit(self, built: Built) -> None:
        began = self.measures.now()
        tree = self._tree.copy()
        keys = self._keys_of(built)
        sealed = keys.sign_seal(built.seal)
        seal_leaf = leaf_hash(sealed.entry)
        grown = tree.append([*built.leaves, seal_leaf])
        root = tree.root()  # by two ways that must agree, before anything signs it
        checkpoint = Checkpoint(keys.origin, tree.size, root)
        built.block.seal = StoredSeal(built.seal.covered, sealed.entry, built.seal.first, built.seal.time)
        built.block.checkpoint = self._sign(checkpoint, built, keys)
        reach("before-commit")
        try:
            self._store.commit(built.block, self._turn.pause())
        except SuyuanError:
            self.overlay.cancel(built.notes)
            raise
        began = self.measures.since("commit", began)
        reach("after-commit")
        self._tree = tree
        self._start = replace(built.start, last_seal=seal_leaf)
        self._guard.record(tree.size, root)
        began = self.measures.since("guard", began)
        reach("after-guard")
        self._publisher.add(tree, grown, [row[1] for row in built.block.statements] + [sealed.entry])
        self.measures.since("tiles", began)
        self.measures.block(len(built.block.events), built.seal.time - self.head.time if self.head.time else 0)
        self.recent.add(built.events)  # before readers see the block
        with self._shown:
            self.head = Head(tree.edge(), built.replay, root, built.seal.time, seal_leaf)
            self._shown.notify_all()
        if built.block.checkpoint.quorum:
            self.overlay.forget(tree.size)

    def _keys_of(self, built: Built) -> LedgerKeys:
        """Return the keys of the charter in force at the seal's leaf: where an approval completed one, already its."""
        charter = built.replay.registry.charter_in_force(built.seal.covered) or built.replay.founding
        if charter is None:
            raise StoppedError("charter", came="none", expected="a founded ledger")
        return self._keys.chosen_by(charter)

    def _sign(self, checkpoint: Checkpoint, built: Built, keys: LedgerKeys) -> StoredCheckpoint:
        """Return the checkpoint's row: signatures are made once and kept, so that a second asking gets the same."""
        seconds = built.seal.time // 1000
        note = keys.sign_checkpoint(checkpoint, max(seconds, 1))
        header, signature = keys.sign_receipts(checkpoint, seconds)
        charter = built.replay.registry.charter_in_force(checkpoint.size - 1)
        alone = charter is not None and charter.policy.satisfied(charter.policy.quorum, [])
        return StoredCheckpoint(checkpoint.size, note, header, signature, alone)

    def _commit_without_conflicts(self, candidates: Sequence[Candidate]) -> list[int | SuyuanError]:
        """Find which candidates the database knows already, and commit the others."""
        known = [self._find_recorded(each) for each in candidates]
        built = self._build([each for each, found in zip(candidates, known, strict=True) if found is None])
        if built.leaves:
            self._commit(built)
        else:
            self.overlay.cancel(built.notes)
        rest = iter(built.results)
        return [next(rest) if found is None else found for found in known]

    def _find_recorded(self, candidate: Candidate) -> int | SuyuanError | None:
        """Return where the same statement is recorded, or a refusal that names events recorded already."""
        reader = self._store.reader()
        if same := reader.statement_by_identity(candidate.identity):
            return same.leaf
        number = self._start.participants.get(candidate.statement.header.issuer)
        taken = [
            position
            for position, event in enumerate(candidate.events)
            if number is not None and reader.has_event_id(event.head.id, number)
        ]
        if candidate.envelope_key and number is not None and reader.has_event_id(candidate.identity[:16], number):
            return ConflictError("statement", came="an id recorded already", expected="another digest")
        if not taken:
            return None
        field = ", ".join(f"events[{position}]" for position in taken)
        return ConflictError(f"{field}.id", came="recorded already", expected="ids this issuer has not used")
