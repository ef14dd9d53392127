"""Handles of others: asked for in bulk at the ledger, believed only when the opening event proves them.

What waits for a number is asked for again, ever more seldom. What was opened here is asked for, too: where somebody
else opened the same number, both openings stand, and `record.same-subject` says that they are one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from ledger.client.client import LedgerClient
from ledger.client.reading import read_disclosures
from ledger.compose.event import Draft
from ledger.gateway.documents import Read
from ledger.gateway.gateway import Gateway
from ledger.gateway.intake import DRAFTS, Arrival
from ledger.gateway.items import Items
from ledger.gateway.register import Number
from ledger.handles.openings import Key, openings_of
from ledger.readers.ceb import Draw
from ledger.readers.ceb.facts import enterprise_of
from ledger.readers.epcis import Recorded
from verifier.errors import MismatchError, SuyuanError
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import Story
from verifier.proof.verify import verify_trace
from verifier.vocabulary import registry_types

SAME = "record.same-subject"
_MOST = 1_000  # numbers of one request
_FIRST, _LONGEST = 1.0, 300.0  # seconds between two questions for one number
_LOOKS = (0, 60_000, 3_600_000, 86_400_000, 604_800_000)  # milliseconds after which own numbers are asked for again


@dataclass(slots=True)
class _Patience:
    until: float
    pause: float


@dataclass(frozen=True, slots=True)
class _Proved:
    """The proved trace of a handle, and whether the enterprise opened it whose code it names with the number."""

    story: Story
    own: bool


class Resolver:
    """Resolves the numbers of one gateway. One thread uses it."""

    def __init__(
        self,
        gateway: Gateway,
        client: LedgerClient,
        policy: TrustPolicy,
        *,
        clock: Callable[[], int],
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask a ledger's service; the client signs its requests.

        `clock` in milliseconds since 1970; `steady`, by which pauses are kept, in seconds, never set back.
        """
        self._gateway, self._client, self._policy = gateway, client, policy
        self._clock, self._steady = clock, steady
        self._asked: dict[Number, _Patience] = {}

    def turn(self) -> bool:
        """Ask once for what is needed and for what was opened here; return whether nothing more is due now.

        Raises:
            SuyuanError: the ledger cannot be asked.
        """
        return self._resolve_needs() and self._look_for_others()

    def accept(self, number: Number, event: bytes, handle: str) -> None:
        """Keep the handle of a number that somebody told, once its opening event proves it.

        Raises:
            SuyuanError: it does not, or not yet.
        """
        self._prove(number, event, handle)
        self._gateway.settle(lambda keeping: keeping.told([(number, handle, event)]))

    def _resolve_needs(self) -> bool:
        now = self._steady()
        with self._gateway.store.reading() as connection:
            needs = Items(connection).needs(10 * _MOST)
        self._asked = {each: patience for each, patience in self._asked.items() if each in set(needs)}
        due = [each for each in needs if each not in self._asked or self._asked[each].until <= now][:_MOST]
        if not due:
            return True
        found = self._ask(due)
        told = []
        for number, openings in zip(due, found, strict=True):
            pause = min(_LONGEST, 2 * self._asked[number].pause) if number in self._asked else _FIRST
            self._asked[number] = _Patience(now + pause, pause)
            if chosen := self._first_proved(number, openings):
                told.append((number, chosen[1], chosen[0]))
        if told:
            self._gateway.settle(lambda keeping: keeping.told(told))
        return len(due) < _MOST

    def _ask(self, numbers: Sequence[Number]) -> list[list[tuple[bytes, str]]]:
        return self._client.resolve_numbers([(each.form, each.code, each.number) for each in numbers])

    def _first_proved(self, number: Number, openings: Sequence[tuple[bytes, str]]) -> tuple[bytes, str] | None:
        """Return the opening to believe: whoever meets several takes the same.

        That is the earliest by the enterprise whose code it names with the number, if one is proved; else the earliest.
        """
        first = None
        for event, handle in openings:
            try:
                proved = self._prove(number, event, handle)
            except SuyuanError:
                continue  # perhaps no quorum covers it yet; it is asked for again
            if proved.own:
                return event, handle
            first = first or (event, handle)
        return first

    def _prove(self, number: Number, event: bytes, handle: str) -> _Proved:
        """Return what proves a handle, if this event opens it, and for this number."""
        standpoint = Standpoint(self._policy, self._clock() // 1000, registry_types())
        story = verify_trace(self._client.trace(handle), standpoint, subject=handle, walk="public")
        own = ("trace", subject_name(handle))  # the story goes on at filings and linked orders, which may be older
        events = (each.event for each in story.timeline if own in each.event.head.joins)
        opening = min(events, key=lambda each: each.place)
        kind = self._gateway.setting.types.get(opening.head.type)
        if opening.name != event or opening.body is None or kind is None:
            raise MismatchError("opening", came=opening.name, expected=event.hex())
        disclosed = read_disclosures(self._client, event, opening.body)
        values = {pointer: each.value for pointer, each in disclosed.items()}
        given = {each.key for each in openings_of(kind, opening.body, values) if each.handle == handle}
        if Key(number.form, number.code, number.number) not in given:
            raise MismatchError("opening", came="an event that gives another number", expected=number.form)
        named = {enterprise_of(each.code) for each in given if (each.form, each.number) == (number.form, number.number)}
        return _Proved(story, opening.head.principal in named)

    def _look_for_others(self) -> bool:
        """Ask for numbers that were opened here; link what somebody else opened as well."""
        now = self._clock()
        sql = (
            "SELECT h.form, h.code, h.number, h.time, h.handle, i.sender, i.name, h.looks FROM handle h "
            "JOIN item i ON i.seq = h.item WHERE h.item IS NOT NULL AND h.looks < 5 AND h.look <= ? "
            "AND i.state = 'recorded' ORDER BY h.look LIMIT ?"
        )
        if self._gateway.open_items():
            return True  # what is on its way goes first
        with self._gateway.store.reading() as connection:
            own = connection.execute(sql, (now, _MOST)).fetchall()
        if not own:
            return True
        numbers = [Number(*row[:4]) for row in own]
        for number, row, openings in zip(numbers, own, self._ask(numbers), strict=True):
            for event, handle in openings:
                if handle != row[4]:
                    self._link(number, sender=row[5], own=(row[6], row[4]), other=(event, handle))
        following = [
            (row[7] + 1, now + _LOOKS[min(row[7] + 1, len(_LOOKS) - 1)], *row[:4]) for row in own
        ]  # fmt: skip
        with self._gateway.store.writing() as connection:
            mark = "UPDATE handle SET looks = ?, look = ? WHERE form = ? AND code = ? AND number = ? AND time = ?"
            connection.executemany(mark, following)
        return len(own) < _MOST

    def _link(self, number: Number, *, sender: str, own: tuple[bytes, str], other: tuple[bytes, str]) -> None:
        """Say that two handles are one thing's, unless the proved trace says so already."""
        try:
            story = self._prove(number, *other).story
        except SuyuanError:
            return  # at the next look
        both = {own[0], other[0]}
        if any(each.event.head.type == SAME and both <= set(each.event.head.about) for each in story.timeline):
            return
        about = tuple(sorted(both))
        draft = Draft(SAME, self._clock(), {"same": sorted((own[1], other[1]))}, about=about)
        digest = sha256(b"same" + b"".join(about)).digest()

        def drafts(_recorded: Recorded, _about: Sequence[bytes]) -> list[Draw]:
            return [lambda _handles: draft]

        self._gateway.take(Arrival(DRAFTS, digest, (Read("same", digest, drafts),), about=about), sender)
