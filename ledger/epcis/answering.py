"""From events of the projection to EPCIS events, read from the ledger now, as far as whoever asks may see."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.epcis import store
from ledger.epcis.document import Part, event_json
from ledger.epcis.facts import CORRECTION
from ledger.epcis.projection import read_facts
from ledger.store.interface import Reader, StoredEvent
from verifier.ledgerformat.body import Body, parse_body
from verifier.ledgerformat.disclosure import parse_attachment, parse_disclosure
from verifier.ledgerformat.head import Head, parse_head

SOURCE = "/source"
MaySee = Callable[[StoredEvent, Head, str], bool]
"""Whether whoever asks may read an event's body (`""`), or what stands under a pointer."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Makes answers over one snapshot of both databases.

    Attributes:
        reader: of the ledger.
        connection: of the projection.
        may_see: the one decision.
        links: whether EPCs are spelt as GS1 Digital Links.
    """

    reader: Reader
    connection: sqlite3.Connection
    may_see: MaySee
    links: bool

    def events(self, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Yield EPCIS events; one of which nothing may be read, or nothing is kept, is left out."""
        for each in ids:
            parts = [part for name in store.members(self.connection, each) if (part := self._part(name))]
            if parts:
                yield event_json(parts, links=self.links)

    def _part(self, name: bytes) -> Part | None:
        stored = self.reader.find_event(name)
        if stored is None or stored.body is None:
            return None
        head = parse_head(stored.head)
        if not (self.may_see(stored, head, "") and all(map(self._is_open, head.about))):
            return None
        body = parse_body(stored.body)
        facts = read_facts(self.reader, name, head, body)
        seal = self.reader.seal_covering(stored.leaf)
        if facts is None or seal is None:
            return None
        error = self._error(head, body) if head.type == CORRECTION else None
        event_id, place = store.event_id_of(name, facts), (stored.leaf, stored.position)
        return Part(name, facts, event_id, seal.time, place, self._source(stored, head), error)

    def _is_open(self, name: bytes) -> bool:
        """Return whether the body of an event that is answered may be read, since the answer tells what it says.

        So must be the bodies of what that one answers: a lifted hold tells of the list that was held.
        """
        stored = self.reader.find_event(name)
        if stored is None or stored.body is None or stored.head[0] == _ENVELOPE:
            return False
        head = parse_head(stored.head)
        return self.may_see(stored, head, "") and all(map(self._is_open, head.about))

    def _source(self, stored: StoredEvent, head: Head) -> bytes | None:
        """Return the event as it was captured, if it is kept and may be read."""
        text = self.reader.disclosures(stored.seq).get(SOURCE)
        attachment = parse_attachment(parse_disclosure(text).value) if text is not None else None
        if attachment is None or not self.may_see(stored, head, SOURCE):
            return None
        content = self.reader.attachment(attachment.sha256)
        return content if content is not None and content.startswith(b"{") else None

    def _error(self, head: Head, body: Body) -> dict[str, Any]:
        """Return what a correction tells: the eventIDs of what corrects it, told or looked up by name."""
        ids = list(body.data.get("correctiveEventIDs", []))
        for each in body.data.get("replacedBy", []):
            stored = self.reader.find_event(bytes.fromhex(each))
            if stored is not None and stored.body is not None and stored.head[0] != _ENVELOPE:
                facts = read_facts(self.reader, bytes.fromhex(each), parse_head(stored.head), parse_body(stored.body))
                ids += [store.event_id_of(bytes.fromhex(each), facts)] if facts else []
        return {"time": head.time, "reason": body.data["reason"], "correctiveEventIDs": list(dict.fromkeys(ids))}


_ENVELOPE = 0xD2
