"""What whoever stands between ledger and phone could send in the place of a proof."""

from __future__ import annotations

from dataclasses import replace

from ledger.prove.log import Leaves, shared_path
from tests.web.page.scene import Scene
from verifier.ledgerformat.head import parse_head
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.note import Note, format_note
from verifier.proof.traceproof import TraceProof, format_trace_proof, parse_trace_proof


def altered(data: bytes) -> bytes:
    """Return a proof in which somebody rewrote a product's name."""
    assert b"Example infant formula" in data
    return data.replace(b"Example infant formula", b"Genuine infant formula")


def barely_cosigned(data: bytes) -> bytes:
    """Return a proof whose checkpoint one witness cosigned."""
    proof = parse_trace_proof(data)
    checkpoint, note = parse_signed_checkpoint(proof.checkpoint)
    names = list(dict.fromkeys(each.name for each in note.signatures if each.name != checkpoint.origin))
    kept = tuple(each for each in note.signatures if each.name not in names[1:])
    return format_trace_proof(replace(proof, checkpoint=format_note(Note(note.text, kept))))


def hiding(scene: Scene, data: bytes) -> bytes:
    """Return a proof without the newest movement of its trace, whose path in the log is right all the same."""
    proof = parse_trace_proof(data)
    moved = [each for each in proof.trace if parse_head(each.events[0].head).type == "transport.object"]
    left = tuple(each for each in proof.trace if each is not moved[-1])
    parts = {part.leaf for part in (*left, *proof.registry)}
    size = parse_signed_checkpoint(proof.checkpoint)[0].size
    seals = tuple(
        each for each in proof.seals if each.leaf == size - 1 or any(each.signed.seal.covers(leaf) for leaf in parts)
    )
    return format_trace_proof(_pathed(scene, replace(proof, trace=left, seals=seals), size))


def _pathed(scene: Scene, proof: TraceProof, size: int) -> TraceProof:
    with scene.ledger.store.read() as reader:
        leaves = [leaf_hash(each) for each in reader.entries(0, size)]
    known = {part.leaf for part in (*proof.trace, *proof.registry, *proof.seals)}
    return replace(proof, path=shared_path(Leaves(leaves), size, sorted(known)))
