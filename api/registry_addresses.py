"""Which proof vouches for an event's signer: the trace that has the event, whose registry part a browser checks."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from ledger.ledger import Ledger
from ledger.prove.parts import public_body
from ledger.store.interface import Reader
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.head import Head, Pair, event_name, parse_head
from verifier.ledgerformat.subject import subject_name
from verifier.proof.eventproof import EventProof

_ADDRESSES = {
    "trace": "/trace?subject={}",
    "recall": "/trace?subject={}",
    "registry": "/trace?subject={}&walk=registry",
    "keys": "/trace?subject={}&walk=registry",
    "list": "/histories/list?subject={}",
}
_DEPTH = 3  # an answer to an answer to an event: its subjects are those of the event


def registry_address(proof: EventProof, ledger: Ledger) -> str | None:
    """Return the address of an open proof whose trace has this event.

    None where no subject of it is open, and for what a root or administrator signed: event proofs are of what was said
    under registered keys (formats, section 17).
    """
    if ledger.head.replay.registry.key(proof.statement.assemble().header.kid) is None:
        return None
    name = event_name(proof.statement.events[0].head)
    with ledger.read() as reader:
        joined = parse_head(proof.statement.events[0].head).joins
        found = next((each for each in _subjects(name, reader, _DEPTH) if _kinds(each, joined)), None)
    if found is None:
        return None
    return _ADDRESSES[_kinds(found, joined)[0]].format(quote(found, safe=":"))


def _kinds(subject: str, joined: tuple[Pair, ...]) -> list[str]:
    """Return the open kinds under which an event joins a subject."""
    name = subject_name(subject)
    return [kind for kind in _ADDRESSES if (kind, name) in joined]


def _subjects(name: bytes, reader: Reader, depth: int) -> Iterator[str]:
    """Yield subjects of an event, and of those that it answers, as far as their bodies are open to everybody."""
    stored = reader.find_event(name)
    head: Head | None = parse_head(stored.head) if stored else None
    if stored is None or head is None:
        return
    if isinstance(body := public_body(stored, head), bytes):
        yield from parse_body(body).all_subjects()
    if depth > 1:
        for each in head.about:
            yield from _subjects(each, reader, depth - 1)
