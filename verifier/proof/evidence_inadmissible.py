"""Evidence of an inadmissible statement: one event that could not be said where it stands (formats, section 17).

Everything stands in the file: the statement, the registry histories that it rests on, whole as the seal of its own
block has them, that seal, and, where nothing else speaks against it, the traces that it touches and what it answers.
Only what follows from these is a reason; what needs other histories is none here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from verifier.errors import IncompleteError, InconsistentError, MalformedError, MismatchError
from verifier.judgement.participants import key_subject
from verifier.judgement.replay import Replay
from verifier.ledgerformat.body import body_hash, parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.index import IndexProof, format_index_proof, parse_index_proof
from verifier.ledgerformat.seal import Seal
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.cbor import Value
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.merkle import leaf_hash, root_of_shared_path
from verifier.proof.bundle import (
    RESTRICTED,
    EventPart,
    Headers,
    SealPart,
    StatementPart,
    format_file,
    format_seals,
    format_statements,
    header_table,
    parse_seals,
    parse_statements,
    require_bytes,
    require_labels,
)
from verifier.proof.evidence import WORD, established, verified_checkpoint
from verifier.proof.evidence_places import Before, TracePart, before_event, read_traces, types_behind
from verifier.proof.evidence_reasons import Reason, reason_against
from verifier.proof.examination import Examination, Shown, Standpoint
from verifier.proof.steps.step1_ledger import walk_charter
from verifier.proof.steps.step3_sealed import require_order_of_seals
from verifier.proof.steps.step4_keys import check_histories, replay_parts

KIND = "inadmissible statement"


@dataclass(frozen=True, slots=True)
class StatementEvidence:
    """Evidence of an inadmissible statement. Parsed, not confirmed.

    Attributes:
        charter: statement parts of the charters and their approvals.
        checkpoint: the signed note's bytes.
        seals: the seals that cover what the registry part shows, and last that of the statement's block.
        statement: the statement with the one event that is judged; its body RESTRICTED where it is not shown.
        registry: statement parts of the registry histories that the event rests on.
        proof: of these histories, under the root of the last seal.
        path: shared path in the log.
        traces: of what the event touches; None where they are not shown.
    """

    charter: tuple[StatementPart, ...]
    checkpoint: bytes
    seals: tuple[SealPart, ...]
    statement: StatementPart
    registry: tuple[StatementPart, ...]
    proof: IndexProof
    path: bytes
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
    require_labels(content, {3, 4, 5, 6, 7, 8, 10, 13, 16}, {9, 18}, WORD)
    headers = Headers(content[4], "headers")
    seals = parse_seals(content[5], headers)
    charter = parse_statements(content[6], headers, "charter")
    statements = parse_statements(content[8], headers, "statement")
    registry = parse_statements(content[16], headers, "registry")
    traces = _parse_traces(content, headers)
    headers.require_all_used()
    if len(statements) != 1 or len(statements[0].events) != 1:
        raise MalformedError("statement", came="another shape", expected="one statement with one event")
    return StatementEvidence(
        charter,
        require_bytes(content[3], "checkpoint"),
        seals,
        statements[0],
        registry,
        parse_index_proof(content[7]),
        require_bytes(content[10], "log path"),
        traces,
    )


def _parse_traces(content: Mapping[int | str, Value], headers: Headers) -> TracePart | None:
    if content.keys().isdisjoint({9, 18}):
        return None
    if not content.keys() >= {9, 18}:
        raise MalformedError("traces", came="one of two parts", expected="the statements and their index proof")
    return TracePart(parse_statements(content[18], headers, "traces"), parse_index_proof(content[9]))


def format_statement_evidence(evidence: StatementEvidence) -> bytes:
    """Return the file's bytes."""
    headers = header_table([*evidence.charter, *evidence.parts], evidence.seals)
    content: dict[int | str, Value] = {
        3: evidence.checkpoint,
        4: list[Value](headers),
        5: list[Value](format_seals(evidence.seals, headers)),
        6: list[Value](format_statements(evidence.charter, headers)),
        7: list[Value](format_index_proof(evidence.proof)),
        8: list[Value](format_statements([evidence.statement], headers)),
        10: evidence.path,
        13: KIND,
        16: list[Value](format_statements(evidence.registry, headers)),
    }
    if evidence.traces:
        content[9] = list[Value](format_index_proof(evidence.traces.proof))
        content[18] = list[Value](format_statements(evidence.traces.statements, headers))
    return format_file(WORD, content)


def confirm_inadmissible(evidence: StatementEvidence, standpoint: Standpoint) -> Inadmissible:
    """Return why a statement could not stand where it stands, once it is certain that the ledger recorded it there.

    Raises:
        UntrustedError: not of the ledger that the policy pins, or not signed by it.
        InconsistentError: nothing that the file shows speaks against the statement: this is no evidence.
        IncompleteError: the histories of issuer and key are not among those that it shows.
        VerificationError: the file does not hold together.
    """
    charters, registry = established(evidence.charter, standpoint)
    checkpoint = verified_checkpoint(evidence.checkpoint, registry.charters)
    found = Examination(standpoint, evidence.seals, charters=charters.charters)
    part = evidence.statement
    seal = _require_seals(found, evidence)
    _require_logged(found, evidence, checkpoint)
    event = replace(_read(found, part, part.events[0]), body=None)
    replay, before = _stand_before(found, evidence, event)
    reason = reason_against(event, found.statement(part), part.events[0], replay=replay, time=seal.time, before=before)
    if reason is None:
        raise InconsistentError("statement", came="what could be said there", expected="a reason: no evidence")
    return Inadmissible(registry.charters[-1].origin, part.leaf, event.position, event.name, reason)


def _require_seals(found: Examination, evidence: StatementEvidence) -> Seal:
    """Return the seal of the statement's block, once every seal is the ledger's and covers something that is shown."""
    for part in evidence.seals:
        charter = found.charter_at(part.leaf)
        part.signed.verify(charter.seal, charter.origin)
    require_order_of_seals(evidence.seals)
    seal = found.seal_of(evidence.statement.leaf)
    covering = {found.seal_of(part.leaf).covered for part in evidence.registry} | {seal.covered}
    if covering != {part.leaf for part in evidence.seals} or seal != found.newest_seal:
        raise MismatchError(
            "seals", came="others", expected="the covering ones, and last that of the statement's block"
        )
    return seal


def _require_logged(found: Examination, evidence: StatementEvidence, checkpoint: Checkpoint) -> None:
    leaves = {part.leaf: leaf_hash(part.signed.entry) for part in evidence.seals}
    for part in evidence.parts:
        hashed = leaf_hash(found.statement(part).entry)
        if leaves.setdefault(part.leaf, hashed) != hashed:
            raise MismatchError("leaf", came=f"two entries at {part.leaf}", expected="one")
    root = root_of_shared_path(checkpoint.size, leaves, evidence.path, "log path")
    if root != checkpoint.root:
        raise MismatchError("log root", came=root, expected=checkpoint.root.hex())


def _stand_before(found: Examination, evidence: StatementEvidence, event: Event) -> tuple[Replay, Before | None]:
    """Return registry and, where they are shown, traces before an event."""
    traces = evidence.traces
    if traces is None:
        return _replay(found, evidence, event, ()), None
    shown = read_traces(found, traces, event)
    replay = _replay(found, evidence, event, types_behind(event, shown))
    return replay, before_event(found, traces.proof, event, shown, replay.registry)


def _replay(found: Examination, evidence: StatementEvidence, event: Event, also: Collection[str]) -> Replay:
    """Return the registry before the statement, out of histories that are whole; `also` as for `check_histories`.

    What stands at the statement's leaf or after it says nothing about it: it is only counted.
    """
    before = [part for part in evidence.registry if part.leaf < event.leaf]
    walk_charter(found, before)
    answered = {event.name: event}
    replay = replay_parts(found, before, (), answered)
    for part in evidence.registry:
        for each in part.events if part.leaf >= event.leaf else ():
            later = _read(found, part, each)
            found.registry_events[later.name] = Shown(later, each.body, ())
    check_histories(found, answered, replay, evidence.proof, also)
    _require_signer(found, event, replay)
    return replay


def _require_signer(found: Examination, event: Event, replay: Replay) -> None:
    """Ask for the histories of issuer and key, unless a root of the charter in force signed.

    A root of a charter that waits needs none in a proof, and is none where its key was registered meanwhile: here that
    registration could be left out.
    """
    if replay.registry.root_at(event.kid, event.leaf):
        return
    for subject in (event.head.issuer, key_subject(event.kid)):
        if ("registry", subject_name(subject)) not in found.registry_pairs:
            raise IncompleteError("registry", came=f"no history of {subject}", expected="one")


def _read(found: Examination, part: StatementPart, shown: EventPart) -> Event:
    """Return an event that stands in the log, whoever signed it.

    Raises:
        MismatchError: another body than the head's, or more than head and body.
    """
    head = parse_head(shown.head, "head")
    event = Event(event_name(shown.head), part.leaf, shown.position, head, None, found.statement(part).header.kid)
    if shown.disclosures or not (isinstance(shown.body, bytes) or shown.body == RESTRICTED):
        raise MismatchError("event", came="another shape", expected="a head, and a body or none")
    if not isinstance(shown.body, bytes):
        return event
    if body_hash(shown.body) != head.body:
        raise MismatchError("body", came="other bytes", expected=f"a body with hash {head.body.hex()}")
    return replace(event, body=parse_body(shown.body))
