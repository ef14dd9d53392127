"""Reading aside: a process reads what comes, so that this one has its time for keeping, signing and sending.

What is handed over is held here until it is answered. Where the process ends, or does not answer, it is begun again and
asked again, message by message where it stumbled: the one over which it ends twice is refused, and no other. What it
cannot say, and whatever is wrong with a message, this process finds out itself, by the same functions.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from select import select
from weakref import finalize

from ledger.errors import SetupError, StoppedError
from ledger.gateway.aside_process import AsideProcess, EndedError
from ledger.gateway.intake import Arrival
from ledger.gateway.moved import running_future
from ledger.gateway.passing import can_be_passed, format_questions, parse_answers
from ledger.gateway.received import Received
from verifier.errors import UnsupportedError
from verifier.ledgerformat.vocabulary import EventType

_TOGETHER = 64  # messages of one question
_BYTES = 1 << 19  # of one question, unless it is one message
_AHEAD = 8  # questions that are asked before the first answer is taken
_PATIENCE = 120.0  # seconds for one question
_BEGINNING = 120.0  # seconds until it can be asked
_TRIES = 2
_PROGRAM = (sys.executable, "-P", "-m", "ledger.gateway.aside")
Outcome = Arrival | Exception


@dataclass(slots=True)
class _Lot:
    """Messages that were handed over together, and what came of them."""

    messages: Sequence[Received]
    answer: Future[list[Outcome]] = field(default_factory=running_future)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    def tell(self, place: int, outcome: Outcome) -> None:
        self.outcomes[place] = outcome
        if len(self.outcomes) == len(self.messages):
            self.answer.set_result([self.outcomes[each] for each in range(len(self.messages))])


@dataclass(slots=True)
class _Question:
    """Some messages of a lot, asked in one frame; `tries` counts how often the process ended over them."""

    lot: _Lot
    places: Sequence[int]
    tries: int = 0

    @property
    def messages(self) -> list[Received]:
        return [self.lot.messages[each] for each in self.places]

    def tell(self, outcomes: Iterable[Outcome]) -> None:
        for place, each in zip(self.places, outcomes, strict=True):
            self.lot.tell(place, each)

    def refuse(self, error: Exception) -> None:
        self.tell([error] * len(self.places))


class Reader:
    """Reads in a process of its own, in the order in which it is asked; any thread may ask."""

    def __init__(
        self, types: Mapping[str, EventType], *, program: Sequence[str] = _PROGRAM, patience: float = _PATIENCE
    ) -> None:
        """Begin the process.

        Args:
            types: whose events are prepared, by name.
            program: what is run.
            patience: seconds for one question.
        """
        self._types = pickle.dumps(dict(types))
        self._program, self._patience = program, patience
        self._new: deque[_Question] = deque()
        self._asked: deque[_Question] = deque()  # used by the thread alone
        self._turn = threading.Lock()
        self._closing = False
        self._fault: Exception | None = None
        self._wakes, self._wake = os.pipe()
        for each in (self._wakes, self._wake):
            os.set_blocking(each, False)
        finalize(self, _close, self._wakes, self._wake).atexit = False
        self.pid = 0
        self._thread = threading.Thread(target=self._run, name="gateway-reader", daemon=True)
        self._thread.start()

    def read(self, received: Received) -> Future[list[Outcome]]:
        """Ask for one message; the answer is one outcome.

        Raises:
            StoppedError: the reader is closed, or its process cannot be begun.
        """
        return self._ask([received])

    def read_all(self, messages: Iterable[Received]) -> Iterator[Outcome]:
        """Yield what each message says, or why it cannot be read, in their order.

        Raises:
            StoppedError: the reader is closed, or its process cannot be begun.
        """
        asked: deque[Future[list[Outcome]]] = deque()
        for some in _together(messages):
            asked.append(self._ask(some))
            if len(asked) > _AHEAD:
                yield from asked.popleft().result()
        while asked:
            yield from asked.popleft().result()

    def close(self) -> None:
        """End the process; what is not answered is refused."""
        with self._turn:
            self._closing = True
            self._call()
        self._thread.join()

    def _ask(self, messages: Sequence[Received]) -> Future[list[Outcome]]:
        lot = _Lot(messages)
        passed = [place for place, each in enumerate(messages) if can_be_passed(each)]
        with self._turn:
            if self._closing:
                raise _stopped(self._fault)
            if passed:
                self._new.append(_Question(lot, passed))
                self._call()
        for place in sorted(set(range(len(messages))) - set(passed)):
            lot.tell(place, _read(messages[place]))
        return lot.answer

    def _call(self) -> None:
        """Let the thread look again, in one's turn."""
        if self._thread.is_alive():
            with suppress(BlockingIOError):  # it has calls enough
                os.write(self._wake, b"x")

    def _run(self) -> None:
        try:
            while not self._closing:
                self._run_process()
                self._rest()
        except Exception as error:  # noqa: BLE001 - whoever asks next is told
            self._fault = error
        finally:
            self._refuse_rest()

    def _rest(self) -> None:
        """Wait until there is something to ask: a process that ended with nothing to do is begun again then."""
        while not (self._closing or self._new or self._asked):
            select([self._wakes], [], [])
            self._hear_calls()

    def _run_process(self) -> None:
        """Ask until the reader closes, or the process ends; then note over what it did."""
        process = AsideProcess(self._program)
        self.pid = 0
        try:
            self._converse(process)
        except EndedError as error:
            if not self.pid:
                raise SetupError("reader", came="its end", expected="a process that reads") from error
            self._stumble()
        finally:
            process.end()

    def _converse(self, process: AsideProcess) -> None:
        process.send(self._types)
        for each in self._asked:
            process.send(format_questions(each.messages))
        moved = time.monotonic()
        while not self._closing:
            idle = self.pid and not self._asked
            end = moved + (self._patience if self.pid else _BEGINNING)
            frames = process.turn(self._wakes, None if idle else max(0.0, end - time.monotonic()))
            for frame in frames:
                if self.pid:
                    self._take(frame)
                self.pid = process.pid
            if idle or frames:
                moved = time.monotonic()
            elif time.monotonic() >= end:
                process.kill()
            for each in self._take_new():
                process.send(format_questions(each.messages))

    def _take_new(self) -> list[_Question]:
        """Return what was handed over since, as asked from now on."""
        self._hear_calls()
        with self._turn:
            new = list(self._new)
            self._new.clear()
        self._asked += new
        return new

    def _hear_calls(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._wakes, 4_096)

    def _take(self, frame: bytes) -> None:
        """Tell the first question what came of its messages."""
        question = self._asked.popleft()
        messages = question.messages
        answers = zip(parse_answers(frame, messages), messages, strict=True)
        question.tell(arrival or _read(received) for arrival, received in answers)

    def _stumble(self) -> None:
        """Ask message by message, the process having ended over the first question; refuse what ended it twice."""
        if not self._asked:
            return
        first = self._asked.popleft()
        if len(first.places) > 1:
            self._asked.extendleft(_Question(first.lot, [each]) for each in reversed(first.places))
        elif first.tries + 1 < _TRIES:
            first.tries += 1
            self._asked.appendleft(first)
        else:
            came = "the end of the process that read it"
            expected = "a message that can be read: report this one"
            first.refuse(UnsupportedError("message", came=came, expected=expected))

    def _refuse_rest(self) -> None:
        with self._turn:
            self._closing = True
            rest = [*self._asked, *self._new]
            self._asked.clear()
            self._new.clear()
        for each in rest:
            each.refuse(_stopped(self._fault))


def _together(messages: Iterable[Received]) -> Iterator[list[Received]]:
    """Yield messages in lots, neither too many nor too large."""
    lot: list[Received] = []
    size = 0
    for each in messages:
        if lot and (len(lot) == _TOGETHER or size + len(each.data) > _BYTES):
            yield lot
            lot, size = [], 0
        lot.append(each)
        size += len(each.data)
    if lot:
        yield lot


def _read(received: Received) -> Outcome:
    """Return what a message says, or why it cannot be read: read here."""
    try:
        return received.read()
    except Exception as error:  # noqa: BLE001 - its sender is told
        return error


def _close(*descriptors: int) -> None:
    for each in descriptors:
        os.close(each)


def _stopped(fault: Exception | None) -> StoppedError:
    return StoppedError("reader", came=str(fault or "closing"), expected="one that runs")
