"""Evidence of an inadmissible statement: one event that could not be said where it stands (formats, section 17).

Everything stands in the file: the statement, the registry histories that it rests on, whole as the seal of its own
block has them, that seal, and, where nothing else speaks against it, the traces that it touches and what it answers,
or these and the histories that rules of order and a stated root look at. Only what follows from these
is a reason; what needs other histories is none here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from verifier.errors import InconsistentError, MalformedError
from verifier.judgement.replay import Replay
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.index import format_index_proof, parse_index_proof
from verifier.primitives.cbor import Value
from verifier.proof.bundle import (
    Headers,
    StatementPart,
    format_file,
    format_statements,
    parse_statements,
    require_labels,
)
from verifier.proof.evidence import WORD, established, verified_checkpoint
from verifier.proof.evidence_acts import subjects_of_act
from verifier.proof.evidence_one import OneEvent, format_one_event, parse_one_event
from verifier.proof.evidence_places import Before, TracePart, before_event, read_traces, types_behind
from verifier.proof.evidence_reasons import Reason, reason_against
from verifier.proof.evidence_registry import read_logged, replay_before, require_logged, require_seals
from verifier.proof.examination import Examination, Standpoint

KIND = "inadmissible statement"
_TRACES_PROOF, _ORDERED_PROOF = 9, 19


@dataclass(frozen=True, slots=True)
class StatementEvidence(OneEvent):
    """Evidence of an inadmissible statement. Parsed, not confirmed.

    Attributes:
        traces: of what the event touches, and what else decides about it; None where they are not shown.
    """

    traces: TracePart | None = None

    @property
    def parts(self) -> tuple[StatementPart, ...]:
        """Return every statement part but the charter's."""
        return (*self.registry, self.statement, *(self.traces.statements if self.traces else ()))


@dataclass(frozen=True, slots=True)
class Inadmissible:
    """An inadmissible statement that was confirmed.

    Attributes:
        origin: the ledger that recorded it.
        leaf: where it stands.
        position: of the event that was judged.
        name: of that event.
        reason: why it could not be said there.
    """

    origin: str
    leaf: int
    position: int
    name: bytes
    reason: Reason


def parse_statement_evidence(content: Mapping[int | str, Value]) -> StatementEvidence:
    """Return the evidence that the content of a file spells."""
    require_labels(content, {3, 4, 5, 6, 7, 8, 10, 13, 16}, {9, 18, 19}, WORD)
    headers = Headers(content[4], "headers")
    one = parse_one_event(content, headers)
    traces = _parse_traces(content, headers)
    headers.require_all_used()
    return StatementEvidence(*one, traces)


def _parse_traces(content: Mapping[int | str, Value], headers: Headers) -> TracePart | None:
    labels = content.keys() & {_TRACES_PROOF, 18, _ORDERED_PROOF}
    if not labels:
        return None
    if labels not in ({_TRACES_PROOF, 18}, {_ORDERED_PROOF, 18}):
        raise MalformedError("traces", came="other parts", expected="the statements and one index proof of them")
    ordered = _ORDERED_PROOF in labels
    proof = parse_index_proof(content[_ORDERED_PROOF if ordered else _TRACES_PROOF])
    return TracePart(parse_statements(content[18], headers, "traces"), proof, ordered)


def format_statement_evidence(evidence: StatementEvidence) -> bytes:
    """Return the file's bytes."""
    content, headers = format_one_event(evidence, KIND)
    if evidence.traces:
        label = _ORDERED_PROOF if evidence.traces.ordered else _TRACES_PROOF
        content[label] = list[Value](format_index_proof(evidence.traces.proof))
        content[18] = list[Value](format_statements(evidence.traces.statements, headers))
    return format_file(WORD, content)


def confirm_inadmissible(evidence: StatementEvidence, standpoint: Standpoint) -> Inadmissible:
    """Return why a statement could not stand where it stands, once it is certain that the ledger recorded it there.

    Raises:
        UntrustedError: not of the ledger that the policy pins, or not signed by it.
        InconsistentError: nothing that the file shows speaks against the statement: this is no evidence.
        VerificationError: the file does not hold together.
    """
    charters, registry = established(evidence.charter, standpoint)
    checkpoint = verified_checkpoint(evidence.checkpoint, registry.charters)
    found = Examination(standpoint, evidence.seals, charters=charters.charters)
    part = evidence.statement
    seal = require_seals(found, evidence.registry, part.leaf)
    require_logged(found, checkpoint, evidence.parts, evidence.seals, path=evidence.path)
    whole = read_logged(found, part, part.events[0])
    event = replace(whole, body=None)
    replay, before = _stand_before(found, evidence, event, subjects_of_act(whole))
    reason = reason_against(event, found.statement(part), part.events[0], replay=replay, time=seal.time, before=before)
    if reason is None:
        raise InconsistentError("statement", came="what could be said there", expected="a reason: no evidence")
    return Inadmissible(registry.charters[-1].origin, part.leaf, event.position, event.name, reason)


def _stand_before(
    found: Examination, evidence: StatementEvidence, event: Event, acted: Collection[str]
) -> tuple[Replay, Before | None]:
    """Return registry and, where they are shown, histories before an event; `acted`: what it revokes."""
    traces = evidence.traces
    if traces is None:
        return _replay(found, evidence, event, acted), None
    shown = read_traces(found, traces, event)
    replay = _replay(found, evidence, event, types_behind(event, shown))
    return replay, before_event(found, traces, event, shown, replay.registry)


def _replay(found: Examination, evidence: StatementEvidence, event: Event, also: Collection[str]) -> Replay:
    """Return the registry before the statement; `also` as for `replay_before`."""
    return replay_before(
        found,
        evidence.registry,
        event.leaf,
        evidence.proof,
        answered={event.name: event},
        also=also,
        signed=event,
    )
