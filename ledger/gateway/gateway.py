"""The gateway: threads that keep what comes, sign and send it, and look after receipts and handles."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import MappingProxyType

from ledger.client.client import LedgerClient
from ledger.client.reading import read_head
from ledger.compose.event import ComposedEvent, Randomness
from ledger.errors import BusyError, StoppedError
from ledger.failpoints import reach
from ledger.gateway.batching import Limits, Schedule
from ledger.gateway.composing import Composer, unknown_head
from ledger.gateway.door import Door
from ledger.gateway.elsewhere import Found, ask_elsewhere, names_among, unknown_among
from ledger.gateway.intake import Arrival
from ledger.gateway.items import Items, Ready
from ledger.gateway.jobs import Keeping, Told
from ledger.gateway.moved import Moved, running_future
from ledger.gateway.recorded import RecordedHere
from ledger.gateway.sending import Check, Sender, Sending
from ledger.gateway.store import Store
from ledger.readers.epcis.referring import Referred
from verifier.errors import NotPermittedError, SuyuanError
from verifier.ledgerformat.head import Head
from verifier.ledgerformat.vocabulary import EventType

_TOGETHER = 256  # arrivals kept in one transaction at most
_MANY = 32  # arrivals of one transaction after which the next waits for company,
_COMPANY = 0.05  # so many seconds at most
_GLANCE = 0.005  # seconds between two looks meanwhile
_LEAST_WAIT = 0.001
_HEADS = 10_000  # heads of answered events that are remembered
Chore = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a gateway works with.

    Attributes:
        senders: whose events it signs, by URI; the first is meant where none is named.
        types: event types by name.
        origin: the ledger's name.
        most: events that may be open at once; beyond it senders are asked to wait.
        limits: of batches.
        random: source of salts, ids and handles.
        clock: milliseconds since 1970.
        chores: what is done beside, in a thread of its own; each returns whether it is done for now.
        pause: seconds between two rounds of chores.
    """

    senders: Mapping[str, Sender]
    types: Mapping[str, EventType]
    origin: str
    random: Randomness
    clock: Callable[[], int]
    most: int = 100_000
    limits: Limits = field(default_factory=Limits)
    chores: Sequence[Chore] = ()
    pause: float = 1.0


@dataclass(frozen=True, slots=True)
class _Asked:
    arrival: Arrival
    sender: str
    whole: bool
    answer: Future[Told]


class Gateway:
    """Takes what participants hand over; answers when it is durable; the ledger gets it when it can."""

    def __init__(self, store: Store, setting: Setting, *, client: LedgerClient, door: Door, check: Check) -> None:
        """Work over a store, with a ledger's service; `start` lets it run."""
        self.store, self.setting, self.client = store, setting, client
        self._moved = Moved()
        self._schedule = Schedule(setting.limits)
        self._composer = Composer(setting.types, random=setting.random, find_head=self._find_head)
        self._asked: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._heads: dict[bytes, Head] = {}
        self._waiting = 0
        self._together = 0  # arrivals of the last transaction
        self._closing = False
        self._threads: list[threading.Thread] = []
        self.fault: Exception | None = None
        self.chore_fault: Exception | None = None
        self.sending = Sending(
            store, self._schedule, setting.senders, door=door, client=client, origin=setting.origin, check=check,
            moved=self._moved,
        )  # fmt: skip

    def start(self) -> None:
        """Run until `close`."""
        for name, work in (("keep", self._keep_all), ("send", self._send_all), ("chores", self._do_chores)):
            thread = threading.Thread(target=self._guarded, args=(work,), name=f"gateway-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """Stop when what was handed over is durable; what is not sent yet is sent after the next start."""
        self._closing = True
        self._asked.put(None)
        with self._moved:
            self._moved.notify_all()
        for thread in self._threads:
            thread.join()
        self.store.close()

    def take(self, arrival: Arrival, sender: str | None = None, *, whole: bool = False) -> Future[Told]:
        """Hand over what was read; the future is done when it is durable.

        Args:
            arrival: from `ledger.gateway.intake`.
            sender: participant URI; None for the only, or first, one.
            whole: whether one fault refuses all of it.

        Raises:
            BusyError: too much is open already.
            UnknownError: it answers an event that the ledger does not have.
            NotPermittedError: nobody here speaks for that sender.
            StoppedError: the gateway cannot write.
        """
        uri = sender or next(iter(self.setting.senders))
        if uri not in self.setting.senders:
            expected = ", ".join(self.setting.senders)
            raise NotPermittedError("as", came=uri, expected=f"one of {expected}")
        self._require_room()
        for name in arrival.about:
            self._fetch_head(name)
        if arrival.referred:
            self._learn(arrival.referred, uri)
        answer: Future[Told] = running_future()
        with self._moved:
            self._waiting += 1
        self._asked.put(_Asked(arrival, uri, whole, answer))
        return answer

    def open_items(self) -> int:
        """Return how many events are open: handed over, and neither recorded nor parked."""
        return len(self._schedule) + self._waiting

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing is on its way to the ledger; return whether that is so."""
        with self._moved:
            return self._moved.wait_for(lambda: self.fault is not None or self.open_items() == 0, timeout)

    def wait_room(self, timeout: float) -> None:
        """Wait until something was answered, or the time is over."""
        with self._moved:
            self._moved.wait(timeout)

    def settle(self, work: Callable[[Keeping], None]) -> None:
        """Do something to what is kept, in one transaction, and let go out what became ready."""
        with self.store.writing() as connection:
            keeping = Keeping(connection, self._composer)
            work(keeping)
        self.send_again(keeping.ready, keeping.composed)

    def send_again(self, ready: Iterable[Ready], composed: Mapping[int, ComposedEvent] = MappingProxyType({})) -> None:
        """Let events go out that are kept already; `composed` are those whose bytes are at hand, by item."""
        with self._moved:
            self.sending.fresh.remember(composed)
            self._schedule.add(ready, time.monotonic())
            self._moved.notify_all()

    def _require_room(self) -> None:
        if self.fault is not None or self._closing:
            came = str(self.fault) if self.fault else "closing"
            raise StoppedError("gateway", came=came, expected="one that runs", todo="Look at its log; start it again.")
        if self.open_items() >= self.setting.most:
            expected = f"at most {self.setting.most} events that the ledger has not answered"
            error = BusyError("queue", came="full", expected=expected, todo="Send it again later.")
            error.retry_after = 5
            raise error

    def _keep_all(self) -> None:
        try:
            while None not in (asked := self._next()):
                self._keep([each for each in asked if each is not None])
            self._keep([each for each in asked if each is not None])
        finally:
            self._refuse_rest()

    def _next(self) -> list[_Asked | None]:
        """Wait for arrivals; return those that are there.

        Where many come, wait a little for more: a transaction costs as much as twenty arrivals. It looks now and then
        rather than being woken by each.
        """
        asked = [self._asked.get()]
        looks = round(_COMPANY / _GLANCE) if self._together >= _MANY and asked[0] is not None else 0
        while looks and len(asked) + self._asked.qsize() < _TOGETHER and not self._closing:
            time.sleep(_GLANCE)
            looks -= 1
        while len(asked) < _TOGETHER and not self._asked.empty():
            asked.append(self._asked.get())
        self._together = len(asked)
        return asked

    def _refuse_rest(self) -> None:
        """Tell those that came too late that nothing was kept."""
        self._closing = True
        while not self._asked.empty():
            if late := self._asked.get():
                late.answer.set_exception(StoppedError("gateway", came="closing", expected="one that runs"))

    def _keep(self, asked: Sequence[_Asked]) -> None:
        """Keep arrivals together: one sync for all of them."""
        if not asked:
            return
        now = self.setting.clock()
        try:
            with self.store.writing() as connection:
                keeping = Keeping(connection, self._composer)
                told = [keeping.keep(each.arrival, sender=each.sender, now=now, whole=each.whole) for each in asked]
                keeping.settle()
                reach("gateway-received")
        except BaseException as error:
            for each in asked:
                each.answer.set_exception(error)
            raise
        finally:
            with self._moved:
                self._waiting -= len(asked)
        self.send_again(keeping.ready, keeping.composed)
        reach("gateway-queued")
        for each, answer in zip(asked, told, strict=True):
            each.answer.set_result(answer)

    def _send_all(self) -> None:
        try:
            while not self._closing:
                seen = self._moved.times
                pause = self.sending.turn()
                if pause != 0.0:
                    self._moved.wait_since(seen, None if pause is None else max(pause, _LEAST_WAIT))
        finally:
            self.sending.close()

    def _do_chores(self) -> None:
        while not self._closing:
            done = True
            for chore in self.setting.chores:
                try:
                    done = chore() and done
                    self.chore_fault = None
                except SuyuanError as error:
                    self.chore_fault = error
            with self._moved:
                if (done or self.open_items()) and not self._closing:  # what is on its way goes first
                    self._moved.wait_for(lambda: self._closing, self.setting.pause)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whoever hands over next is told
            self.fault = error
            with self._moved:
                self._moved.notify_all()

    def _fetch_head(self, name: bytes) -> None:
        """Ask the ledger for the head of an event that is answered, before anybody waits for the file."""
        if name in self._heads:
            return
        with self.store.reading() as connection:
            known = Items(connection).head(name)
        if known is None:
            if len(self._heads) >= _HEADS:
                self._heads.clear()
            self._heads[name] = read_head(self.client, name)

    def _learn(self, referred: Referred, sender: str) -> None:
        """Ask the ledger for what EPCIS events refer to and nobody said here, before anybody waits for the file."""
        with self.store.reading() as connection:
            unknown = unknown_among(referred, RecordedHere(connection, sender))
        found = ask_elsewhere(self.client, unknown, sender) if unknown else Found()
        self._heads |= found.heads
        if found.heads:
            with self.store.writing() as connection:
                found.keep(connection, sender)
        with self.store.reading() as connection:
            names = list(names_among(referred, RecordedHere(connection, sender)))
        for name in names:
            self._fetch_head(name)

    def _find_head(self, name: bytes) -> Head:
        with self.store.reading() as connection:
            return Items(connection).head(name) or self._heads.get(name) or unknown_head(name)
