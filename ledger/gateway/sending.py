"""The sending thread: signs what is ready, sends it until the ledger has answered, parks what it refuses.

Batches of several senders are on their way at once, each in a thread that does nothing but wait for its answer: the
ledger commits together what comes together. So what is due goes out in rounds: the next is signed when all of the last
are answered, and what came meanwhile is company. Of one sender there is never more than one.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ledger.client.client import LedgerClient, Receipt
from ledger.client.reading import read_head
from ledger.client.transport import Patience
from ledger.compose.batch import sign_batch
from ledger.compose.event import ComposedEvent
from ledger.errors import ConflictError, UnknownError
from ledger.failpoints import reach
from ledger.gateway.batches import Batch, Batches, Signed
from ledger.gateway.batching import Schedule
from ledger.gateway.door import Door, Refused, Unanswered
from ledger.gateway.fresh import Fresh
from ledger.gateway.items import Items, Ready
from ledger.gateway.jobs import reason_json
from ledger.gateway.numbers import Numbers
from ledger.gateway.store import Store
from ledger.signing.signer import Signer
from verifier.errors import IncompleteError, SuyuanError, TooLargeError
from verifier.ledgerformat.statement import parse_entry, statement_identity
from verifier.ledgerformat.submission import format_submission

_POSITION = re.compile(r"events\[([0-9]+)\]")
_NUMBERS_FROM = re.compile(r"numbers from ([0-9]+)")
_HELD = 60.0  # seconds until a statement is tried again that the ledger refused as such: its key may be registered then
_SKIP = 4_096  # numbers
_AT_ONCE = 6  # batches on their way
_ROUND = 1.0  # seconds for which the next round waits for the answers to the last
Check = Callable[[bytes, bytes], None]


@dataclass(frozen=True, slots=True)
class Sender:
    """A participant in whose name this gateway speaks.

    Attributes:
        uri: participant URI.
        signer: its statement key.
        numbers: the path beside which that key's sequence numbers are kept.
    """

    uri: str
    signer: Signer
    numbers: Path


@dataclass(slots=True)
class Trouble:
    """Why a sender's batches do not go out now.

    Attributes:
        error: what came last.
        until: when it is tried again, seconds of the monotonic clock.
        attempts: how often it was tried.
    """

    error: SuyuanError
    until: float
    attempts: int


@dataclass(slots=True)
class _Chosen:
    """What is signed together, and the events of it that are at hand."""

    sender: str
    seqs: list[int]
    events: dict[int, ComposedEvent]


class Sending:
    """Signs and sends; one thread uses it."""

    _next_round = 0.0  # until then, by the monotonic clock, answers to the last round are waited for

    def __init__(  # noqa: PLR0913 - what it works with
        self,
        store: Store,
        schedule: Schedule,
        senders: Mapping[str, Sender],
        *,
        door: Door,
        client: LedgerClient,
        origin: str,
        check: Check,
        moved: threading.Condition,
    ) -> None:
        """Send what a schedule chooses.

        Args:
            store: where it stands.
            schedule: what is ready; used under `moved` only.
            senders: by URI.
            door: takes statements to the ledger.
            client: asks the ledger for more about a refusal.
            origin: the ledger's name.
            check: raises where a receipt is not one of the trusted ledger for a statement.
            moved: guards the schedule, and what is fresh; notified of whatever changes.
        """
        self._store, self._schedule, self._senders = store, schedule, senders
        self._door, self._client, self._origin, self._check = door, client, origin, check
        self._moved, self.fresh = moved, Fresh()
        self._patience = Patience()
        with store.reading() as connection:
            unanswered = Batches(connection).unanswered()  # one a sender: the next is signed when it is answered
            ready = Items(connection).ready()
        self._outstanding = {each.sender: each for each in unanswered}
        self._on_the_way: dict[str, Future[Receipt | Refused | Unanswered]] = {}
        self._doors = ThreadPoolExecutor(_AT_ONCE, "gateway-door")
        self.troubles: dict[str, Trouble] = {}
        self._skips: dict[str, int] = {}
        self._numbers = Numbers()
        for batch in unanswered:
            schedule.reopen(batch.seqs)
        schedule.add(ready, time.monotonic())

    def turn(self) -> float | None:
        """Do what is due; return in how many seconds to come again at the latest, None for when something moved."""
        now = time.monotonic()
        answered = [sender for sender, answer in self._on_the_way.items() if answer.done()]
        if answered:
            self._take_answers(answered)
            return 0.0
        self._post_due(now)
        if len(self._on_the_way) >= _AT_ONCE:
            return None
        waits = {sender: each.until - now for sender, each in self.troubles.items() if sender not in self._on_the_way}
        if self._on_the_way and now < self._next_round:
            return min([self._next_round - now, *(waits[each] for each in waits.keys() & self._outstanding.keys())])
        chosen, due = self._choose(now)
        if chosen:
            self._sign(chosen)
            self._next_round = now + _ROUND
            return 0.0
        return min([*waits.values(), *([] if due is None else [due])], default=None)

    def _post_due(self, now: float) -> None:
        """Send what is signed, and not on its way, nor to be tried again later."""
        for sender, batch in self._outstanding.items():
            if len(self._on_the_way) == _AT_ONCE:
                return
            trouble = self.troubles.get(sender)
            if sender not in self._on_the_way and (trouble is None or trouble.until <= now):
                self._post(batch)

    def _choose(self, now: float) -> tuple[list[_Chosen], float | None]:
        """Return the batches that are due, and as many as may go; and in how many seconds the next is."""
        chosen: list[_Chosen] = []
        held = self._held(now)
        with self._moved:
            due = self._schedule.due(now, held)
            while due == 0.0 and len(chosen) < _AT_ONCE - len(self._on_the_way):
                found = self._schedule.choose(held)
                if found is None:
                    break
                sender, seqs = found
                chosen.append(_Chosen(sender, seqs, self.fresh.take(seqs)))
                held.add(sender)
                due = self._schedule.due(now, held)
        return chosen, due

    def _held(self, now: float) -> set[str]:
        troubled = {sender for sender, each in self.troubles.items() if each.until > now}
        return troubled | self._outstanding.keys()

    def _sign(self, chosen: Sequence[_Chosen]) -> None:
        """Take numbers, sign, keep; each is durable before the next."""
        signed = [each for each in map(self._sign_one, chosen) if each is not None]
        if not signed:
            return
        with self._store.writing() as connection:
            batches = [Batches(connection).add(each) for each in signed]
        reach("gateway-signed")
        self._outstanding.update({each.sender: each for each in batches})

    def _sign_one(self, chosen: _Chosen) -> Signed | None:
        """Return a signed batch whose numbers are taken; None where its sender cannot sign now."""
        uri, seqs = chosen.sender, chosen.seqs
        sender = self._senders.get(uri)
        try:
            if sender is None:
                raise IncompleteError("sender", came=uri, expected="a participant whose key this gateway has")
            events = self._events(chosen)
            first = self._numbers.take(sender.numbers, sender.signer.public.kid, len(events))
            reach("gateway-numbered")
            submission = sign_batch(events, sender.signer, issuer=uri, audience=[self._origin], first=first)
        except SuyuanError as error:  # a smart key that was pulled out; the events stay ready
            self._return(seqs)
            self._trouble(uri, error, _HELD if sender is None else None)
            return None
        identity = statement_identity(parse_entry(submission.statement))
        return Signed(uri, identity, tuple(seqs), submission.statement, format_submission(submission))

    def _events(self, chosen: _Chosen) -> list[ComposedEvent]:
        missing = [seq for seq in chosen.seqs if seq not in chosen.events]
        if missing:
            with self._store.reading() as connection:
                read = zip(missing, Items(connection).events(missing), strict=True)
                chosen.events.update(read)
        return [chosen.events[seq] for seq in chosen.seqs]

    def close(self) -> None:
        """Wait for the answers that are still to come."""
        try:
            self._take_answers(list(self._on_the_way))
        finally:
            self._doors.shutdown()

    def _post(self, batch: Batch) -> None:
        answer = self._doors.submit(self._door.submit, batch.submission, batch.identity)
        self._on_the_way[batch.sender] = answer
        answer.add_done_callback(lambda _: self._wake())

    def _wake(self) -> None:
        with self._moved:
            self._moved.notify_all()

    def _take_answers(self, senders: Iterable[str]) -> None:
        """Do what the answers to senders' batches ask for, once they are there."""
        promised = []
        for sender in senders:
            batch, answer = self._outstanding[sender], self._on_the_way[sender].result()
            del self._on_the_way[sender]
            reach("gateway-sent")
            if isinstance(answer, Unanswered):
                self._trouble(batch.sender, answer.error, answer.after)
            elif isinstance(answer, Refused):
                self._refused(batch, answer.error)
            elif self._is_trusted(batch, answer):
                promised.append((batch, answer))
        if promised:
            self._promised(promised)

    def _is_trusted(self, batch: Batch, receipt: Receipt) -> bool:
        """Return whether a receipt is the trusted ledger's; else, to us, nothing is recorded yet."""
        try:
            self._check(batch.statement, receipt.data)
        except SuyuanError as error:
            self._trouble(batch.sender, error, None)
            return False
        return True

    def _promised(self, promised: Sequence[tuple[Batch, Receipt]]) -> None:
        with self._store.writing() as connection:
            for batch, receipt in promised:
                Batches(connection).promised(batch, receipt)
        reach("gateway-receipted")
        for batch, _ in promised:
            self._skips.pop(batch.sender, None)
            self._settled(batch)
        self._close([seq for batch, _ in promised for seq in batch.seqs])

    def _refused(self, batch: Batch, error: SuyuanError) -> None:
        """Park what the ledger names, let the others be signed again; hold the sender where it names none."""
        if isinstance(error, TooLargeError) and len(batch.seqs) > 1:
            middle = len(batch.seqs) // 2
            self._again(batch, error, {}, [list(batch.seqs[:middle]), list(batch.seqs[middle:])])
        elif isinstance(error, ConflictError) and error.field == "statement.first":
            self._skip_numbers(batch, error)
            self._again(batch, error, {}, [])
        elif faults := self._faults(batch, error):
            self._again(batch, error, faults, [])
        elif isinstance(error, TooLargeError):
            self._again(batch, error, {0: error}, [])
        else:
            self._trouble(batch.sender, error, _HELD)

    def _faults(self, batch: Batch, error: SuyuanError) -> dict[int, SuyuanError]:
        """Return the errors by position: what the refusal names, and all else that the ledger finds when asked."""
        faults = _by_position([error])
        if faults and len(batch.seqs) > 1:
            with suppress(SuyuanError):  # the refusal alone will do
                faults = {**_by_position(self._client.validate(batch.submission)), **faults}
        return {position: each for position, each in faults.items() if position < len(batch.seqs)}

    def _again(
        self, batch: Batch, error: SuyuanError, faults: Mapping[int, SuyuanError], split: Iterable[list[int]]
    ) -> None:
        recorded = {at for at, each in faults.items() if isinstance(each, ConflictError) and self._stands(batch, at)}
        gone = {batch.seqs[at]: each for at, each in faults.items() if at not in recorded}
        with self._store.writing() as connection:
            items = Items(connection)
            Batches(connection).refused(batch, reason_json(error))
            for seq, each in gone.items():
                items.park(seq, reason_json(each))
            for at in recorded:
                connection.execute("UPDATE item SET state = 'recorded' WHERE seq = ?", (batch.seqs[at],))
            with self._moved:
                resting = self._schedule.resting_on(gone)
                self.fresh.take(resting)
                for seq in resting:
                    rests = IncompleteError("about", came="an event that the ledger refused", expected="a recorded one")
                    items.park(seq, reason_json(rests))
        reach("gateway-parked")
        self._settled(batch)
        self._close([*gone, *(batch.seqs[at] for at in recorded)])
        left = [seq for at, seq in enumerate(batch.seqs) if at not in faults]
        with self._moved:
            self._schedule.split(split)
        self._return(left)

    def _stands(self, batch: Batch, position: int) -> bool:
        """Return whether the ledger has this very event already: then nothing is lost, and nothing is to be sent."""
        with self._store.reading() as connection:
            (event,) = Items(connection).events([batch.seqs[position]])
        try:
            read_head(self._client, event.name)
        except UnknownError:
            return False
        return True

    def _skip_numbers(self, batch: Batch, error: SuyuanError) -> None:
        """Go on behind the numbers that the ledger knows of this key: its sequence file is not the newest.

        The ledger names one range only; where others lie behind it, ever wider gaps are left (formats, section 6).
        """
        found = _NUMBERS_FROM.search(error.expected)
        sender = self._senders[batch.sender]
        skips = self._skips[batch.sender] = self._skips.get(batch.sender, -1) + 1
        least, gap = int(found[1]) if found else 0, _SKIP << 2 * (skips - 1) if skips else 0
        self._numbers.skip(sender.numbers, sender.signer.public.kid, least=least, gap=gap)

    def _return(self, seqs: list[int]) -> None:
        with self._store.reading() as connection:
            marks = ",".join("?" * len(seqs))
            sql = f"SELECT seq, sender, size, received FROM item WHERE seq IN ({marks}) ORDER BY seq"  # noqa: S608
            rows = [
                Ready(seq, sender, size, frozenset(), at) for seq, sender, size, at in connection.execute(sql, seqs)
            ]
        with self._moved:
            self._schedule.restore(rows, time.monotonic())

    def _close(self, seqs: Iterable[int]) -> None:
        with self._moved:
            self._schedule.close(seqs)
            self._moved.notify_all()

    def _settled(self, batch: Batch) -> None:
        """Let a sender's next batch go."""
        self.troubles.pop(batch.sender, None)
        del self._outstanding[batch.sender]

    def _trouble(self, sender: str, error: SuyuanError, after: float | None) -> None:
        attempts = self.troubles[sender].attempts + 1 if sender in self.troubles else 1
        pause = self._patience.pause(min(attempts - 1, 10), None if after is None else min(after, _HELD))
        self.troubles[sender] = Trouble(error, time.monotonic() + pause, attempts)


def _by_position(errors: Iterable[SuyuanError]) -> dict[int, SuyuanError]:
    named = ((_POSITION.match(each.field), each) for each in errors)
    return {int(found[1]): each for found, each in named if found}
