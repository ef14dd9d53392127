"""The statements of every ledger that a witness follows: one store, one key, and a desk for each ledger."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ledger.client.client import LedgerClient
from ledger.client.transport import Patience
from ledger.errors import StoppedError
from ledger.witness.follow import Follower
from ledger.witness.serve.server import Door
from ledger.witness.statements.desk import PERIOD, Addressee, StatementDesk
from ledger.witness.statements.door import statements_door
from ledger.witness.statements.intake import IntakeWatch
from ledger.witness.statements.judge import Judge, LedgerJudge
from ledger.witness.statements.keys import NoticeKey
from ledger.witness.statements.store import StatementStore
from ledger.witness.store import WitnessReader

JudgeOf = Callable[[Follower, LedgerClient, str], Judge]


class StatementService:
    """Desks and the thread that does their rounds."""

    def __init__(
        self,
        database: Path,
        followers: Sequence[Follower],
        *,
        key: NoticeKey,
        cosigned: WitnessReader,
        judge_of: JudgeOf | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open the store.

        Args:
            database: the store's file.
            followers: those of the ledgers.
            key: signs notices.
            cosigned: what this witness cosigned.
            judge_of: returns who judges a ledger's statements; None for the ledger itself.
            clock: POSIX seconds.
            monotonic: seconds, never going back.
        """
        self.store = StatementStore(database)
        self._followers, self._key, self._cosigned = followers, key, cosigned
        self._judge_of = judge_of or (lambda _, client, origin: LedgerJudge(client, cosigned, origin))
        self._clock, self._monotonic = clock, monotonic
        self._desks: dict[str, StatementDesk] = {}
        self._mutex = threading.Lock()

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def door(self) -> Door:
        """Return what it answers over HTTP."""
        return statements_door(self.desks)

    def desks(self) -> list[StatementDesk]:
        """Return the desks of the ledgers whose names are known by now."""
        with self._mutex:
            for follower in self._followers:
                if follower.origin and follower.origin not in self._desks:
                    self._desks[follower.origin] = self._desk(follower, follower.origin)
            return list(self._desks.values())

    def run(self, done: threading.Event, failed: Callable[[Exception], None], *, period: float = PERIOD) -> None:
        """Do rounds until `done`, `period` seconds apart; `failed` is told what ended them."""
        try:
            while not done.wait(period):
                for desk in self.desks():
                    desk.step()
        except StoppedError as error:
            failed(error)

    def _desk(self, follower: Follower, origin: str) -> StatementDesk:
        client = LedgerClient(follower.url, timeout=10.0, patience=Patience(attempts=1))
        is_open = IntakeWatch(follower.url, lambda: self._size(origin))
        return StatementDesk(
            Addressee(origin, client, is_open, lambda: follower.trusted),
            judge=self._judge_of(follower, client, origin),
            store=self.store,
            key=self._key,
            clock=self._clock,
            monotonic=self._monotonic,
        )

    def _size(self, origin: str) -> int:
        newest = self._cosigned.newest(origin)
        return newest.size if newest else 0
