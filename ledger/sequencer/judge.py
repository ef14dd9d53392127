"""What only the writer can judge: a candidate against the state after the leaf before its own.

The same functions serve `validate`, over a reader's snapshot, without recording anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ledger.admission.candidate import Candidate, CandidateEvent
from ledger.admission.known import require_known
from ledger.errors import BusyError, ConflictError
from verifier.errors import NotPermittedError, SuyuanError
from verifier.judgement.answers import check_answers
from verifier.judgement.authority import TraceState, advance, check_authority
from verifier.judgement.charter import APPROVAL, CHARTER
from verifier.judgement.coherence import Violation, judge_order
from verifier.judgement.counters import check_moves
from verifier.judgement.digest import Digest, DigestOf, First, LayeredDigests
from verifier.judgement.participants import Key
from verifier.judgement.phase import require_unexpired
from verifier.judgement.replay import ADMINISTRATOR, ROOT, Replay, Signer, require_supported
from verifier.judgement.room import check_room
from verifier.judgement.states import check_state
from verifier.ledgerformat.event import Event, make_event
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.statement import Statement


class View(Protocol):
    """The state before a leaf."""

    @property
    def replay(self) -> Replay:
        """Return the registry and waiting proposals."""
        ...

    def trace_state(self, name: bytes) -> TraceState | None:
        """Return owner and custody of a subject, None where its trace has not begun."""
        ...

    def digest(self, pair: Pair) -> Digest:
        """Return what rules of order need to know of a [kind, name]; nobody else may add to it."""
        ...

    def count(self, pair: Pair) -> int:
        """Return how many events a [kind, name] has."""
        ...

    def root_before(self, pair: Pair, count: int, leaf: int) -> bytes | None:
        """Return the root of a history's first `count` entries, None where fewer stand before a leaf."""
        ...

    def counter(self, name: bytes) -> int:
        """Return a subject's counter in hundred-thousandths, 0 where nothing has moved it."""
        ...

    def range_before(self, kid: bytes, below: int) -> tuple[int, int] | None:
        """Return (first, count) of this key's recorded range that begins last before `below`."""
        ...

    def is_recorded(self, event: CandidateEvent) -> bool:
        """Return whether the event's (issuer, id) is known to be recorded; the database has the last word."""
        ...


@dataclass(slots=True)
class Judged:
    """A candidate that may be recorded at a leaf.

    Attributes:
        events: its events, placed.
        traces: trace states after them, by subject name.
        counters: those that they moved, by subject name.
    """

    events: list[Event]
    traces: dict[bytes, TraceState]
    counters: dict[bytes, int] = field(default_factory=dict)


def judge_candidate(candidate: Candidate, *, leaf: int, time: int, view: View) -> Judged:
    """Return the candidate's events as they would stand at a leaf.

    Raises:
        NotPermittedError: key, scope, authority or order forbid it.
        ConflictError: an event or sequence number is recorded already.
        BusyError: its type has changed since intake.
    """
    signer = _require_signer(candidate, leaf, time, view.replay)
    _require_phase(candidate, leaf, time, view.replay)
    _require_sequence(candidate, view)
    judged = Judged([], {})
    digests = LayeredDigests(view.digest, judged.events)
    for position, event in enumerate(candidate.events):
        try:
            judged.events.append(_judge_event(candidate, event, (leaf, position, time), signer, view, judged, digests))
        except SuyuanError as error:
            raise error.within(f"events[{position}]") from error
    return judged


def _require_signer(candidate: Candidate, leaf: int, time: int, replay: Replay) -> Signer | None:
    """Return who signed, with a key that is valid at the leaf; None for the founding charter, which names its own."""
    if replay.founding is None:
        return None
    header = candidate.statement.header
    signer = replay.signer_at(header.kid, leaf, time)
    if signer.holder != header.issuer:
        came = f"{signer.use} key of {signer.holder}"
        raise NotPermittedError("statement.kid", came=came, expected="a key of the issuer")
    return signer


def _require_phase(candidate: Candidate, leaf: int, time: int, replay: Replay) -> None:
    """Admit only the charter and its approvals before it is in force, and after it has expired."""
    types = {event.head.type for event in candidate.events}
    if replay.founding is None:
        if leaf or types != {CHARTER} or len(candidate.events) != 1:
            raise NotPermittedError("ledger", came="no charter yet", expected="a founding charter, alone in leaf 0")
        return
    charter = replay.registry.charter_in_force(leaf)
    if charter is None:
        about = {name for event in candidate.events for name in event.head.about}
        if types != {APPROVAL} or about != {replay.founding.name}:
            expected = f"approvals of the charter by {replay.founding.threshold} root holders"
            raise NotPermittedError("ledger", came="a charter that waits", expected=expected)
    else:
        require_unexpired([event.head for event in candidate.events], charter, replay=replay, time=time)


def _require_sequence(candidate: Candidate, view: View) -> None:
    statement = candidate.statement
    if not isinstance(statement, Statement):
        return
    before = view.range_before(statement.header.kid, statement.first + statement.count)
    if before and before[0] + before[1] > statement.first:
        came = f"{statement.first} to {statement.first + statement.count - 1}"
        expected = f"numbers from {before[0] + before[1]}"
        raise ConflictError("statement.first", came=came, expected=expected, todo="Sign the batch again.")


def _judge_event(  # noqa: PLR0917 - one event and what surrounds it
    candidate: Candidate,
    event: CandidateEvent,
    place: tuple[int, int, int],
    signer: Signer | None,
    view: View,
    judged: Judged,
    digests: LayeredDigests,
) -> Event:
    replay, (leaf, position, time) = view.replay, place
    key = signer.registered if signer else None
    placed = make_event(event.name, leaf, position, event.head, event.body, candidate.statement.header.kid)
    _require_current(placed, event, view)
    if event.head.type.startswith("registry."):
        _require_scope(event, key)
        check_answers(placed, registry=replay.registry, targets=event.targets)
        replay.check(placed, time=time)
        require_known(placed, replay.registry)
        return placed
    if key is None:
        raise _registry_only(signer)
    _require_scope(event, key)

    def state_of(name: bytes) -> TraceState | None:
        return judged.traces.get(name) or view.trace_state(name)

    registry, kind, targets = replay.registry, event.kind, event.targets
    check_authority(placed, kind, registry=registry, time=time, state_of=state_of, targets=targets, holds=None)
    check_state(placed, view.root_before)
    check_room(placed, state_of=state_of, count_of=lambda pair: _count(pair, view, digests), digest_of=digests)
    if event.kind.refuses:
        _require_order(placed, event, digests)
    if event.moves:
        _move_counters(event, view, judged)
    for joined, name in event.head.joins:
        if joined == "trace":
            judged.traces[name] = advance(state_of(name), event.head, event.kind)
    return placed


def _count(pair: Pair, view: View, digests: LayeredDigests) -> int:
    """Return how many events a history has before the next of a candidate."""
    return view.count(pair) + len(digests.joined(pair))


def _registry_only(signer: Signer | None) -> NotPermittedError:
    use = signer.use if signer else ROOT
    came = f"{'an' if use == ADMINISTRATOR else 'a'} {use} key"
    expected = "a statement key: roots and administrators say registry events only"
    return NotPermittedError("statement.kid", came=came, expected=expected)


def _require_current(placed: Event, event: CandidateEvent, view: View) -> None:
    if view.is_recorded(event):
        raise ConflictError("head.id", came=event.head.id.hex(), expected="an id that this issuer has not used")
    if view.replay.registry.type_at(event.head.type, placed.leaf) is not event.kind:
        raise BusyError("head.type", came="an older version", expected="the version in force", todo="Send it again.")
    require_supported(placed)


def _require_scope(event: CandidateEvent, key: Key | None) -> None:
    if key is None:
        return
    if not key.may_sign(event.head.type):
        raise NotPermittedError(
            "head.type", came=event.head.type, expected=f"types {', '.join(key.types)}, the key's scope"
        )
    if key.subjects:
        for subject in event.body.all_subjects():
            if not key.may_name(subject):
                raise NotPermittedError(
                    "body.subjects", came=subject, expected=f"subjects below {', '.join(key.subjects)}"
                )


def _move_counters(event: CandidateEvent, view: View, judged: Judged) -> None:
    """Let an event move counters, or refuse it where one would leave its bounds."""

    def counter(name: bytes) -> int:
        earlier = judged.counters.get(name)
        return view.counter(name) if earlier is None else earlier

    judged.counters.update(check_moves(event.moves, counter))


def _require_order(placed: Event, event: CandidateEvent, digests: DigestOf) -> None:
    """Refuse an event that breaks a rule of order whose type says that admission refuses."""
    for finding in judge_order(placed, event.kind, digests):
        if finding.rule.refuse and isinstance(finding, Violation):
            if finding.first:
                raise _second(finding, finding.first)
            field = f"order.{finding.rule.code}"
            raise NotPermittedError(field, came=finding.came, expected=finding.expected)


def _second(finding: Violation, first: First) -> SuyuanError:
    """Return the refusal of what may be said once; it names the first, which can be answered instead."""
    head = finding.event.head
    if (first.issuer, first.id) == (head.issuer, head.id):  # no second one: the same, sent once more
        return ConflictError("id", came="recorded already", expected="ids this issuer has not used")
    todo = f"The first is {first.name.hex()}, at leaf {first.leaf}. Answer that one."
    field = f"order.{finding.rule.code}"
    return NotPermittedError(field, came=finding.came, expected=finding.expected, todo=todo)
