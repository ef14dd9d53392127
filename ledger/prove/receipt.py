"""Event proofs out of the store (docs/formats.md, section 17)."""

from __future__ import annotations

from ledger.prove.log import shared_path
from ledger.prove.parts import seal_parts, statement_parts, whole_body
from ledger.prove.source import EventSource
from ledger.prove.trace import Sources
from ledger.store.interface import StoredEvent
from verifier.primitives.note import Note, format_note, parse_note
from verifier.proof.bundle import BodyState
from verifier.proof.eventproof import EventProof


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
