"""The lookers of a ledger: begun when they are first asked, begun again when they end."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence

from ledger.frames import EndedError
from ledger.looking.looker import Looker
from ledger.looking.passing import Looked, Question
from verifier.judgement.replay import Replay

_PROGRAM = (sys.executable, "-P", "-m", "ledger.looking.process")
_TURN = 5.0  # seconds for which a group waits for one at most; then the ledger looks itself
_PAUSE, _LONGEST = 0.5, 30.0  # seconds before one is begun again that ended, and at most, when it ends each time


class Lookers:
    """Processes that look at submissions. Any thread may ask.

    Attributes:
        ended: how many have ended that nobody had let end.
    """

    def __init__(
        self,
        count: int,
        folder: str,
        origin: str,
        *,
        database: str | None = None,
        program: Sequence[str] = _PROGRAM,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Begin none yet.

        Args:
            count: how many there may be.
            folder: of the ledger.
            origin: its name.
            database: one on a server, where it is another address than the folder names.
            program: what begins one.
            tell: told why one ended, each time.
        """
        self.count = count
        self.ended = 0
        self._begin: Callable[[], Looker] = lambda: Looker(program, folder, database, origin)
        self._tell = tell
        self._changed = threading.Condition()
        self._idle: list[Looker] = []
        self._ready = 0  # that can be asked, or are being asked
        self._begun = self._closing = False
        self._leave = threading.Event()
        self._keepers: list[threading.Thread] = []
        self._replay: Replay | None = None
        self._acts = 0

    @property
    def ready(self) -> int:
        """Return how many can be asked."""
        return self._ready

    @property
    def pids(self) -> list[int]:
        """Return the processes that nobody asks at this moment."""
        with self._changed:
            return [each.pid for each in self._idle]

    def look(self, group: Sequence[bytes], replay: Replay, *, leaf: int, now: int) -> list[Looked] | None:
        """Return what a looker found of each submission; None where there is none to be asked: look yourself.

        Args:
            group: submissions.
            replay: the registry that the ledger goes by.
            leaf: the next one.
            now: the ledger's clock, milliseconds since 1970.
        """
        looker = self._take()
        if looker is None:
            return None
        try:
            looked = looker.look(Question(self._number_of(replay), leaf, now, list(group)))
        except Exception as error:  # noqa: BLE001 - whatever it was, this one is asked nothing more
            self._lose(looker, error)
            return None
        self._give_back(looker)
        return looked

    def close(self) -> None:
        """End them; nobody asks any more."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._leave.set()
        for each in self._keepers:
            each.join()
        for looker in self._idle:
            looker.end()

    def _number_of(self, replay: Replay) -> int:
        """Return a number for a registry: the ledger replaces its registry whole when it changes."""
        with self._changed:
            if replay is not self._replay:
                self._replay, self._acts = replay, self._acts + 1
            return self._acts

    def _take(self) -> Looker | None:
        with self._changed:
            if not self._begun and not self._closing:
                self._begun = True
                for _ in range(self.count):
                    self._keep()
            if not self._ready:
                return None
            self._changed.wait_for(lambda: self._idle or not self._ready or self._closing, _TURN)
            return self._idle.pop() if self._idle and not self._closing else None

    def _give_back(self, looker: Looker) -> None:
        with self._changed:
            self._idle.append(looker)
            self._changed.notify()

    def _lose(self, looker: Looker, error: Exception) -> None:
        looker.kill()
        with self._changed:
            self._ready -= 1
            self.ended += 1
            self._changed.notify_all()
            if not self._closing:
                self._keep()
        self._tell(type(error).__name__)

    def _keep(self) -> None:
        """Have one begun, in a thread of its own."""
        pause = min(_LONGEST, _PAUSE * 2 ** min(self.ended, 8)) if self.ended else 0.0
        thread = threading.Thread(target=self._begin_one, args=(pause,), name="suyuan-looker", daemon=True)
        self._keepers = [*(each for each in self._keepers if each.is_alive()), thread]
        thread.start()

    def _begin_one(self, pause: float) -> None:
        while not self._leave.wait(pause):
            try:
                looker = self._begin()
            except (EndedError, OSError) as error:
                self.ended += 1
                self._tell(type(error).__name__)
                pause = min(_LONGEST, max(_PAUSE, 2 * pause))
                continue
            with self._changed:
                self._idle.append(looker)
                self._ready += 1
                self._changed.notify()
            return
