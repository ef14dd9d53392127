"""Recorded statements as the writer took them in: candidates, from entries, heads, bodies, and what was kept."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from ledger.admission.candidate import Candidate, CandidateEvent
from ledger.restore.blocks import read_batch
from ledger.restore.sources import BlockSource
from ledger.store.interface import Reader
from verifier.errors import IncompleteError, MismatchError
from verifier.judgement.counters import Move, read_moves
from verifier.judgement.registry import Registry
from verifier.ledgerformat.batch_answer import SHOWN, AnsweredEvent
from verifier.ledgerformat.body import Body, parse_body
from verifier.ledgerformat.disclosure import disclosure_digest, parse_attachment, read_disclosure
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.statement import Envelope, Statement, statement_identity
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.submission import Submission
from verifier.ledgerformat.vocabulary import EventType


class Rebuilder:
    """Makes candidates of recorded statements. What intake judged is not judged again; what the writer judges is.

    Attributes:
        without: events of which no disclosures were at hand, though their bodies have digests.
    """

    def __init__(self, source: BlockSource, kept: Mapping[bytes, Submission], *, incomplete: bool = False) -> None:
        """Read from a source, and from submissions that were kept; `incomplete`: do without disclosures nobody has."""
        self._source = source
        self._kept = kept
        self._incomplete = incomplete
        self._unsure: set[bytes] = set()  # names of subjects whose counters an amount is missing of
        self.without = 0

    def rebuild(
        self, leaf: int, entry: bytes, statement: Statement | Envelope, *, registry: Registry, reader: Reader
    ) -> Candidate:
        """Return the candidate that stands at a leaf.

        Raises:
            MismatchError: heads, bodies or disclosures that are not what was signed.
            IncompleteError: a body that nobody has.
        """
        identity = statement_identity(statement)
        if isinstance(statement, Envelope):
            key = index_key("note", subject_name(statement.header.subject))
            return Candidate(statement, entry, identity, [], envelope_key=key)
        kept = self._kept.get(entry)
        attachments = {sha256(content).digest(): content for content in kept.attachments} if kept else {}
        batch: dict[bytes, Head] = {}
        events = []
        for place, answered in enumerate(self._batch(leaf, statement, kept)):
            texts = kept.disclosures[place] if kept else ()
            events.append(self._event(answered, texts, leaf, batch, registry, reader))
            batch[events[-1].name] = events[-1].head
        return Candidate(statement, entry, identity, events, attachments=attachments)

    def _batch(self, leaf: int, statement: Statement, kept: Submission | None) -> list[AnsweredEvent]:
        if kept is None:
            return read_batch(self._source, leaf, statement)
        return [AnsweredEvent(head, SHOWN, body) for head, body in zip(kept.heads, kept.bodies, strict=True)]

    def _event(  # noqa: PLR0917 - one event and what surrounds it
        self,
        answered: AnsweredEvent,
        texts: tuple[str, ...] | list[str],
        leaf: int,
        batch: Mapping[bytes, Head],
        registry: Registry,
        reader: Reader,
    ) -> CandidateEvent:
        body_bytes = answered.body or b""
        head, body = parse_head(answered.head), parse_body(body_bytes)
        kind = registry.type_at(head.type, leaf)
        targets = tuple(batch.get(name) or _recorded(name, reader) for name in head.about)
        values, disclosures, attached = _opened(texts, kind, body)
        if body.digests.keys() - disclosures.keys():
            self._do_without(head)
        return CandidateEvent(
            event_name(answered.head),
            answered.head,
            head,
            body_bytes,
            body,
            kind,
            targets,
            tuple(index_key(*pair) for pair in head.joins),
            disclosures,
            self._known_moves(kind, body, values),
            attached,
        )

    def _do_without(self, head: Head) -> None:
        """Count an event whose disclosures nobody has, where that is allowed."""
        if not self._incomplete:
            todo = "Name the folder of kept submissions that has it, or do without (--incomplete)."
            raise IncompleteError("disclosures", came=f"none of a {head.type}", expected="every disclosure", todo=todo)
        self.without += 1

    def _known_moves(self, kind: EventType, body: Body, values: Mapping[str, Any]) -> tuple[Move, ...]:
        """Return what an event does to counters of which no amount is missing."""
        moves = read_moves(kind, body, values) if kind.counts else ()
        for each in moves:
            if each.change is None or (each.rule.equals and each.stated is None):
                self._unsure.add(each.name)
        return tuple(each for each in moves if each.name not in self._unsure)


def _recorded(name: bytes, reader: Reader) -> Head:
    found = reader.find_event(name)
    if found is None:
        raise MismatchError("head.about", came=name.hex(), expected="an event that stands earlier in this ledger")
    return parse_head(found.head)


def _opened(
    texts: tuple[str, ...] | list[str], kind: EventType, body: Body
) -> tuple[dict[str, Any], dict[str, str], tuple[bytes, ...]]:
    """Return values and texts by pointer, and the SHA-256 of the attachments that they name."""
    values: dict[str, Any] = {}
    spelt: dict[str, str] = {}
    attached: tuple[bytes, ...] = ()
    for text in texts:
        pointer, value = read_disclosure(text)
        if body.digests.get(pointer) != disclosure_digest(text):
            raise MismatchError("disclosure", came=pointer, expected="a disclosure of this event's _sd")
        values[pointer], spelt[pointer] = value, text
        if value is not None and kind.disclosures[pointer].attachment:
            named = parse_attachment(value, f"disclosures{pointer}")
            attached += (named.sha256,) if named else ()
    return values, spelt, attached
