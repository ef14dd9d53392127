"""Structural mutations of a trace proof, and the steps at which each kind must fail.

A mutation is made on the parsed proof and written again, so that it is always well-formed: what refuses
it is what it says, not how it is spelt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from verifier.ledgerformat.index import IndexProof
from verifier.ledgerformat.seal import SignedSeal
from verifier.primitives.note import format_note, parse_note
from verifier.proof.bundle import MISSING, RESTRICTED, Erased, EventPart, SealPart, StatementPart
from verifier.proof.traceproof import TraceProof

# What a mutation may fail at. "file" is a file that is refused before step 1, "unsupported" has no step.
EXPECTED = {
    "checkpoint line dropped: ledger": {1},
    "checkpoint line dropped: witnesses below quorum": {2},
    "checkpoint bit": {1},
    "subject other": {5},
    "walk other": {5, 6},
    "seal dropped": {1, 3},
    "seal field": {3},
    "seal bit": {1, 3},
    "registry statement dropped": {1, 3},
    "trace statement dropped": {3},
    "statement duplicated in the other part": {1, 3, 4, 5},
    "statement number": {1, 3},
    "statement signature bit": {1, 3},
    "statement path": {1, 3},
    "registry event dropped": {1, 3},
    "trace event dropped": {1, 3},
    "head bit": {1, 3},
    "registry body bit": {1, 4},
    "trace body bit": {5},
    "registry body hidden": {1, 4},
    "trace body hidden": {5, 6},
    "body erased": {"unsupported", 1, 4, 5},
    "disclosure added": {1, 4, 5},
    "log path": {3},
    "registry index": {4},
    "trace index": {6},
    "indexes swapped": {4},
}


@dataclass(frozen=True, slots=True)
class Mutation:
    """A bent proof, and the name of what was done to it."""

    kind: str
    proof: TraceProof


def mutations(proof: TraceProof) -> Iterator[Mutation]:
    """Yield every mutation of a proof."""
    yield from _checkpoint(proof)
    yield from _whole(proof)
    yield from _seals(proof)
    yield from _statements(proof, "registry")
    yield from _statements(proof, "trace")
    yield from _paths(proof)


def flips(data: bytes, count: int = 8) -> Iterator[bytes]:
    """Yield the bytes with one bit turned, at `count` places spread over them."""
    for place in range(count if data else 0):
        bit = place * (8 * len(data) - 1) // max(1, count - 1)
        bent = bytearray(data)
        bent[bit >> 3] ^= 1 << (bit & 7)
        yield bytes(bent)


def _checkpoint(proof: TraceProof) -> Iterator[Mutation]:
    note = parse_note(proof.checkpoint)
    own = [line for line in note.signatures if len(line.blob) == 64]
    witnesses = [line for line in note.signatures if len(line.blob) == 72]
    others = [line for line in note.signatures if line not in own]
    dropped = replace(note, signatures=tuple(others))
    yield Mutation("checkpoint line dropped: ledger", replace(proof, checkpoint=format_note(dropped)))
    for kept in range(len(witnesses) - 1):
        few = replace(note, signatures=tuple(line for line in note.signatures if line not in witnesses[kept:]))
        if kept < 2:
            kind = "checkpoint line dropped: witnesses below quorum"
            yield Mutation(kind, replace(proof, checkpoint=format_note(few)))
    for line in note.signatures:
        for blob in flips(line.blob, 4):
            bent = tuple(replace(each, blob=blob) if each is line else each for each in note.signatures)
            yield Mutation("checkpoint bit", replace(proof, checkpoint=format_note(replace(note, signatures=bent))))


def _whole(proof: TraceProof) -> Iterator[Mutation]:
    product = proof.subject.split("/21/")[0]
    for subject in (product, f"{product}/21/OTHER", "urn:suyuan:agency:customs"):
        yield Mutation("subject other", replace(proof, subject=subject))
    yield Mutation("walk other", replace(proof, walk="parties" if proof.walk == "public" else "public"))
    swapped = replace(proof, registry_index=proof.trace_index, trace_index=proof.registry_index)
    yield Mutation("indexes swapped", swapped)


def _seals(proof: TraceProof) -> Iterator[Mutation]:
    for place, part in enumerate(proof.seals):
        yield Mutation("seal dropped", replace(proof, seals=proof.seals[:place] + proof.seals[place + 1 :]))
        seal = part.signed.seal
        bent = [
            replace(seal, first=seal.first - 1) if seal.previous and seal.first > 1 else None,
            replace(seal, time=seal.time + 1),
            replace(seal, time=seal.time - 1),
            replace(seal, keys=seal.keys + 1),
            *(replace(seal, root=root) for root in flips(seal.root, 4)),
            *(replace(seal, previous=previous) for previous in flips(seal.previous or b"", 2)),
        ]
        for each in bent:
            if each:
                yield Mutation("seal field", _with_seal(proof, place, replace(part.signed, seal=each)))
        for signature in flips(part.signed.signature, 3):
            yield Mutation("seal bit", _with_seal(proof, place, replace(part.signed, signature=signature)))


def _with_seal(proof: TraceProof, place: int, signed: SignedSeal) -> TraceProof:
    seals = list(proof.seals)
    seals[place] = SealPart(seals[place].leaf, signed)
    return replace(proof, seals=tuple(seals))


def _statements(proof: TraceProof, section: str) -> Iterator[Mutation]:
    parts: tuple[StatementPart, ...] = getattr(proof, section)
    for place, part in enumerate(parts):
        yield Mutation(f"{section} statement dropped", _with(proof, section, parts[:place] + parts[place + 1 :]))
        other = "trace" if section == "registry" else "registry"
        merged = tuple(sorted((*getattr(proof, other), part), key=lambda each: each.leaf))
        if len({each.leaf for each in merged}) == len(merged):
            yield Mutation("statement duplicated in the other part", _with(proof, other, merged))
        for bent in _bent_statements(part):
            yield Mutation(bent[0], _with_part(proof, section, place, bent[1]))
        for number, event in enumerate(part.events):
            yield from _events(proof, section, place, number, event)


def _bent_statements(part: StatementPart) -> Iterator[tuple[str, StatementPart]]:
    yield "statement number", replace(part, first=part.first + 1)
    for signature in flips(part.signature, 4):
        yield "statement signature bit", replace(part, signature=signature)
    for path in (*flips(part.path, 3), part.path + b"\0" * 32, part.path[32:]):
        if path != part.path:
            yield "statement path", replace(part, path=path)


def _events(proof: TraceProof, section: str, place: int, number: int, event: EventPart) -> Iterator[Mutation]:
    part: StatementPart = getattr(proof, section)[place]

    def with_event(bent: EventPart) -> TraceProof:
        events = (*part.events[:number], bent, *part.events[number + 1 :])
        return _with_part(proof, section, place, replace(part, events=events))

    if len(part.events) > 1:
        fewer = part.events[:number] + part.events[number + 1 :]
        yield Mutation(f"{section} event dropped", _with_part(proof, section, place, replace(part, events=fewer)))
    for head in flips(event.head, 6):
        yield Mutation("head bit", with_event(replace(event, head=head)))
    if isinstance(event.body, bytes):
        for body in flips(event.body, 6):
            yield Mutation(f"{section} body bit", with_event(replace(event, body=body)))
        for state in (RESTRICTED, MISSING):
            yield Mutation(f"{section} body hidden", with_event(replace(event, body=state)))
        yield Mutation("body erased", with_event(replace(event, body=Erased(b"\1" * 32))))
    stray = "WyJzc3Nzc3Nzc3Nzc3Nzc3Nzc3NzcyIsIi94IiwxXQ"
    yield Mutation("disclosure added", with_event(replace(event, disclosures=(*event.disclosures, stray))))


def _paths(proof: TraceProof) -> Iterator[Mutation]:
    for path in (*flips(proof.path, 24), proof.path + b"\0" * 32, proof.path[:-32], proof.path[32:]):
        yield Mutation("log path", replace(proof, path=path))
    for section in ("registry_index", "trace_index"):
        index: IndexProof = getattr(proof, section)
        bent = [
            *(replace(index, nodes=nodes) for nodes in flips(index.nodes, 24)),
            *(replace(index, turns=turns) for turns in flips(index.turns, 24)),
            *(replace(index, strangers=strangers) for strangers in flips(index.strangers, 16)),
            replace(index, nodes=index.nodes + b"\1" * 32),
            replace(index, nodes=index.nodes[32:]),
            replace(index, turns=index.turns + b"\0"),
            replace(index, turns=index.turns[:-1]),
            replace(index, strangers=index.strangers + b"\1" * 64),
        ]
        kind = section.replace("_", " ")
        for each in bent:
            yield Mutation(kind, replace(proof, **{section: each}))


def _with(proof: TraceProof, section: str, parts: tuple[StatementPart, ...]) -> TraceProof:
    return replace(proof, **{section: parts})


def _with_part(proof: TraceProof, section: str, place: int, part: StatementPart) -> TraceProof:
    parts = list(getattr(proof, section))
    parts[place] = part
    return _with(proof, section, tuple(parts))
