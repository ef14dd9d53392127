"""What a decision asks of the ledger: of an event, of a subject, of a batch; over one snapshot.

Parties are: who signed it, in whose name, to whom it passes custody, and who owns or holds a subject that it joins
(docs/formats.md, section 13).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from api.actors import Moment
from api.authorise import Actor, Thing
from ledger.prove.trace import Sources
from ledger.store.interface import StoredEvent
from verifier.ledgerformat.body import parse_body
from verifier.ledgerformat.head import Head, event_name, parse_head
from verifier.ledgerformat.index import index_key
from verifier.ledgerformat.subject import book_of, form_of, subject_name
from verifier.ledgerformat.vocabulary import EventType, matches_any

_ENVELOPE = 0xD2
_HISTORIES = ("trace", "case")


@dataclass(slots=True)
class Facts:
    """Gathers facts, as far as they concern who asks.

    Attributes:
        sources: a snapshot of the ledger.
        moment: what holds now.
        actor: who asks.
    """

    sources: Sources
    moment: Moment
    actor: Actor
    _holders: dict[bytes, frozenset[str]] = field(default_factory=dict)

    def type_of(self, stored: StoredEvent, head: Head) -> EventType:
        """Return the version of an event's type in force at its leaf."""
        return self.moment.registry.type_at(head.type, stored.leaf)

    def event(self, stored: StoredEvent, head: Head) -> Thing:
        """Return what an event is to whoever asks."""
        parties = self._parties(head)
        subjects = parse_body(stored.body).all_subjects() if stored.body is not None else ()
        return Thing(
            type=head.type,
            subjects=tuple(subjects),
            kinds=frozenset(kind for kind, _ in head.joins),
            permanent=self.type_of(stored, head).permanent,
            parties=parties,
            agents=self._agents(parties, head.type, tuple(subjects)),
            granted=self._granted(event_name(stored.head)),
        )

    def batch(self, issuer: str) -> Thing:
        """Return what the batch of an issuer is to whoever asks."""
        return Thing(parties=frozenset({issuer}))

    def subject(self, subject: str) -> Thing:
        """Return what a subject's walk is to whoever asks: the parties are those of its histories."""
        parties = set(self._holders_of(subject_name(subject)))
        for kind in _HISTORIES:
            for stored in self.sources.reader.history(index_key(kind, subject_name(subject)), self.sources.log.size):
                if stored.head[0] != _ENVELOPE:
                    parties |= _named_by(parse_head(stored.head))
        return Thing(parties=frozenset(parties), agents=self._agents(parties, None, (subject,)))

    def participant(self, uri: str) -> Thing:
        """Return what a participant's own papers, as a whole, are to whoever asks."""
        parties = frozenset({uri})
        return Thing(parties=parties, agents=self._agents(parties, None, (uri,)))

    def owner_of_set(self, subject: str) -> Thing:
        """Return what a set, or another subject without a trace, is to whoever asks.

        Whose set it is, is its party; of a line of an account book, whose book it is.
        """
        if form_of(subject) == "book-line":
            parties = self._holders_of(subject_name(book_of(subject)))
        else:
            owner = subject.split(":")[4] if form_of(subject) == "set" else ""
            parties = frozenset({f"urn:suyuan:enterprise:{owner}"} if owner else ())
        return Thing(parties=parties, agents=self._agents(parties, None, (subject,)))

    def _parties(self, head: Head) -> frozenset[str]:
        holders = (self._holders_of(name) for name in {name for _, name in head.joins})
        return _named_by(head).union(*holders)

    def _holders_of(self, name: bytes) -> frozenset[str]:
        """Return who owns a subject, and who has open custody of it."""
        if name not in self._holders:
            row = self.sources.reader.key_row(index_key("trace", name))
            numbers = (row[5], row[7]) if row else ()
            found = (self.sources.reader.participant(each) for each in numbers if each is not None)
            self._holders[name] = frozenset(each for each in found if each is not None)
        return self._holders[name]

    def _agents(self, parties: Iterable[str], type_name: str | None, subjects: tuple[str, ...]) -> frozenset[str]:
        """Return who asks, if it acts for one of the parties under a mandate that covers the type and subjects."""
        asker = self.actor.uri
        if asker is None:
            return frozenset()
        at = self.moment.leaf, self.moment.time
        held = (each for party in parties for each in self.moment.registry.mandates_at(party, asker, *at))
        covers = any(
            (type_name is None or matches_any(each.types, type_name))
            and (not each.subjects or _starts_all(subjects, each.subjects))
            for each in held
        )
        return frozenset({asker}) if covers else frozenset()

    def _granted(self, name: bytes) -> dict[str, frozenset[str]]:
        """Return the fields of an event that grants in force open, by grantee."""
        fields: dict[str, frozenset[str]] = {}
        if self.actor.uri is None:
            return fields
        for grant in self.moment.registry.grants_for(name, self.moment.leaf, self.moment.time):
            fields[grant.grantee] = fields.get(grant.grantee, frozenset()) | frozenset(grant.fields)
        return fields


def _named_by(head: Head) -> frozenset[str]:
    """Return whom a head itself names as parties."""
    return frozenset(each for each in (head.issuer, head.behalf, head.to) if each is not None)


def _starts_all(subjects: tuple[str, ...], prefixes: tuple[str, ...]) -> bool:
    """Return whether every subject, of at least one, starts with one of the prefixes."""
    return bool(subjects) and all(each.startswith(prefixes) for each in subjects)
