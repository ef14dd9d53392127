"""A candidate: follows whoever leads, and leads once nobody does.

One thread does both, a turn at a time. A turn that fails is tried again: what a database or a guard says against it is
told in `fault`, and reads go on from what was followed so far. A leader whose lease cannot be renewed steps down once
it has run out; what it would write after that, whatever its own clock says, the fence in its transactions refuses.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from ledger.election.lease import NOBODY, Leader, Lease
from ledger.errors import BehindError, LedgerError, SetupError, StoppedError
from ledger.ledger import Ledger
from ledger.sequencer.guard import Guard
from ledger.store.interface import WriteStore
from verifier.errors import SuyuanError

PERIOD = 0.5  # seconds between two turns
_TAKING_UP = 60.0  # seconds that taking the lead may take
PATIENCE = 2.0  # seconds after which whoever could not take the lead stands again: others go first


@dataclass(frozen=True, slots=True)
class Writing:
    """What a leader writes with.

    Attributes:
        rows: the store's writer, fenced by the lease.
        guard: opened.
        close: gives the store's connection back.
        sever: ends what the writer waits for, where nobody answers it; nothing that it asks for later is done.
    """

    rows: WriteStore
    guard: Guard
    close: Callable[[], None]
    sever: Callable[[], None] = lambda: None


class Candidate:
    """Stands for a ledger.

    Attributes:
        leader: who leads, as the last turn that could ask found.
        fault: what the last turn failed with, None where it did not.
    """

    def __init__(
        self,
        ledger: Ledger,
        lease: Lease,
        open_writing: Callable[[], Writing],
        *,
        seconds: float,
        monotonic: Callable[[], float],
        tell: Callable[[str], None] = lambda _: None,
        tell_fault: Callable[[SuyuanError], None] = lambda _: None,
    ) -> None:
        """Stand for a ledger that follows; `start` begins.

        Args:
            ledger: follows at first.
            lease: ours is asked for in it.
            open_writing: opens what a leader writes with, once the lease is ours.
            seconds: how long a lease runs.
            monotonic: seconds, never going back.
            tell: told `leads` or `follows`, each time that this changes.
            tell_fault: told what a turn failed with, where the one before did not fail with the same.
        """
        self.ledger = ledger
        self.leader: Leader = NOBODY
        self.fault: SuyuanError | None = None
        self._lease = lease
        self._open_writing = open_writing
        self._seconds = seconds
        self._monotonic = monotonic
        self._tell = tell
        self._tell_fault = tell_fault
        self._writing: Writing | None = None
        self._renewed = 0.0
        self._waits_until = monotonic()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="suyuan-candidate", daemon=True)

    def start(self) -> None:
        """Take a first turn, so that a ledger that nobody leads has its leader when this returns; go on in a thread.

        Raises:
            SetupError: nobody leads, and this process must not: what is wrong, nobody mends by waiting.
        """
        self.turn()
        if isinstance(self.fault, SetupError):
            raise self.fault
        self._thread.start()

    def close(self) -> None:
        """Stand no more and close the ledger; a leader finishes what is queued, then lets another one lead at once."""
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
        self.ledger.close()
        self._give_up()
        self._lease.close()

    def turn(self) -> None:
        """Follow, renew, take the lead or give it up, as it has come to be."""
        before = self.fault
        try:
            if self._writing:
                self.fault = self._stay()
            else:
                self._stand()
                self.fault = None
        except SuyuanError as error:
            self.fault = error
        except Exception as error:  # noqa: BLE001 - whatever it was, the next turn comes: without one nobody steps down
            came = f"{type(error).__name__}: {error}"
            self.fault = StoppedError("candidate", came=came, expected="no fault", todo="Report it; it tries again.")
        if self.fault and str(self.fault) != str(before):
            self._tell_fault(self.fault)

    def _run(self) -> None:
        while not self._done.wait(PERIOD):
            self.turn()

    # Following.

    def _stand(self) -> None:
        self.leader = self._lease.state()
        self.ledger.follow()  # a leader that could not, because the database did not answer, does so now
        self.ledger.catch_up()
        self.ledger.hear(self.leader.size)
        if self.leader.left <= 0 and self._monotonic() >= self._waits_until and self._lease.acquire():
            self._take_up()

    def _take_up(self) -> None:
        """Lead. Where that fails, another process may: this one lets it go first."""
        self._renewed = self._monotonic()
        writing = None
        try:
            with self._renewing():
                writing = self._open_writing()
                self.ledger.lead(writing.rows, writing.guard)
        except BaseException as error:
            if isinstance(error, BehindError):
                self.ledger.find_behind(error)
            self._waits_until = self._monotonic() + PATIENCE
            if writing:
                writing.close()
            with suppress(LedgerError):
                self._lease.release()
            raise
        self._writing = writing
        self.leader = self._lease.state()
        self._tell("leads")

    @contextmanager
    def _renewing(self) -> Iterator[None]:
        """Keep the lease meanwhile: connecting, witnesses and recovery may take longer than it runs."""
        done, until = threading.Event(), self._monotonic() + _TAKING_UP

        def renew() -> None:
            with suppress(LedgerError):
                while not done.wait(self._seconds / 3) and self._monotonic() < until and self._lease.renew():
                    self._renewed = self._monotonic()

        thread = threading.Thread(target=renew, name="suyuan-taking-up", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    # Leading.

    def _stay(self) -> SuyuanError | None:
        """Renew, or step down; return what is wrong as long as that can be borne."""
        stopped = self.ledger.stopped
        if stopped:
            self._waits_until = self._monotonic() + PATIENCE
            self._step_down()
            raise stopped
        try:
            ours, fault = self._lease.renew(), None
        except LedgerError as error:
            ours, fault = self._monotonic() - self._renewed < self._seconds, error
        else:
            self._renewed = self._monotonic()
        if not ours:
            self._step_down()
        return fault

    def _step_down(self) -> None:
        """Let what is under way fail, since the fence lets nothing more pass or does not answer; follow."""
        try:
            if self._writing:
                self._writing.sever()
            self.ledger.follow()
        finally:
            self._give_up()

    def _give_up(self) -> None:
        """Give back what a leader writes with, and the lease where it is still ours."""
        writing, self._writing = self._writing, None
        if writing:
            writing.close()
            with suppress(LedgerError):  # who keeps the lease does not answer: it runs out
                self._lease.release()
            self._tell("follows")
