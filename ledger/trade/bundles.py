"""Making an evidence bundle: a verified trace proof cut down to exactly what somebody was granted.

Whoever makes it is entitled to more: a party to the case. What goes in is decided by grants in force, as the registry
has them. What everybody may read anyway (bodies of public histories, permanent ones) stays, since a proof needs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from verifier.judgement.acts import Grant
from verifier.ledgerformat.head import event_name, parse_head
from verifier.proof.bundle import RESTRICTED, EventPart, StatementPart
from verifier.proof.examination import PUBLIC_KINDS
from verifier.proof.traceproof import format_trace_proof, parse_trace_proof
from verifier.proof.verdict import Story

BODY = "body"
Fields = Mapping[bytes, frozenset[str]]  # event name to `body` and pointers
Texts = Mapping[bytes, Mapping[str, str]]  # event name to disclosures as they are spelt, by pointer


def fields_granted(grants: Iterable[Grant], grantee: str) -> Fields:
    """Return what grants open to a grantee, by event name."""
    granted: dict[bytes, frozenset[str]] = {}
    for each in grants:
        for name in each.about if each.grantee == grantee else ():
            granted[name] = granted.get(name, frozenset()) | set(each.fields)
    return granted


def is_granted(pointer: str, fields: frozenset[str]) -> bool:
    """Return whether fields open a disclosure: its own pointer, or one above it (docs/access.md)."""
    return any(each and f"{pointer}/".startswith(f"{each}/") for each in fields)


def cut_down(trace: bytes, story: Story, *, granted: Fields, texts: Texts) -> bytes:
    """Return a trace proof that shows what is public anyway, what was granted, and nothing else.

    A disclosure is shown only where its body is: without that nobody could check it.

    Args:
        trace: the proof, verified.
        story: what it tells.
        granted: fields by event name.
        texts: disclosures of these events, checked.
    """
    proof = parse_trace_proof(trace)
    permanent = {each.event.name for each in story.timeline if each.kind.permanent}

    def cut(shown: EventPart) -> EventPart:
        name = event_name(shown.head)
        fields = granted.get(name, frozenset())
        public = name in permanent or any(kind in PUBLIC_KINDS for kind, _ in parse_head(shown.head).joins)
        if not isinstance(shown.body, bytes):
            return replace(shown, disclosures=())
        if not public and BODY not in fields:
            return replace(shown, body=RESTRICTED, disclosures=())
        of_event = texts.get(name, {})
        return replace(
            shown, disclosures=tuple(of_event[each] for each in sorted(of_event) if is_granted(each, fields))
        )

    parts = tuple(_cut_part(part, [cut(each) for each in part.events]) for part in proof.trace)
    return format_trace_proof(replace(proof, trace=parts))


def _cut_part(part: StatementPart, events: Iterable[EventPart]) -> StatementPart:
    return replace(part, events=tuple(events))
