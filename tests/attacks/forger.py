"""An operator who writes log, index and seal anew, with the ledger's keys and whatever others signed before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fixtures.zone.actors import Actor
from ledger.compose.event import ComposedEvent
from ledger.prove.log import Leaves, shared_path
from tests.verifier.ledgerformat.index_prover import prove
from tests.verifier.proof.steps.forging import signed
from tests.world import World
from verifier.judgement.needs import registry_needs
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import event_name, parse_head
from verifier.ledgerformat.index import IndexProof, index_key, index_root, value_of
from verifier.ledgerformat.seal import Seal
from verifier.ledgerformat.statement import parse_statement
from verifier.ledgerformat.subject import subject_name
from verifier.primitives.checkpoint import Checkpoint, parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash, tree_root
from verifier.proof.bundle import EventPart, SealPart, StatementPart
from verifier.proof.traceproof import TraceProof


def part_of(world: World, who: Actor, events: Sequence[ComposedEvent], leaf: int) -> StatementPart:
    """Return a statement that somebody signed, as a proof shows it at a leaf of the operator's choice."""
    statement = parse_statement(who.sign(events, world.ledger.origin).statement)
    shown = tuple(EventPart(place, event.head, event.body) for place, event in enumerate(events))
    return StatementPart(leaf, statement.protected, statement.first, len(events), statement.signature, b"", shown)


def size_of(proof: TraceProof) -> int:
    """Return the size of the log that a proof is about."""
    return parse_signed_checkpoint(proof.checkpoint)[0].size


def relogged(
    world: World, proof: TraceProof, *, registry: Sequence[StatementPart] = (), trace: Sequence[StatementPart] = ()
) -> TraceProof:
    """Return the proof with one block more, of these statements, whose seal has an index of just what is shown."""
    size = size_of(proof)
    fresh = sorted((*registry, *trace), key=lambda part: part.leaf)
    with world.ledger.store.read() as reader:
        leaves = [leaf_hash(each) for each in reader.entries(0, size)]
    leaves += [leaf_hash(part.assemble().entry) for part in fresh]
    longer = replace(proof, registry=(*proof.registry, *registry), trace=(*proof.trace, *trace))
    claims = [_claims(_events(part)) for part in (longer.registry, longer.trace)]
    asked = [_needs(world, longer), {index_key(kind, subject_name(longer.subject)) for kind in ("trace", "recall")}]
    asked[1] |= _followed(longer)
    pairs = {key: value for each, keys in zip(claims, asked, strict=True) for key, value in each.items() if key in keys}
    before = proof.seals[-1].signed
    seal = Seal(
        first=size,
        covered=len(leaves),
        previous=leaf_hash(before.entry),
        root=index_root(pairs),
        keys=len(pairs),
        time=before.seal.time + 1000,
    )
    newest = SealPart(seal.covered, world.keys.sign_seal(seal))
    leaves.append(leaf_hash(newest.signed.entry))
    kept = {part.leaf for part in (*proof.registry, *proof.trace)}
    seals = [each for each in proof.seals if any(each.signed.seal.covers(leaf) for leaf in kept)]
    known = {*kept, *(part.leaf for part in (*fresh, *seals, newest))}
    return replace(
        longer,
        seals=(*seals, newest),
        registry_index=_index(pairs, asked[0]),
        trace_index=_index(pairs, asked[1]),
        path=shared_path(Leaves(leaves), len(leaves), sorted(known)),
        checkpoint=signed(world, Checkpoint(world.ledger.origin, len(leaves), tree_root(leaves))),
    )


def _index(pairs: dict[bytes, bytes], keys: set[bytes]) -> IndexProof:
    return prove(pairs, keys).proof


def _events(parts: Sequence[StatementPart]) -> list[Event]:
    """Return the events of parts; of one that is shown twice the later only, as an index has it once."""
    found = {}
    for part in parts:
        kid = part.assemble().header.kid
        for each in part.events:
            body = parse_body(each.body) if isinstance(each.body, bytes) else None
            name = event_name(each.head)
            found[name] = Event(name, part.leaf, each.position, parse_head(each.head), body, kid)
    return sorted(found.values(), key=lambda event: event.place)


def _claims(events: Sequence[Event]) -> dict[bytes, bytes]:
    histories: dict[bytes, list[Event]] = {}
    for event in events:
        for pair in event.head.joins:
            histories.setdefault(index_key(*pair), []).append(event)
    return {key: value_of([event.entry for event in history]) for key, history in histories.items()}


def _needs(world: World, proof: TraceProof) -> set[bytes]:
    known = _events(proof.registry)
    needs = registry_needs(
        _events(proof.trace),
        origin=world.ledger.origin,
        is_root=lambda event: world.ledger.head.replay.is_root(event.kid, event.leaf),
        history_of=lambda pair: [event for event in known if event.joins(pair)],
    )
    return {index_key(*pair) for pair in needs}


def _followed(proof: TraceProof) -> set[bytes]:
    names = {name for event in _events(proof.trace) for _, name in event.head.follows}
    return {index_key(kind, name) for kind in ("trace", "recall") for name in names}
