"""Preparing answers: every case is fetched and its whole proof checked, then the events are composed here.

What does not verify, or may not be answered so, is left out and listed. Nothing is signed yet; what will be signed
are exactly these bytes.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from api.desk.office import Office
from ledger.compose.event import ComposedEvent
from ledger.endorsing.case import Case
from ledger.endorsing.endorse import Decision, compose_endorsements
from ledger.governance.own import look_at_own
from verifier.errors import MismatchError, SuyuanError
from verifier.judgement.standing import Dispute
from verifier.proof.verify import RefusedError

_AT_ONCE = 64  # cases whose proofs are held together: events of one subject share its proof


@dataclass(frozen=True, slots=True)
class Target:
    """What an answer is about, as its checked proof tells it; for people only.

    Attributes:
        name: of the event that was answered, 64 hexadecimal digits.
        type: its type's name.
        title: its type's, by language.
        issuer: names of whose event it is, by language.
        subject: whose trace was checked.
        time: ledger time of its leaf, milliseconds since 1970.
    """

    name: str
    type: str
    title: Mapping[str, str]
    issuer: Mapping[str, str]
    subject: str
    time: int


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer that is ready to be signed: what it is about, how many disclosures it lists as seen, its bytes."""

    target: Target
    seen: int
    composed: ComposedEvent
    origin: str


@dataclass(slots=True)
class Preparation:
    """Answers under way: one thread fills it, others look.

    Attributes:
        decision: what the officer decided of all of them.
        given: the form that said so.
        names: of the events to be answered.
        ready: those that can be signed.
        left_out: those that cannot, and why.
        finished: set once all names are through, or it has stopped.
        stopped: set to let it stop.
        disputed: what would dispute these answers at once, by the desk's own key and agency.
    """

    decision: Decision
    given: Mapping[str, str]
    names: tuple[bytes, ...]
    ready: list[Ready] = field(default_factory=list)
    left_out: list[tuple[bytes, SuyuanError]] = field(default_factory=list)
    finished: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)
    disputed: tuple[Dispute, ...] = ()

    @property
    def done(self) -> int:
        """Return how many are through."""
        return len(self.ready) + len(self.left_out)

    def start(self, office: Office) -> threading.Thread:
        """Let a thread of its own check and compose."""
        thread = threading.Thread(target=self._run, args=(office,), name="desk-preparing", daemon=True)
        thread.start()
        return thread

    def _run(self, office: Office) -> None:
        try:
            for place, name in enumerate(self.names):
                if self.stopped.is_set():
                    return
                if place % _AT_ONCE == 0:
                    reader = office.reader(compare=False)
                try:
                    self.ready.append(self._prepare(office, office.read(reader, name)))
                except SuyuanError as error:
                    self.left_out.append((name, error))
            if self.ready:
                self._look_at_own(office)
        finally:
            self.finished.set()

    def _look_at_own(self, office: Office) -> None:
        """Look whether the officer's own word would stand; where that cannot be had, the status page says why."""
        kid = office.signer.public.kid
        with suppress(SuyuanError):
            self.disputed = look_at_own(office.client, office.policy, agency=office.agency, kid=kid, now=office.now())

    def _prepare(self, office: Office, case: Case) -> Ready:
        if self.ready and case.story.origin != self.ready[0].origin:
            raise MismatchError("ledger", came=case.story.origin, expected=self.ready[0].origin)
        looked = office.looked_at(case)
        (composed,) = compose_endorsements(
            [looked], self.decision, agency=office.agency, now=office.now(), types=office.types, random=office.random
        )
        return Ready(target_of(case), len(looked.seen), composed, case.story.origin)


def target_of(case: Case) -> Target:
    """Return what an answer to a case is about."""
    told = case.told
    return Target(
        case.name.hex(), case.event.head.type, told.kind.title, told.issuer.names, case.story.subject, told.time
    )


def failures(left_out: Sequence[tuple[bytes, SuyuanError]]) -> list[tuple[str, SuyuanError]]:
    """Return names and errors for people: of a proof that was refused, what the failing step says."""
    found = []
    for name, error in left_out:
        said = error.verdict.error if isinstance(error, RefusedError) and error.verdict.error else error
        found.append((name.hex(), said))
    return found
