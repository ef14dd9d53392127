"""The leader's door: submissions in, each judged in the submitter's thread as far as that goes, then queued.

Any thread may call it; only the writer's thread writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from ledger.admission.arrival import Arrived, SignatureChecker
from ledger.admission.candidate import Candidate
from ledger.admission.intake import Standing, admit, admit_envelope, faults, receive
from ledger.admission.snapshot import standing_over
from ledger.erasure.eraser import Eraser
from ledger.errors import BusyError, OverloadError, SetupError, StoppedError
from ledger.failpoints import reach
from ledger.leading.quorum_wait import QUORUM_WAIT, waited_for_quorum
from ledger.looking.lookers import Lookers
from ledger.looking.passing import Looked, make_candidate
from ledger.sequencer.queue import WriterThread
from ledger.sequencer.turn import Turn
from ledger.signing.key_ring import HeldKeys
from ledger.store.interface import Reader, Store
from verifier.errors import NotPermittedError, SuyuanError
from verifier.judgement.charter import APPROVAL, CHARTER, parse_charter
from verifier.judgement.registry import Registry
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.statement import Envelope, Statement, parse_entry, statement_identity
from verifier.ledgerformat.submission import parse_submission

_Result = TypeVar("_Result")
_WORTH = 16_384  # bytes of a group's submissions, on an average, that are worth a way to another process and back


class Door:
    """Takes submissions in for a writer.

    Attributes:
        lookers: processes that look at submissions first; None where there are none.
    """

    def __init__(
        self,
        store: Store,
        writer: WriterThread,
        *,
        keys: HeldKeys,
        turn: Turn,
        eraser: Eraser,
        clock: Callable[[], int],
        passing: bool = False,
    ) -> None:
        """Queue for a writer whatever may be recorded.

        Args:
            store: for snapshots.
            writer: whose turn comes after.
            keys: the ledger's own.
            turn: of whoever computes.
            eraser: the writer's.
            clock: milliseconds since 1970.
            passing: whether another writer follows when this one stops, so that submitters are told to come back.
        """
        self.lookers: Lookers | None = None
        self._passing = passing
        self._store = store
        self._writer = writer
        self._sequencer = writer.sequencer
        self._origin = keys.origin
        self._keys = keys
        self._turn = turn
        self._eraser = eraser
        self._clock = clock
        self._signatures = SignatureChecker()

    def close(self) -> None:
        """End the threads that check signatures."""
        self._signatures.close()

    def submit(self, data: bytes) -> Future[int]:
        """Take in a submission; the future gives its leaf once it is durable, guarded and in the tiles.

        Raises:
            SuyuanError: what is wrong with it; nothing was recorded.
        """
        (taken,) = self.submit_together([data])
        if isinstance(taken, SuyuanError):
            raise taken
        return taken

    def submit_together(self, group: Sequence[bytes]) -> list[Future[int] | SuyuanError]:
        """Take in several submissions; return for each its future, or what is wrong with it.

        They share a snapshot, and their signatures are checked side by side.
        """
        with self._writer.awaiting(len(group)):
            judged = self._judge(group)
            return [_attempt(partial(self._queue, each)) if isinstance(each, Candidate) else each for each in judged]

    def _judge(self, group: Sequence[bytes]) -> list[Candidate | Future[int] | SuyuanError]:
        """Return for each submission its candidate, its future where it is recorded already, or what is wrong."""
        looked = self._judge_beside(group)
        left = [data for data, each in zip(group, looked, strict=True) if each is None]
        here = iter(self._judge_here(left) if left else ())
        return [next(here) if each is None else each for each in looked]

    def _judge_beside(self, group: Sequence[bytes]) -> Sequence[Candidate | SuyuanError | None]:
        """Return the candidates that lookers found, None for what is to be looked at here."""
        unseen = (None,) * len(group)
        if self.lookers is None or sum(map(len, group)) < _WORTH * len(group):
            return unseen
        measures, head = self._sequencer.measures, self._sequencer.head
        began = measures.now()
        now = max(self._clock(), head.time + 1)
        looked = self.lookers.look(group, head.replay, leaf=head.edge.size, now=now)
        began = measures.since("beside", began)
        if looked is None:
            return unseen
        with self._turn.intake():
            began = measures.since("turn", began)
            with self._store.read() as reader:
                waited = waited_for_quorum(reader, self._clock)
            registry, leaf = head.replay.registry, head.edge.size
            found = [_attempt(partial(self._take_looked, each, registry, leaf, waited)) for each in looked]
            measures.since("admit", began)
            return found

    def _take_looked(self, looked: Looked, registry: Registry, leaf: int, waited: int) -> Candidate | None:
        """Return what a looker found; the eraser is asked by the writer, and a charter is never passed."""
        candidate = make_candidate(looked, registry, leaf)
        if candidate:
            self._require_quorum_near(candidate, waited)
        return candidate

    def _judge_here(self, group: Sequence[bytes]) -> list[Candidate | Future[int] | SuyuanError]:
        measures = self._sequencer.measures
        began = measures.now()
        with self._turn.intake(), self.arrival() as (reader, standing):
            began = measures.since("turn", began)
            arrived = [_attempt(partial(self._receive, data, reader, standing)) for data in group]
            began = measures.since("parse", began)
            with self._turn.aside():
                self._signatures.check([each for each in arrived if isinstance(each, Arrived)])
            began = measures.since("signature", began)
            waited = waited_for_quorum(reader, self._clock)
            admitted = [
                _attempt(partial(self._admit, each, standing, waited, reader)) if isinstance(each, Arrived) else each
                for each in arrived
            ]
            measures.since("admit", began)
            return admitted

    def _receive(self, data: bytes, reader: Reader, standing: Standing) -> Arrived | Future[int]:
        submission = parse_submission(data)
        statement = parse_entry(submission.statement)
        return self._find_same(statement, reader) or receive(submission, statement, standing)

    def _admit(self, arrived: Arrived, standing: Standing, waited: int, reader: Reader) -> Candidate:
        candidate = admit(arrived, standing)
        self._eraser.require_not_erased(candidate, standing.registry, standing.leaf, reader)
        self._require_own_charter(candidate)
        self._require_quorum_near(candidate, waited)
        return candidate

    def submit_envelope(self, entry: bytes) -> Future[int]:
        """Take in a plain SCITT statement, which must be a hash envelope."""
        with self._turn.intake(), self.arrival() as (reader, standing):
            statement = parse_entry(entry)
            if (known := self._find_same(statement, reader)) is not None:
                return known
            candidate = admit_envelope(entry, statement, standing)
            self._require_quorum_near(candidate, waited_for_quorum(reader, self._clock))
        return self._queue(candidate)

    def validate(self, data: bytes) -> list[SuyuanError]:
        """Return every fault for which `submit` would refuse a submission now; nothing is recorded.

        It goes the whole way of `submit`, the writer's look at the next leaf included.

        Raises:
            BusyError: as `submit` would; it is no fault of the submission's.
            StoppedError: likewise.
        """
        try:
            submission = parse_submission(data)
            statement = parse_entry(submission.statement)
        except SuyuanError as error:
            return [error]
        with self.arrival() as (reader, standing):
            if self._find_same(statement, reader):
                return []
            found = faults(submission, standing)
            if found:
                return found
            waited = waited_for_quorum(reader, self._clock)
            admitted = _attempt(lambda: self._admit(receive(submission, statement, standing), standing, waited, reader))
        if isinstance(admitted, Candidate):
            refusal: SuyuanError | None = self._writer.call(lambda: self._sequencer.judge(admitted)).result()
        else:
            refusal = admitted
        if isinstance(refusal, BusyError | StoppedError):
            raise self.told(refusal)
        return [refusal] if refusal else []

    @contextmanager
    def arrival(self) -> Iterator[tuple[Reader, Standing]]:
        """Yield a snapshot, and what intake judges by over it."""
        head = self._sequencer.head
        with self._store.read() as reader:
            now = max(self._clock(), head.time + 1)
            yield reader, standing_over(reader, self._origin, leaf=head.edge.size, now=now, replay=head.replay)

    def _queue(self, candidate: Candidate) -> Future[int]:
        reach("intake")
        try:
            queued = self._writer.submit(candidate)
        except StoppedError as error:
            raise self.told(error) from error
        return self._answer(candidate.identity, queued)

    def told(self, error: BaseException) -> BaseException:
        """Return what whoever waits is told of a fault of the writer: to come back, where another one follows."""
        if self._passing and isinstance(error, StoppedError):
            todo = "Another takes over. Try again: what was taken in is recorded once."
            return BusyError("ledger", came="a writer that has stopped", expected="one that writes", todo=todo)
        return error

    def _answer(self, identity: bytes, queued: Future[int]) -> Future[int]:
        """Return a future of the submitter's own; whatever becomes of it, the writer's stays the writer's.

        A refusal is looked at once more: the same statement may have been recorded while this one waited.
        """
        answer: Future[int] = Future()

        def settle(done: Future[int]) -> None:
            if not answer.set_running_or_notify_cancel():
                return
            error = done.exception()
            is_refusal = isinstance(error, SuyuanError) and not isinstance(error, StoppedError | OverloadError)
            leaf = self._leaf_of(identity) if is_refusal else None
            if error is None:
                answer.set_result(done.result())
            elif leaf is not None:
                answer.set_result(leaf)
            else:
                answer.set_exception(self.told(error))

        queued.add_done_callback(settle)
        return answer

    def _find_same(self, statement: Statement | Envelope, reader: Reader) -> Future[int] | None:
        """Return a finished future if the same statement is recorded, whatever its signature."""
        same = reader.statement_by_identity(statement_identity(statement))
        if same is None:
            return None
        future: Future[int] = Future()
        future.set_result(same.leaf)
        return future

    def _leaf_of(self, identity: bytes) -> int | None:
        """Return the leaf of a recorded statement by what makes two the same, None where there is none."""
        with self._store.read() as reader:
            same = reader.statement_by_identity(identity)
        return same.leaf if same else None

    def _require_own_charter(self, candidate: Candidate) -> None:
        """Refuse a charter whose ledger keys we do not hold, and approvals of it: nobody could sign its seals.

        It may have been proposed when they were still here: the writer must never find that out.
        """
        kid = candidate.statement.header.kid
        named = [
            parse_charter(Event(event.name, 0, 0, event.head, event.body, kid))
            for event in candidate.events
            if event.head.type == CHARTER
        ]
        about = {name for event in candidate.events if event.head.type == APPROVAL for name in event.head.about}
        if about:
            named += [
                each.charter
                for each in self._sequencer.head.replay.waiting
                if each.charter and each.event.name in about
            ]
        for charter in named:
            try:
                self._keys.chosen_by(charter)
            except SetupError as error:
                raise NotPermittedError(
                    error.field, came=error.came, expected=error.expected, todo=error.todo
                ) from error

    def _require_quorum_near(self, candidate: Candidate, waited: int) -> None:
        """Close intake while the oldest block has waited too long for its quorum, except for root statements."""
        replay = self._sequencer.head.replay
        if replay.root_key(candidate.statement.header.kid, self._sequencer.head.edge.size) or not replay.founding:
            return
        if waited > QUORUM_WAIT:
            todo = "Witnesses are behind. Try again."
            raise BusyError("quorum", came="no quorum for over 60 s", expected="cosignatures", todo=todo)


def _attempt(step: Callable[[], _Result]) -> _Result | SuyuanError:
    """Return what a step of one submission gives, or what is wrong with it; the others of its group go on."""
    try:
        return step()
    except SuyuanError as error:
        return error
