"""Taking statements for one ledger, forwarding them, and saying which the ledger withholds.

The clock of a statement runs only while the ledger's intake is open to others: while it answers, and either
says that it is ready or logs what others send. So a ledger that is down withholds nothing, and one that only
claims to be down does.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from ledger.client.client import LedgerClient
from ledger.client.trusted import TrustedLedger
from ledger.errors import BusyError, StoppedError, UnreachableError
from ledger.witness.statements.judge import Judge, read_submission, require_meant_for
from ledger.witness.statements.keys import NoticeKey
from ledger.witness.statements.store import LOGGED, REFUSED, WAITING, StatementStore, Taken
from verifier.errors import SuyuanError
from verifier.ledgerformat.statement import statement_identity
from verifier.ledgerformat.withheld import OPEN_INTAKE, Withheld
from verifier.primitives.note import format_vkey
from verifier.proof.alone import verify_statement_receipt

PERIOD = 5.0  # seconds between two rounds
_A_ROUND = 50  # statements that are handed in, in one round
_NOT_NOW = (UnreachableError, BusyError, StoppedError)


@dataclass(frozen=True, slots=True)
class Addressee:
    """The ledger that statements are for.

    Attributes:
        origin: its name.
        client: asks its service.
        is_open: looks whether intake is open to others now.
        trusted: returns the ledger as its charter describes it.
    """

    origin: str
    client: LedgerClient
    is_open: Callable[[], bool]
    trusted: Callable[[], TrustedLedger]


class StatementDesk:
    """The statements of one ledger."""

    def __init__(
        self,
        ledger: Addressee,
        *,
        judge: Judge,
        store: StatementStore,
        key: NoticeKey,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take statements for a ledger.

        Args:
            ledger: whom they are for.
            judge: says what is admissible.
            store: where statements are kept.
            key: signs notices.
            clock: POSIX seconds.
            monotonic: seconds, never going back.
        """
        self.origin, self._client = ledger.origin, ledger.client
        self._is_open, self._trusted = ledger.is_open, ledger.trusted
        self._judge, self._store, self._key = judge, store, key
        self._clock, self._monotonic = clock, monotonic
        self._was_open: float | None = None  # when intake was seen open last, if it was the last time
        self._turn = threading.Lock()

    @property
    def vkey(self) -> str:
        """Return the verifier key of its notices."""
        return format_vkey(self._key.public)

    def take(self, data: bytes) -> Taken:
        """Keep a submission that is admissible; return it as it is kept. The same one may come again.

        Raises:
            SuyuanError: what speaks against it; nothing was kept.
        """
        submission, statement = read_submission(data)
        require_meant_for(statement, self.origin)
        identity = statement_identity(statement)
        if known := self._store.find(identity):
            return known
        self._judge.judge(data)
        now = int(self._clock())
        self._store.add(Taken(identity, self.origin, submission.statement, data, now, now, 0.0))
        return self._store.find(identity) or self._lost()

    def step(self) -> None:
        """Do one round: let time pass, hand in what waits, publish what is withheld."""
        with self._turn:
            self._pass_time()
            for taken in self._store.waiting(self.origin, _A_ROUND):
                self._forward(taken)

    def find(self, identity: bytes) -> Taken | None:
        """Return a statement that was taken."""
        found = self._store.find(identity)
        return found if found and found.origin == self.origin else None

    def noticed(self) -> list[Taken]:
        """Return those about which a notice was published."""
        return self._store.noticed(self.origin)

    def _pass_time(self) -> None:
        """Count the time since intake was seen open, where it is open still; a long sleep counts as one round."""
        now = self._monotonic()
        if not self._is_open():
            self._was_open = None
            return
        if self._was_open is not None:
            self._store.pass_time(self.origin, min(now - self._was_open, 2 * PERIOD), now=int(self._clock()))
        self._was_open = now

    def _forward(self, taken: Taken) -> None:
        try:
            receipt = self._client.submit(taken.submission)
            trusted = self._trusted()
            found = verify_statement_receipt(receipt.data, taken.entry, trusted.parts, trusted.standpoint)
        except _NOT_NOW as error:
            self._left_out(taken, error.code)
        except SuyuanError as error:
            self._refused(taken, error)
        else:
            self._logged(taken, found.leaf)

    def _refused(self, taken: Taken, error: SuyuanError) -> None:
        """The ledger refused it: it is right, or the statement is withheld under a pretext."""
        try:
            self._judge.judge(taken.submission)
        except _NOT_NOW:
            self._left_out(taken, error.code)
        except SuyuanError as fault:
            self._store.settle(taken, REFUSED, answer=fault.code)
        else:
            self._left_out(taken, error.code)

    def _left_out(self, taken: Taken, answer: str) -> None:
        now = int(self._clock())
        self._store.tried(taken, now, answer)
        if taken.open_intake < OPEN_INTAKE or taken.notice or now - taken.first_seen < int(taken.open_intake):
            return
        try:
            size = self._judge.judge(taken.submission)
        except _NOT_NOW:
            return
        except SuyuanError as fault:
            self._store.settle(taken, REFUSED, answer=fault.code)
            return
        notice = self._notice(replace(taken, last_tried=now, answer=answer), size)
        self._store.publish(taken, self._key.sign(notice))

    def _logged(self, taken: Taken, leaf: int) -> None:
        """It stands in the log now, or the ledger has signed that it does; a notice says so from now on."""
        self._store.tried(taken, int(self._clock()), LOGGED)
        self._store.settle(taken, LOGGED, answer=LOGGED, leaf=leaf)
        if taken.notice:
            notice = self._notice(replace(taken, last_tried=int(self._clock()), answer=LOGGED, leaf=leaf), leaf + 1)
            self._store.publish(taken, self._key.sign(notice))

    def _notice(self, taken: Taken, size: int) -> Withheld:
        return Withheld(
            origin=self.origin,
            statement=taken.identity,
            first_seen=taken.first_seen,
            last_tried=taken.last_tried,
            open_intake=int(taken.open_intake),
            judged=self._judge.basis,
            size=size,
            answer=taken.answer,
            logged=taken.leaf,
        )

    def _lost(self) -> Taken:
        raise StoppedError("statements.db", came="nothing", expected=f"the statement, {WAITING}")
