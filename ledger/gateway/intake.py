"""From bytes to documents: what a sender hands over, read and judged, before anything is kept.

Reading touches no file and no register, so it runs outside the queue's turn; `jobs` keeps what was read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from ledger.client.drafts import Described, read_descriptions
from ledger.compose.event import Draft
from ledger.gateway.documents import Read, ceb_document, format_said, parse_said
from ledger.readers.ceb import Draw, Facts, Mode, Trust, read_message
from ledger.readers.ceb.draft import NO_FACTS
from ledger.readers.epcis import EpcisEvent, Recorded, cbv_hash, map_event, read_epcis
from ledger.readers.epcis.document import DOCUMENTS
from ledger.readers.epcis.referring import Referred, find_referred
from verifier.errors import SuyuanError, UnsupportedError
from verifier.primitives.base64strict import parse_hash_hex
from verifier.primitives.quick import maker_of
from verifier.primitives.strict_json import parse_json

CEB, EPCIS, DRAFTS = "ceb", "epcis", "drafts"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a document, or what surrounds it, is not taken.

    Attributes:
        path: where it stands.
        error: what is wrong, its field named.
    """

    path: str
    error: SuyuanError


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came in one piece.

    Attributes:
        kind: `ceb`, `epcis` or `drafts`.
        digest: SHA-256 of its bytes and of what was said with them: the same arrival has the same job.
        documents: those without faults.
        faults: of the others.
        departures: what a lenient reader accepted, a sentence each.
        notes: facts about it as a whole: message type, signature.
        about: names of the events that it answers.
        referred: what its EPCIS events refer to beyond it.
    """

    kind: str
    digest: bytes
    documents: tuple[Read, ...]
    faults: tuple[Fault, ...] = ()
    departures: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    about: tuple[bytes, ...] = ()
    referred: Referred = field(default_factory=Referred)

    @property
    def asks(self) -> bool:
        """Return whether the ledger may have to be asked before it can be kept."""
        return bool(self.about or self.referred)


make_arrival = maker_of(Arrival)  # the same, quickly


def read_ceb(
    data: bytes, *, mode: Mode = Mode.STRICT, facts: Facts | None = None, trust: Trust | None = None
) -> Arrival:
    """Return the documents of a customs message.

    Args:
        data: as received.
        mode: strict, or lenient.
        facts: what the message cannot say.
        trust: whose customs signatures are believed; without it none is checked.

    Raises:
        SuyuanError: no message that can be read at all.
    """
    facts = facts or NO_FACTS
    reading = read_message(data, mode, trust=trust)
    said = format_said(mode, facts, reading.signature)
    documents = [ceb_document(each, facts, reading.signature, said) for each in reading.usable]
    faults = [Fault("message", each) for each in reading.faults]
    faults += [Fault(each.path, fault) for each in reading.documents for fault in each.faults]
    departures = tuple(str(each) for each in reading.all_departures)
    notes = {"message": reading.message, "signature": str(reading.signature)}
    return make_arrival(CEB, sha256(said + data).digest(), tuple(documents), tuple(faults), departures, notes)


def read_ceb_again(source: bytes) -> Read:
    """Return a document that waited for something, from its kept source."""
    said, _, data = source.partition(b"\n")
    mode, facts, signature = parse_said(said)
    return ceb_document(read_message(data, mode).usable[0], facts, signature, said)


def read_capture(data: bytes) -> Arrival:
    """Return the events of an EPCIS 2.0 document.

    Raises:
        SuyuanError: no document that can be read at all.
    """
    reading = read_epcis(data)
    documents = tuple(_epcis_document(each) for each in reading.events)
    faults = tuple(Fault(each.path, fault) for each in reading.faulty for fault in each.faults)
    return Arrival(EPCIS, sha256(data).digest(), documents, faults, referred=find_referred(reading.events))


def read_event(data: bytes) -> Arrival:
    """Return one EPCIS event that came alone; its notes have the `eventID`, or hash, under which it will be found.

    Raises:
        SuyuanError: it cannot be read, or is a document.
    """
    reading = read_epcis(data)
    if reading.type in DOCUMENTS:
        todo = "Send documents to /epcis/capture."
        raise UnsupportedError("type", came=reading.type, expected="one event that comes alone", todo=todo)
    arrival = read_capture(data)
    return replace(arrival, notes={"eventID": _id_of(*reading.events)} if reading.events else {})


def read_drafts(data: bytes, now: int) -> Arrival:
    """Return the events of a description in JSON (`ledger.client.drafts`), without attachments.

    A gateway opens no file that a description names.

    Raises:
        SuyuanError: another shape.
    """
    value = parse_json(data, "events")
    listed = value if isinstance(value, list) else [value]
    for place, each in enumerate(listed):
        if isinstance(each, dict) and "attachments" in each:
            todo = "Use `suyuan submit` for events with files."
            raise UnsupportedError(f"events[{place}].attachments", came="files", expected="none here", todo=todo)
    described = read_descriptions(data, Path("/nonexistent"), now)
    digest = sha256(data).digest()
    documents = tuple(
        Read(
            f"events[{place}]", sha256(digest + place.to_bytes(4, "big")).digest(), _described(each, f"events[{place}]")
        )
        for place, each in enumerate(described)
    )
    about = dict.fromkeys(name for place, each in enumerate(described) for name in _names(each, f"events[{place}]"))
    return Arrival(DRAFTS, digest, documents, about=tuple(about))


def _id_of(event: EpcisEvent) -> str:
    return event.event_id or cbv_hash(event)


def _epcis_document(event: EpcisEvent) -> Read:
    def drafts(recorded: Recorded, _about: Sequence[bytes]) -> list[Draw]:
        return [_given(each) for each in map_event(event, recorded)]

    return Read(event.path, sha256(event.source()).digest(), drafts)


def _described(described: Described, path: str) -> Callable[[Recorded, Sequence[bytes]], list[Draw]]:
    draft = replace(described.draft, about=_names(described, path))
    return lambda _recorded, _about: [_given(draft)]


def _names(described: Described, path: str) -> tuple[bytes, ...]:
    return tuple(parse_hash_hex(each, f"{path}.about") for each in described.about)


def _given(draft: Draft) -> Draw:
    return lambda _handles: draft
