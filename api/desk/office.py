"""An officer's office: whom it speaks for, what it asks, signs and keeps with. Nothing of it is in the browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ledger.client.client import LedgerClient
from ledger.endorsing.case import Case
from ledger.endorsing.endorse import VERBS
from ledger.endorsing.fetch import CaseReader
from ledger.endorsing.queue import Page, read_page
from ledger.signing.signer import Signer
from verifier.judgement.recognition import Endorsement
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.ledgerformat.vocabulary import EventType, matches_any
from verifier.proof.examination import Standpoint
from verifier.vocabulary import registry_types

_Fact = TypeVar("_Fact")
ACCEPTING = frozenset({"recognise", "recognise-with-conditions"})
_MOST_REMEMBERED = 20_000  # names; what is forgotten is asked for again


@dataclass(slots=True)
class Office:
    """What one run of the desk works with. Any thread may use it.

    Attributes:
        client: asks the ledger; signs its requests where it was given a request key.
        policy: whom the officer trusts.
        agency: whose answers these are, a URI.
        names: the agency's, by language, as the checked registry has them.
        signer: its statement key.
        numbers: the path beside which that key's sequence numbers are kept.
        keep: folder of submissions, promises and receipts.
        types: the vocabulary, by name.
        walk: `parties` where requests are signed, else `public`.
        clock: POSIX seconds.
        random: as many random bytes as asked for.
        signing: held while a batch is numbered, signed and sent.
    """

    client: LedgerClient
    policy: TrustPolicy
    agency: str
    names: Mapping[str, str]
    signer: Signer
    numbers: Path
    keep: Path
    types: Mapping[str, EventType]
    walk: str
    clock: Callable[[], float]
    random: Callable[[int], bytes]
    signing: threading.Lock = field(default_factory=threading.Lock)
    _hints: dict[bytes, tuple[str, ...]] = field(default_factory=dict)
    _looked: dict[bytes, frozenset[str]] = field(default_factory=dict)

    def now(self) -> int:
        """Return milliseconds since 1970."""
        return int(self.clock() * 1000)

    def standpoint(self) -> Standpoint:
        """Return whom and what the officer judges by."""
        return Standpoint(self.policy, int(self.clock()), registry_types())

    def page(self, *, after: str | None, limit: int, types: tuple[str, ...]) -> Page:
        """Return a page of what awaits the agency, and remember the subjects that it names."""
        page = read_page(self.client, self.agency, after=after, limit=limit, types=types)
        self._remember(self._hints, {each.name: each.subjects for each in page.items})
        return page

    def reader(self, *, compare: bool) -> CaseReader:
        """Return a reader of cases as they are now; `compare` as `CaseReader` has it."""
        return CaseReader(self.client, self.standpoint(), walk=self.walk, compare=compare)

    def read(self, reader: CaseReader, name: bytes) -> Case:
        """Return the checked case of an event; raises as `CaseReader.read` does."""
        return reader.read(name, self._hints.get(name, ()))

    def look(self, case: Case) -> None:
        """Remember that a case's disclosures are being shown to the officer."""
        self._remember(self._looked, {case.name: frozenset(case.seen)})

    def looked_at(self, case: Case) -> LookedAt:
        """Return a case as it is answered: only what this desk showed of it counts as seen."""
        return LookedAt(case, tuple(each for each in case.seen if each in self._looked.get(case.name, frozenset())))

    @staticmethod
    def _remember(memory: dict[bytes, _Fact], found: Mapping[bytes, _Fact]) -> None:
        if len(memory) > _MOST_REMEMBERED:
            memory.clear()
        memory.update(found)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A checked case, and the digests of those of its disclosures that a person saw."""

    case: Case
    seen: tuple[str, ...]

    @property
    def event(self) -> Event:
        """Return the event."""
        return self.case.event

    @property
    def objection(self) -> str | None:
        """Return what keeps it from being recognised."""
        return self.case.objection

    def standing_of(self, agency: str) -> Endorsement | None:
        """Return the newest standing answer of an agency, None where it has given none."""
        return self.case.standing_of(agency)


def verbs_for(case: Case, agency: str, types: Mapping[str, EventType]) -> tuple[str, ...]:
    """Return the verbs by which an agency may answer a case now; none where no endorsement answers its type."""
    return tuple(verb for verb in VERBS if _allows(verb, case, agency, types[VERBS[verb]]))


def _allows(verb: str, case: Case, agency: str, kind: EventType) -> bool:
    if verb == "withdraw":
        return case.standing_of(agency) is not None
    if verb in ACCEPTING and case.objection is not None:
        return False
    return kind.answers is not None and matches_any(kind.answers.types, case.event.head.type)
