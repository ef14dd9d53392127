"""What only the leader has: the guard, the sequencer, the writer's thread, the eraser, the door.

Taking it up recovers the state from what is durable, as every start does; giving it up finishes what is queued.
"""

from __future__ import annotations

from collections.abc import Callable

from ledger.cosigning import Cosigned, check_cosignatures
from ledger.erasure.eraser import Eraser
from ledger.errors import StoppedError
from ledger.leading.door import Door
from ledger.prove.notes import cosigned_note
from ledger.sequencer.guard import Guard
from ledger.sequencer.publisher import Publisher
from ledger.sequencer.queue import WriterThread
from ledger.sequencer.recover import Known, Recovered, recover
from ledger.sequencer.sequencer import Clock, Sequencer
from ledger.sequencer.turn import Turn
from ledger.signing.key_ring import HeldKeys
from ledger.store.interface import Store, WriteStore
from ledger.tiles.interface import Tiles
from verifier.vocabulary import registry_types


class Leadership:
    """The writer of a ledger, and everything that belongs to it.

    Attributes:
        guard: what has left, outside the database.
        eraser: carries out orders to erase.
        writer: the one thread that writes.
        door: where submissions come in.
    """

    def __init__(  # noqa: PLR0913 - the parts of a ledger
        self,
        store: Store,
        rows: WriteStore,
        tiles: Tiles,
        *,
        keys: HeldKeys,
        guard: Guard,
        clock: Clock,
        monotonic: Callable[[], float],
        known: Known | None = None,
        passing: bool = False,
    ) -> None:
        """Recover the state and start the writer; where that fails, the guard is closed.

        Args:
            store: for snapshots.
            rows: its writer's side; nobody else writes.
            tiles: where the log goes.
            keys: the ledger's own.
            guard: opened.
            clock: milliseconds since 1970.
            monotonic: seconds.
            known: what a standby followed.
            passing: another one follows.

        Raises:
            StoppedError: older than what has left already.
            SetupError: other keys than the charter's.
        """
        self.guard, self._rows, self._tiles, turn = guard, rows, tiles, Turn()
        try:
            found = _recovered(rows, tiles, guard, keys, known)
            sequencer = self._go_on_from(found, tiles, keys, turn, clock, monotonic)
        except BaseException:
            guard.close()
            raise
        writer = self.writer = WriterThread(sequencer, monotonic=monotonic)
        self.door = Door(store, writer, keys=keys, turn=turn, eraser=self.eraser, clock=clock, passing=passing)
        writer.start()

    @property
    def sequencer(self) -> Sequencer:
        """Return the writer's sequencer."""
        return self.writer.sequencer

    def close(self) -> None:
        """Finish what is queued, publish, and let go of the guard."""
        self.writer.close()
        self._tiles.close()
        self.door.close()
        self.guard.close()

    def cosign(self, note: bytes) -> Cosigned:
        """Take in witnesses' lines under one of our checkpoints, in the writer's thread.

        Raises:
            ConflictError: another root for this size.
            UntrustedError: a line of a key that the charter does not name.
        """

        def store() -> Cosigned:
            cosigned = check_cosignatures(note, self._rows.reader(), self.sequencer.head.replay.registry)
            if cosigned.lines:
                self.sequencer.add_cosignatures(cosigned.size, cosigned.lines, quorum=cosigned.quorum)
            return cosigned

        try:
            cosigned: Cosigned = self.writer.call(store).result()
        except StoppedError as error:
            raise self.door.told(error) from error
        return cosigned

    def require_running(self) -> None:
        """Raise what whoever waits for the writer is told, if it has stopped."""
        try:
            self.writer.require_running()
        except StoppedError as error:
            raise self.door.told(error) from error

    def _go_on_from(  # noqa: PLR0917 - the parts of a ledger
        self,
        found: Recovered,
        tiles: Tiles,
        keys: HeldKeys,
        turn: Turn,
        clock: Clock,
        monotonic: Callable[[], float],
    ) -> Sequencer:
        publisher = Publisher(
            tiles,
            bundle=found.bundle,
            published=found.published,
            note_of=lambda size: cosigned_note(self._rows.reader(), size),
            monotonic=monotonic,
        )
        self.eraser = Eraser(self._rows, clock)
        sequencer = Sequencer(
            store=self._rows,
            overlay=found.overlay,
            tree=found.tree,
            head=found.head,
            start=found.start,
            keys=keys,
            guard=self.guard,
            publisher=publisher,
            clock=clock,
            turn=turn,
            eraser=self.eraser,
        )
        sequencer.erase()  # what this database has not seen carried out: a crash, or an older copy of it
        return sequencer


def _recovered(rows: WriteStore, tiles: Tiles, guard: Guard, keys: HeldKeys, known: Known | None) -> Recovered:
    """Return the state, of a ledger whose keys are those that the charter in force names."""
    found = recover(rows.reader(), tiles, guard, registry_types(), known)
    if founding := found.replay.founding:
        keys.chosen_by(found.replay.registry.charter_in_force(found.head.edge.size) or founding)
    return found
