"""Each format by itself: a checkpoint, a receipt, two checkpoints, one event (docs/formats.md, section 17).

For whoever keeps receipts for years: the charter file, or the registry part of any trace proof, is all
that these need besides the trust policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from verifier.errors import IncompleteError, MismatchError, NotPermittedError, UntrustedError
from verifier.judgement.authority import require_mandate
from verifier.judgement.participants import Key, Participant, key_subject
from verifier.judgement.registry import Registry
from verifier.judgement.replay import require_supported
from verifier.ledgerformat.disclosure import Disclosure
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.mapping import check_body, check_head, check_links
from verifier.ledgerformat.receipt import parse_receipt, verify_receipt
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.checkpoint import Checkpoint, Cosignature, parse_signed_checkpoint, verify_lines
from verifier.primitives.merkle import check_consistency, leaf_hash, root_of_shared_path
from verifier.proof.bundle import BodyState, Erased, StatementPart
from verifier.proof.eventproof import EventProof
from verifier.proof.examination import Examination, Shown, Standpoint, read_event, require_body_state, require_scope
from verifier.proof.steps.step1_ledger import establish_ledger, require_log_lines, walk_charter
from verifier.proof.steps.step2_unforked import establish_unforked, require_quorum
from verifier.proof.steps.step3_sealed import establish_sealed
from verifier.proof.steps.step4_keys import BUILTIN, establish_keys
from verifier.proof.traceproof import TraceProof
from verifier.proof.verdict import Said


@dataclass(frozen=True, slots=True)
class VerifiedCheckpoint:
    """A checkpoint signed by the ledger.

    Attributes:
        checkpoint: origin, size and root.
        cosignatures: every line, verified.
        quorum: whether they reach the quorum of charter and policy.
    """

    checkpoint: Checkpoint
    cosignatures: tuple[Cosignature, ...]
    quorum: bool

    @property
    def cosigners(self) -> tuple[str, ...]:
        """Return the names of the cosigners, without the ledger's own."""
        own = self.checkpoint.origin
        return tuple(sorted({each.key.name for each in self.cosignatures if each.key.name != own}))


@dataclass(frozen=True, slots=True)
class VerifiedReceipt:
    """A receipt for a statement: *promised*, or *recorded* where a quorum stands behind its root."""

    origin: str
    leaf: int
    size: int
    time: int
    recorded: bool


@dataclass(frozen=True, slots=True)
class VerifiedEvent:
    """One event that stands in the log, said by whom it says."""

    event: Event
    kind: EventType
    issuer: Participant
    body: BodyState
    checkpoint: VerifiedCheckpoint
    time: int | None
    unchecked: tuple[Said, ...] = field(default=())
    disclosures: tuple[Disclosure, ...] = ()


def verify_checkpoint(note: bytes, charter: Sequence[StatementPart], standpoint: Standpoint) -> VerifiedCheckpoint:
    """Return a checkpoint that the ledger signed, under the charter in force at its size.

    Raises:
        UntrustedError: another ledger, or a line of a key that the charter does not name.
        BadSignatureError: a line that its key did not sign.
    """
    return checkpoint_under(note, walk_charter(Examination(standpoint, ()), charter).registry, standpoint)


def checkpoint_under(note: bytes, registry: Registry, standpoint: Standpoint) -> VerifiedCheckpoint:
    """Return a checkpoint as `verify_checkpoint` does, under charters that were walked before."""
    checkpoint, parsed = parse_signed_checkpoint(note)
    charter = registry.charter_at(max(0, checkpoint.size - 1))
    if checkpoint.origin != charter.origin:
        raise UntrustedError("checkpoint.origin", came=checkpoint.origin, expected=charter.origin)
    lines = verify_lines(checkpoint, parsed, charter.policy.keys)
    own = standpoint.policy.policy
    require_log_lines(lines, charter, own)
    try:
        require_quorum(charter.policy, charter.policy.quorum, lines, "the charter's quorum")
        if own:
            require_quorum(own, own.quorum, lines, "your policy's quorum")
    except IncompleteError:
        return VerifiedCheckpoint(checkpoint, lines, quorum=False)
    return VerifiedCheckpoint(checkpoint, lines, quorum=True)


def verify_extension(older: VerifiedCheckpoint, newer: VerifiedCheckpoint, path: Sequence[bytes]) -> None:
    """Return if the newer log extends the older one; raise InconsistentError if not."""
    check_consistency(
        size=older.checkpoint.size,
        root=older.checkpoint.root,
        newer_size=newer.checkpoint.size,
        newer_root=newer.checkpoint.root,
        path=path,
    )


def verify_statement_receipt(
    receipt: bytes,
    statement: bytes,
    charter: Sequence[StatementPart],
    standpoint: Standpoint,
    checkpoint: VerifiedCheckpoint | None = None,
) -> VerifiedReceipt:
    """Return what a receipt says of a statement.

    Args:
        receipt: RFC 9942 receipt.
        statement: the statement's bytes, as recorded.
        charter: statement parts of a charter file.
        standpoint: whom the verifier trusts.
        checkpoint: a checkpoint of the receipt's size, for *recorded*.

    Raises:
        UntrustedError: a receipt key that no charter names.
        MismatchError: a checkpoint of another size or root.
    """
    walked = walk_charter(Examination(standpoint, ()), charter).registry
    return statement_receipt_under(receipt, statement, walked, checkpoint)


def statement_receipt_under(
    receipt: bytes, statement: bytes, registry: Registry, checkpoint: VerifiedCheckpoint | None = None
) -> VerifiedReceipt:
    """Return what a receipt says as `verify_statement_receipt` does, under charters that were walked before."""
    parsed = parse_receipt(receipt)
    in_force = registry.charter_at(parsed.size - 1)
    if in_force.receipt.kid != parsed.kid:
        raise UntrustedError("receipt.kid", came=parsed.kid, expected=f"{in_force.receipt.kid.hex()}, the charter's")
    root = verify_receipt(parsed, leaf=leaf_hash(statement), key=in_force.receipt, origin=in_force.origin)
    if checkpoint and (checkpoint.checkpoint.size, checkpoint.checkpoint.root) != (parsed.size, root):
        came = f"size {checkpoint.checkpoint.size}"
        raise MismatchError("checkpoint", came=came, expected=f"size {parsed.size} and root {root.hex()}")
    recorded = checkpoint is not None and checkpoint.quorum
    return VerifiedReceipt(in_force.origin, parsed.index, parsed.size, parsed.time, recorded)


def verify_event(proof: EventProof, held: TraceProof, standpoint: Standpoint) -> VerifiedEvent:
    """Return the event that a proof shows, by the registry part of a trace proof that the verifier holds.

    Raises:
        IncompleteError: the held registry is older than the event, or lacks its issuer, key or type.
        VerificationError: signature, links or body are not as they must be.
    """
    return verify_events(proof, held, standpoint)[0]


def verify_events(proof: EventProof, held: TraceProof, standpoint: Standpoint) -> tuple[VerifiedEvent, ...]:
    """Return every event that a proof's statement part shows: of a file one; a whole batch may be put in its place.

    Raises:
        IncompleteError, VerificationError: as `verify_event`; one bad event refuses all.
    """
    found = Examination(standpoint, held.seals)
    shown = [*held.registry, *held.trace]
    establish_ledger(found, shown, held.checkpoint)
    establish_unforked(found)
    establish_sealed(found, shown, held.path)
    establish_keys(found, held.registry, held.trace, held.registry_index)
    part = proof.statement
    if found.checkpoint is None or found.registry is None or found.charters is None:
        raise MismatchError("registry", came="none", expected="a trace proof of the same ledger")
    if part.leaf >= found.checkpoint.size:
        raise IncompleteError("registry", came=f"size {found.checkpoint.size}", expected=f"more than leaf {part.leaf}")
    checkpoint = checkpoint_under(proof.checkpoint, found.charters.registry, standpoint)
    time = _place(proof, checkpoint, found)
    return _judge(part, found, checkpoint, time)


def _place(proof: EventProof, checkpoint: VerifiedCheckpoint, found: Examination) -> int | None:
    """Return the ledger time of the event, None where no seal is shown, once statement and seal stand in the log."""
    leaves = {proof.statement.leaf: leaf_hash(found.statement(proof.statement).entry)}
    time = None
    if proof.seal:
        charter = found.charter_at(proof.seal.leaf)
        proof.seal.signed.verify(charter.seal, charter.origin)
        if not proof.seal.signed.seal.covers(proof.statement.leaf):
            raise MismatchError("seal", came=f"leaf {proof.seal.leaf}", expected="the seal that covers the statement")
        if proof.seal.leaf in leaves:  # a seal covers its own leaf, where it would stand in for the statement
            raise MismatchError("leaf", came=f"two entries at {proof.seal.leaf}", expected="one")
        leaves[proof.seal.leaf] = leaf_hash(proof.seal.signed.entry)
        time = proof.seal.signed.seal.time
    root = root_of_shared_path(checkpoint.checkpoint.size, leaves, proof.path, "log path")
    if root != checkpoint.checkpoint.root:
        raise MismatchError("log root", came=root, expected=checkpoint.checkpoint.root.hex())
    return time


def _judge(
    part: StatementPart, found: Examination, checkpoint: VerifiedCheckpoint, time: int | None
) -> tuple[VerifiedEvent, ...]:
    registry = found.registry
    if registry is None:
        raise MismatchError("registry", came="none", expected="a registry")
    header = found.statement(part).header
    _require_whole([header.issuer, key_subject(header.kid)], found)
    judged_at = time if time is not None else found.newest_seal.time
    key = registry.key_at(header.kid, part.leaf, judged_at)
    if key.use != "statement":
        raise NotPermittedError("key.use", came=key.use, expected="statement")
    found.verify(part, key.holder, key.key, found.charter_at(part.leaf).origin)
    shown = [read_event(part, each, header.issuer, header.kid) for each in part.events]
    for each in shown:
        if not each.event.head.type.startswith(BUILTIN):
            _require_whole([f"urn:suyuan:type:{each.event.head.type}"], found)
        if time is None:
            subjects = (key_subject(header.kid), header.issuer, each.event.head.principal)
            _require_never_suspended(subjects, part.leaf, registry)
        _require_mandate(each.event, found, registry, judged_at)
    return tuple(_judge_event(each, key, registry, checkpoint, time) for each in shown)


def _judge_event(
    shown: Shown, key: Key, registry: Registry, checkpoint: VerifiedCheckpoint, time: int | None
) -> VerifiedEvent:
    require_supported(shown.event)
    require_scope(shown, key)
    leaf = shown.event.leaf
    kind = registry.type_at(shown.event.head.type, leaf)
    check_head(kind, shown.event.head)
    if shown.event.body:
        check_body(kind, shown.event.body)
        if not shown.event.head.about:
            check_links(kind, shown.event.head, shown.event.body)
    else:
        require_body_state(shown, kind)
    issuer = registry.participant_at(shown.event.head.principal, leaf)
    if issuer is None:
        raise IncompleteError("registry", came="no such participant", expected=shown.event.head.principal)
    names = ["authority", "completeness", "recognition", "truth"]
    names += ([] if time is not None else ["time"]) + ([] if shown.event.body else ["bodies"])
    unchecked = tuple(Said(f"unchecked.{name}") for name in names)
    if isinstance(shown.body, Erased):
        unchecked += (Said("unchecked.erasure", {"order": shown.body.order.hex()}),)
    return VerifiedEvent(shown.event, kind, issuer, shown.body, checkpoint, time, unchecked, shown.disclosures)


def _require_mandate(event: Event, found: Examination, registry: Registry, time: int) -> None:
    """Ask for the mandate of an event that is said for another, of which the held registry has to know all."""
    head = event.head
    if head.behalf is None:
        return
    mandates = registry.mandates_at(head.behalf, head.issuer, event.leaf, time)
    _require_whole([head.behalf, *(each.subject for each in mandates)], found)
    require_mandate(event, head.behalf, registry, time)


def _require_whole(subjects: Iterable[str], found: Examination) -> None:
    """Refuse a registry in which subjects may be known and what became of them not: of another trace, say.

    What a proof shows beside the registry histories that it rests on is read as well, and nobody looked whether it is
    all.
    """
    for subject in subjects:
        if ("registry", subject_name(subject)) not in found.registry_pairs:
            todo = "Use a trace proof that holds an event under the same key, of the same type and mandate."
            raise IncompleteError("registry", came=f"no history of {subject}", expected="one", todo=todo)


def _require_never_suspended(subjects: Iterable[str], leaf: int, registry: Registry) -> None:
    """Ask for the seal where it decides: whoever leaves it out leaves open whether a suspension was over."""
    for subject in subjects:
        if suspended := registry.suspension_at(subject, leaf, 0):
            came = f"none, and {subject} was suspended by {suspended.event.hex()}"
            todo = "Use an event proof that shows the seal."
            raise IncompleteError("seal", came=came, expected="the seal that covers the statement", todo=todo)
