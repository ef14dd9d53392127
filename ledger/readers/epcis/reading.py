"""What comes out of reading an EPCIS document: facts about it, its events, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.readers.epcis.lossless_json import format_lossless
from verifier.errors import SuyuanError


@dataclass(frozen=True, slots=True)
class EpcisEvent:
    """An event without faults.

    Attributes:
        path: where it stood, like `epcisBody.eventList[3]`; empty for an event that came alone.
        type: one of the five event types.
        time: eventTime, milliseconds since 1970.
        members: all fields as they came, extensions included, but `@context`; numbers are Numerals.
        contexts: the JSON-LD contexts that give its names a meaning: the document's, then its own.
    """

    path: str
    type: str
    time: int
    members: Mapping[str, Any]
    contexts: tuple[Any, ...]

    @property
    def event_id(self) -> str | None:
        """Return its eventID, if it has one."""
        return self.members.get("eventID")

    def field(self, name: str) -> str:
        """Return where a field of this event stands, for errors."""
        return f"{self.path}.{name}" if self.path else name

    def source(self) -> bytes:
        """Return the event as a JSON-LD document of its own, compact.

        Its fields stand in their order and its numbers have the digits that came; its contexts stand in front, so that
        nobody needs the rest of the document to understand it.
        """
        contexts = list(self.contexts) if len(self.contexts) > 1 else self.contexts[0]
        return format_lossless({"@context": contexts, **self.members})


@dataclass(frozen=True, slots=True)
class FaultyEvent:
    """An event that is not read.

    Attributes:
        path: where it stood.
        event_id: its eventID, if that is text at all.
        faults: what is wrong with it, in the order of its fields; at most 32.
    """

    path: str
    event_id: str | None
    faults: tuple[SuyuanError, ...]


@dataclass(frozen=True, slots=True)
class EpcisReading:
    """A document and its events.

    Attributes:
        type: `EPCISDocument`, `EPCISQueryDocument`, or the type of an event that came alone.
        contexts: the document's JSON-LD contexts, in their order.
        created: creationDate, milliseconds since 1970; None where there is none.
        members: all other fields of the document but its events: `sender`, `epcisHeader`, extensions and so on.
        events: those without faults, in their order.
        faulty: the others, in their order.
    """

    type: str
    contexts: tuple[Any, ...]
    created: int | None
    members: Mapping[str, Any]
    events: tuple[EpcisEvent, ...]
    faulty: tuple[FaultyEvent, ...]
