"""The registry before a leaf, out of the histories that evidence shows whole (docs/formats.md, section 17)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from verifier.errors import MismatchError
from verifier.judgement.participants import key_subject
from verifier.judgement.replay import Replay
from verifier.ledgerformat.body import body_hash, parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.index import IndexProof
from verifier.ledgerformat.seal import Seal
from verifier.primitives.checkpoint import Checkpoint
from verifier.primitives.merkle import leaf_hash, root_of_shared_path
from verifier.proof.bundle import RESTRICTED, EventPart, SealPart, StatementPart
from verifier.proof.examination import Examination, Shown
from verifier.proof.steps.step1_ledger import walk_charter
from verifier.proof.steps.step3_sealed import require_order_of_seals
from verifier.proof.steps.step4_keys import Place, check_histories, replay_parts


def require_seals(found: Examination, registry: Iterable[StatementPart], leaf: int) -> Seal:
    """Return the seal of a leaf's block, the last one shown, once every seal is the ledger's and covers what is shown.

    Args:
        found: with the seals that are shown, and the charters.
        registry: statement parts that the others cover.
        leaf: what is judged stands there.
    """
    for part in found.seals:
        charter = found.charter_at(part.leaf)
        part.signed.verify(charter.seal, charter.origin)
    require_order_of_seals(found.seals)
    seal = found.seal_of(leaf)
    covering = {found.seal_of(part.leaf).covered for part in registry} | {seal.covered}
    if covering != {part.leaf for part in found.seals} or seal != found.newest_seal:
        raise MismatchError(
            "seals", came="others", expected="the covering ones, and last that of the statement's block"
        )
    return seal


def require_logged(
    found: Examination,
    checkpoint: Checkpoint,
    parts: Iterable[StatementPart],
    seals: Iterable[SealPart],
    *,
    path: bytes,
    entries: Mapping[int, bytes] | None = None,
) -> None:
    """Return if statements, seals and further entries stand in the log that a checkpoint commits to."""
    leaves = {part.leaf: leaf_hash(part.signed.entry) for part in seals}
    shown = [(part.leaf, found.statement(part).entry) for part in parts]
    for leaf, entry in (*shown, *(entries or {}).items()):
        hashed = leaf_hash(entry)
        if leaves.setdefault(leaf, hashed) != hashed:
            raise MismatchError("leaf", came=f"two entries at {leaf}", expected="one")
    root = root_of_shared_path(checkpoint.size, leaves, path, "log path")
    if root != checkpoint.root:
        raise MismatchError("log root", came=root, expected=checkpoint.root.hex())


def replay_before(
    found: Examination,
    parts: Sequence[StatementPart],
    leaf: int,
    proof: IndexProof,
    *,
    answered: Mapping[bytes, Event],
    also: Collection[str] = (),
    signed: Event | None = None,
) -> Replay:
    """Return the registry before a leaf, out of histories that are whole.

    What stands there or after it says nothing about it: it is only counted.

    Args:
        found: with the seals that are shown; takes in the registry and its events.
        parts: the registry part.
        leaf: the leaf.
        proof: of exactly the histories that are needed, under the root of the newest seal shown.
        answered: the event that is judged, if it is one, by name.
        also: subjects on whose registry histories it rests besides.
        signed: the event whose issuer and key have to be known, if it is one.
    """
    before = [part for part in parts if part.leaf < leaf]
    walk_charter(found, before, approved=False)
    replay = replay_parts(found, before, (), answered)
    count_later(found, parts, (leaf, 0))
    check_histories(found, answered, replay, proof, [*also, *(subjects_behind_key(signed, replay) if signed else ())])
    return replay


def subjects_behind_key(event: Event, replay: Replay) -> tuple[str, ...]:
    """Return the subjects whose registry histories say whether a key could sign an event: its issuer and the key.

    None where a root of the charter in force signed, or the founding charter waits, while nothing is registered. A root
    of a later charter that waits needs none in a proof, and is none where its key was registered meanwhile: here that
    registration could be left out.
    """
    registry = replay.registry
    if registry.root_at(event.kid, event.leaf) or not registry.charter_in_force(event.leaf):
        return ()
    return event.head.issuer, key_subject(event.kid)


def count_later(found: Examination, parts: Iterable[StatementPart], since: Place) -> None:
    """Take in what a registry part shows at a place or after it: it stands in histories, and says nothing."""
    for part in parts:
        for each in part.events:
            if (part.leaf, each.position) >= since:
                later = read_logged(found, part, each)
                found.registry_events[later.name] = Shown(later, each.body, ())


def read_logged(found: Examination, part: StatementPart, shown: EventPart) -> Event:
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
