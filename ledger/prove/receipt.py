"""Receipts and event proofs out of the store (docs/formats.md, sections 11 and 17)."""

from __future__ import annotations

from ledger.prove.log import inclusion_path, shared_path
from ledger.prove.parts import seal_parts, statement_parts, whole_body
from ledger.prove.source import EventSource
from ledger.prove.trace import Sources
from ledger.store.interface import StoredCheckpoint, StoredEvent
from ledger.tiles.folder import LogReader
from verifier.ledgerformat.receipt import format_receipt, parse_receipt, verify_receipt
from verifier.primitives.keys import PublicKey
from verifier.primitives.merkle import leaf_hash
from verifier.primitives.note import Note, format_note, parse_note
from verifier.proof.bundle import BodyState
from verifier.proof.eventproof import EventProof


def prove_receipt(leaf: int, entry: bytes, checkpoint: StoredCheckpoint, log: LogReader, key: PublicKey) -> bytes:
    """Return the receipt of an entry against a checkpoint, checked before it leaves."""
    path = inclusion_path(log, leaf, checkpoint.size)
    receipt = format_receipt(
        protected=checkpoint.receipt_header,
        signature=checkpoint.receipt_signature,
        size=checkpoint.size,
        index=leaf,
        path=path,
    )
    read = parse_receipt(receipt)
    verify_receipt(read, leaf=leaf_hash(entry), key=key, origin=read.origin)
    return receipt


def prove_event(stored: StoredEvent, *, size: int, note: bytes, body: BodyState, sources: Sources) -> EventProof:
    """Return the proof of one event against the checkpoint `note` of `size` leaves, with its seal."""
    source = EventSource(sources.reader, size, kept=sources.kept)
    event = source.event(stored)
    (part,) = statement_parts([event], source, lambda *_: body)
    seals = seal_parts([event.leaf], sources.reader, event.leaf, sources.kept)
    return EventProof(note, part, seals[0], shared_path(sources.log, size, [event.leaf, seals[0].leaf]))


def prove_bare_event(stored: StoredEvent, *, size: int, note: bytes, sources: Sources) -> EventProof:
    """Return the smallest proof of one event, for a QR code: no seal, no ML-DSA line."""
    source = EventSource(sources.reader, size, kept=sources.kept)
    event = source.event(stored)
    (part,) = statement_parts([event], source, whole_body)
    return EventProof(without_post_quantum(note), part, None, shared_path(sources.log, size, [event.leaf]))


def without_post_quantum(note: bytes) -> bytes:
    """Return a note without its ML-DSA lines, which take 3.3 kB each."""
    parsed = parse_note(note)
    kept = tuple(each for each in parsed.signatures if len(each.blob) < 1000)
    return format_note(Note(parsed.text, kept))
