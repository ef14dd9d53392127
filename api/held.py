"""Bodies, disclosures and attachments out of the store, for whoever may read them.

What is not there and what is not open to the asker are answered alike, except to those who may read all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from api.access import Access
from api.actors import Moment
from api.authorise import READ_ATTACHMENT, READ_BODY, READ_DISCLOSURE, Thing
from api.facts import Facts
from ledger.errors import UnknownError
from ledger.ledger import Ledger
from ledger.prove.trace import Sources
from ledger.store.interface import StoredEvent
from verifier.ledgerformat.disclosure import parse_attachment, parse_disclosure
from verifier.ledgerformat.head import parse_head
from verifier.ledgerformat.vocabulary import EventType

_NOTHING = Thing(audience="parties")  # what an event that is not there is to everybody
_KEPT = "body, disclosures and attachments that are kept"


@dataclass(frozen=True, slots=True)
class Shown:
    """Disclosures of an event.

    Attributes:
        texts: those open to the asker, as base64url text, by pointer.
        withheld: the others of its type, each with who may read it, by pointer.
    """

    texts: dict[str, str]
    withheld: dict[str, str]


@dataclass(slots=True)
class Held:
    """Reads for one request.

    Attributes:
        ledger: whose they are.
        access: what the asker may.
        moment: what holds now.
    """

    ledger: Ledger
    access: Access
    moment: Moment

    def body(self, name: bytes) -> bytes:
        """Return an event's body as it came.

        Raises:
            UnauthenticatedError, PrivateError: not open to the asker, or not there.
            UnknownError: not there; told to those who might read it.
        """
        with self.ledger.sources() as sources:
            stored, _, thing = self._event(sources, name)
            self.access.require(READ_BODY, thing)
        if stored is None or stored.body is None:
            raise _unknown("event", name)
        return stored.body

    def disclosures(self, name: bytes) -> Shown:
        """Return the disclosures of an event that are open to the asker, and which others its type has.

        Raises:
            UnauthenticatedError, PrivateError: none is open to the asker, or there is no such event.
            UnknownError: there is no such event; told to those who might read it.
        """
        with self.ledger.sources() as sources:
            stored, kind, thing = self._event(sources, name)
            if stored is None or kind is None:
                self.access.require(READ_DISCLOSURE, _NOTHING)
                raise _unknown("event", name)
            found = sources.reader.disclosures(stored.seq)
        decisions = {each: self.access.decide(READ_DISCLOSURE, _of(thing, kind, each)) for each in kind.disclosures}
        refused = {pointer: each for pointer, each in decisions.items() if not each.allowed}
        if refused and len(refused) == len(decisions):
            raise self.access.refusal(READ_DISCLOSURE, next(iter(refused.values())))
        texts = {pointer: found[pointer] for pointer in decisions if pointer not in refused and pointer in found}
        return Shown(texts, {pointer: each.would_satisfy for pointer, each in refused.items()})

    def attachment(self, digest: bytes, name: bytes) -> bytes:
        """Return an attachment of an event, by its SHA-256, as it came; it is as open as its disclosure.

        Raises:
            UnauthenticatedError, PrivateError: not open to the asker, or not there.
            UnknownError: not there; told to those who may read every attachment of the event.
        """
        with self.ledger.sources() as sources:
            stored, kind, thing = self._event(sources, name)
            if stored is None or kind is None:
                self.access.require(READ_ATTACHMENT, _NOTHING)
                raise _unknown("event", name)
            pointers = [each for each, rule in kind.disclosures.items() if rule.attachment]
            decisions = {each: self.access.decide(READ_ATTACHMENT, _of(thing, kind, each)) for each in pointers}
            open_ = [pointer for pointer, each in decisions.items() if each.allowed]
            texts = sources.reader.disclosures(stored.seq)
            if any(_names(texts.get(pointer), digest) for pointer in open_):
                content = sources.reader.attachment(digest)
                if content is not None:
                    return content
        for each in decisions.values():
            if not each.allowed:
                raise self.access.refusal(READ_ATTACHMENT, each)
        raise _unknown("attachment", digest)

    def _event(self, sources: Sources, name: bytes) -> tuple[StoredEvent | None, EventType | None, Thing]:
        """Return an event, its type and what it is to the asker; hash envelopes and what was erased are none."""
        stored = sources.reader.find_event(name)
        if stored is None or stored.body is None:
            return None, None, _NOTHING
        facts = Facts(sources, self.moment, self.access.actor)
        head = parse_head(stored.head)
        return stored, facts.type_of(stored, head), facts.event(stored, head)


def _of(event: Thing, kind: EventType, pointer: str) -> Thing:
    return replace(event, audience=kind.disclosures[pointer].audience, pointer=pointer)


def _names(text: str | None, digest: bytes) -> bool:
    """Return whether a disclosure names an attachment with this SHA-256."""
    found = parse_attachment(parse_disclosure(text).value) if text is not None else None
    return found is not None and found.sha256 == digest


def _unknown(what: str, name: bytes) -> UnknownError:
    return UnknownError(what, came=name, expected=_KEPT)
