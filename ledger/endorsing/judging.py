"""One event before the policies, out of a snapshot of the store: what was answered to it, and whom it awaits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ledger.endorsing.awaited import REQUESTED, Agencies, Awaited, awaited_agencies, awaited_assistance
from ledger.errors import UnknownError
from ledger.prove.source import EventSource
from ledger.store.interface import Reader
from verifier.errors import MismatchError
from verifier.judgement.recognition import Recognition, judge_recognition
from verifier.judgement.registry import Registry
from verifier.judgement.standing import Dispute, Standing
from verifier.ledgerformat.event import Event


@dataclass(frozen=True, slots=True)
class Judged:
    """What the policies make of an event at a size.

    Attributes:
        event: the event.
        time: ledger time of its leaf, milliseconds since 1970.
        answers: what answers it, withdrawals of these included, in log order.
        recognition: what the policies make of them.
        awaited: whose answer is awaited.
        recheck: ledger time from which a term that ends makes it otherwise, None where none does.
    """

    event: Event
    time: int
    answers: tuple[Event, ...]
    recognition: Recognition
    awaited: tuple[Awaited, ...]
    recheck: int | None


class Judge:
    """Judges events of one snapshot; what they share is looked at once."""

    def __init__(
        self, reader: Reader, registry: Registry, *, size: int, answers_of: Callable[[bytes], list[bytes]]
    ) -> None:
        """Judge by a registry of at least `size` leaves; `answers_of` names what answers an event, in log order."""
        self._reader = reader
        self._registry = registry
        self._size = size
        self._answers_of = answers_of
        self._source = EventSource(reader, size)
        self._standing = Standing(registry)
        self._seals: list[tuple[int, int, int]] = []  # first leaf, last leaf, time: the blocks met last

    @cached_property
    def at(self) -> int:
        """Return the ledger time of judgement: that of the newest seal."""
        return self.time_of(self._size - 1)

    @cached_property
    def _agencies(self) -> Agencies:
        return Agencies(self._registry, self._size)

    def judge(self, name: bytes) -> Judged:
        """Return what the policies make of an event.

        Raises:
            UnknownError: there is no such event.
        """
        event = self.event(name)
        time = self.time_of(event.leaf)
        answers = tuple(map(self.event, self._answers_of(name)))
        recognition = judge_recognition(
            event, answers, registry=self._registry, time=time, at=self.at, disputes=self._disputes
        )
        awaited = self._awaited(event, answers, recognition, time)
        return Judged(event, time, answers, recognition, awaited, self._recheck(recognition))

    def event(self, name: bytes) -> Event:
        """Return a recorded event by its name."""
        row = self._reader.find_event(name)
        if row is None or (row.body is None and row.head[0] == 0xD2):
            raise UnknownError("event", came=name, expected="the name of a recorded event")
        return self._source.event(row)

    def time_of(self, leaf: int) -> int:
        """Return the ledger time of a leaf, milliseconds since 1970."""
        for first, last, time in self._seals:
            if first <= leaf <= last:
                return time
        seal = self._reader.seal_covering(leaf)
        if seal is None:
            raise MismatchError("seal", came=f"none that covers leaf {leaf}", expected="one", todo="Run `suyuan fsck`.")
        self._seals = [(seal.first, seal.leaf, seal.time), *self._seals[:7]]
        return seal.time

    def _disputes(self, event: Event) -> Sequence[Dispute]:
        return self._standing.disputes(event, self.time_of(event.leaf))

    def _awaited(
        self, event: Event, answers: Sequence[Event], recognition: Recognition, time: int
    ) -> tuple[Awaited, ...]:
        asked = awaited_assistance(event, answers) if event.head.type == REQUESTED else ()
        return asked + awaited_agencies(event, recognition, time=time, registry=self._registry, agencies=self._agencies)

    def _recheck(self, recognition: Recognition) -> int | None:
        ends = (each.event.head.until for each in recognition.endorsements if each.accepts)
        return min((until for until in ends if until is not None), default=None)
