"""The registry as far as charter file and proofs show it, checked from the pinned hash on: what acts are judged by.

A ceremony carries it along, so that a machine without a network judges by the same state as one that has just asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from verifier.errors import MismatchError
from verifier.judgement.charter import Charter
from verifier.judgement.replay import Replay
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name
from verifier.ledgerformat.trust_policy import TrustPolicy
from verifier.proof.alone import verify_checkpoint
from verifier.proof.bundle import StatementPart
from verifier.proof.charterfile import parse_charter_file
from verifier.proof.examination import Examination, Standpoint
from verifier.proof.steps.step1_ledger import establish_ledger, walk_charter
from verifier.proof.steps.step2_unforked import establish_unforked
from verifier.proof.steps.step3_sealed import establish_sealed
from verifier.proof.steps.step4_keys import establish_keys
from verifier.proof.steps.step5_authentic import establish_authentic
from verifier.proof.steps.step6_complete import establish_complete
from verifier.proof.traceproof import parse_trace_proof
from verifier.vocabulary import registry_types

REGISTRY_WALK = "registry"
REGISTERED = frozenset({"agency", "enterprise", "key", "type", "policy", "kind", "handle:mandate", "handle:grant"})


@dataclass(frozen=True, slots=True)
class RegistryState:
    """What is known of a registry.

    Attributes:
        replay: what the events shown so far brought about, and what waits.
        size: leaves of the log that it is known of; whatever is said next stands at this leaf or later.
        time: ledger time of the newest seal that was shown, in milliseconds; the clock's where none was.
        bodies: bodies' bytes of the charters, by event name.
        recorded: names of all events shown.
        numbers: by kid, the sequence number after the newest statement shown.
        quorum: whether a quorum stands behind the checkpoint.
        subjects: URIs whose registry histories were proved whole; the ledger's is always among them.
        events: the registry events that the proofs show, in log order; the charter file's are not among them.
    """

    replay: Replay
    size: int
    time: int
    bodies: Mapping[bytes, bytes]
    recorded: frozenset[bytes]
    numbers: Mapping[bytes, int]
    quorum: bool
    subjects: tuple[str, ...]
    events: tuple[Event, ...] = ()

    @property
    def charter(self) -> Charter | None:
        """Return the charter in force at the next leaf, None where none is."""
        return self.replay.registry.charter_in_force(self.size)


def no_state(now: int) -> RegistryState:
    """Return the state before a ledger is founded; `now` in milliseconds."""
    return RegistryState(Replay(registry_types()), 0, now, {}, frozenset(), {}, quorum=False, subjects=())


def read_state(charter: bytes, proofs: Sequence[bytes], note: bytes, *, policy: TrustPolicy, now: int) -> RegistryState:
    """Return what charter file, trace proofs and checkpoint show, once they follow from the pinned hash.

    Args:
        charter: a `.charter` file.
        proofs: `.trace` files of the registry walk.
        note: a checkpoint, at least as large as what the others show.
        policy: whom the reader trusts.
        now: the clock, milliseconds since 1970.

    Raises:
        SuyuanError: what does not verify.
    """
    standpoint = Standpoint(policy, now // 1000, registry_types())
    parts = parse_charter_file(charter)
    verified = verify_checkpoint(note, parts, standpoint)
    gathered = _Gathered(standpoint, now)
    gathered.add_charters(parts)
    for each in proofs:
        gathered.add_proof(each)
    size = max(verified.checkpoint.size, gathered.size)
    return gathered.state(size, quorum=verified.quorum)


class _Gathered:
    """Registry events out of several files, each once."""

    def __init__(self, standpoint: Standpoint, now: int) -> None:
        self._standpoint = standpoint
        self._now = now
        self._charters: Replay | None = None
        self._events: dict[bytes, tuple[Event, int]] = {}
        self._bodies: dict[bytes, bytes] = {}
        self._numbers: dict[bytes, int] = {}
        self._subjects: list[str] = []
        self.size = 0
        self._time = 0

    def add_charters(self, parts: Sequence[StatementPart]) -> None:
        """Take charters and their approvals; verify each statement."""
        found = Examination(self._standpoint, ())
        self._charters = walk_charter(found, parts)
        self._remember(found, parts)
        self._subjects.append(f"urn:suyuan:ledger:{self._charters.registry.charters[-1].origin}")

    def add_proof(self, data: bytes) -> None:
        """Take what a registry walk shows, once its histories are proved whole.

        Raises:
            MismatchError: another walk, which need not show all that was said of its subject.
        """
        proof = parse_trace_proof(data)
        if proof.walk != REGISTRY_WALK:
            raise MismatchError("proof.walk", came=proof.walk, expected=REGISTRY_WALK)
        found = Examination(self._standpoint, proof.seals)
        establish_ledger(found, proof.registry, proof.checkpoint)
        establish_unforked(found)
        establish_sealed(found, [*proof.registry, *proof.trace], proof.path)
        establish_keys(found, proof.registry, proof.trace, proof.registry_index)
        establish_authentic(found, proof.trace, proof.subject, proof.walk)
        establish_complete(found, proof.trace_index)
        for name, shown in (*found.registry_events.items(), *found.trace_events.items()):
            self._events[name] = shown.event, found.seal_of(shown.event.leaf).time
        self._remember(found, [*proof.registry, *proof.trace])
        self._time = max(self._time, found.newest_seal.time)
        self.size = max(self.size, found.checkpoint.size if found.checkpoint else 0)
        self._subjects.append(proof.subject)

    def state(self, size: int, *, quorum: bool) -> RegistryState:
        """Return what all of them bring about together."""
        replay = self._charters or Replay(self._standpoint.builtin)
        if self._events:
            replay = Replay(self._standpoint.builtin)
            for event, time in self._in_order():
                replay.apply(event, time=time)
        return RegistryState(
            replay=replay,
            size=size,
            time=max(self._time, self._now),
            bodies=self._bodies,
            recorded=frozenset(self._bodies),
            numbers=self._numbers,
            quorum=quorum,
            subjects=tuple(dict.fromkeys(self._subjects)),
            events=tuple(event for event, _ in self._in_order()),
        )

    def _in_order(self) -> list[tuple[Event, int]]:
        return sorted(self._events.values(), key=lambda each: each[0].place)

    def _remember(self, found: Examination, parts: Iterable[StatementPart]) -> None:
        for part in parts:
            statement = found.statement(part)
            kid = statement.header.kid
            self._numbers[kid] = max(self._numbers.get(kid, 0), statement.first + statement.count)
            shown = {event_name(each.head): each.body for each in part.events}
            self._bodies |= {name: body for name, body in shown.items() if isinstance(body, bytes)}
            self.size = max(self.size, part.leaf + 1)
