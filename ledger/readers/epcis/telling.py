"""What all drafts of one EPCIS event have in common: what is in clear, the details, the event itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.compose.event import AttachmentDraft, Draft, make_attachment
from ledger.readers.epcis.cbv import short_name
from ledger.readers.epcis.cbv_hash import cbv_hash
from ledger.readers.epcis.lossless_json import as_strict
from ledger.readers.epcis.reading import EpcisEvent
from ledger.readers.epcis.subjects import place_of
from verifier.errors import TooLargeError
from verifier.ledgerformat.disclosure import MAX_ATTACHMENT, MAX_DISCLOSURE, MIN_SALT, format_disclosure

MEDIA_TYPE = "application/ld+json"
MAX_WORD = 256
_IN_CLEAR = frozenset(
    {"type", "eventTime", "eventTimeZoneOffset", "eventID", "action", "bizStep", "disposition", "transformationID"}
)
_AS_SUBJECTS = frozenset({"epcList", "parentID", "childEPCs", "inputEPCList", "outputEPCList"})
_PLACES = ("readPoint", "bizLocation")


@dataclass(frozen=True, slots=True)
class Told:
    """What all drafts of one event have in common."""

    time: int
    data: Mapping[str, Any]
    disclosed: Mapping[str, Any]
    attachments: Mapping[str, AttachmentDraft]

    def draft(self, kind: str, subjects: Mapping[str, str | list[str]], **data: Any) -> Draft:
        """Return a draft of a type about subjects; `data` goes along with what is in clear."""
        return Draft(kind, self.time, subjects, {**self.data, **data}, self.disclosed, self.attachments)


def tell(event: EpcisEvent, *, apart: frozenset[str] = frozenset()) -> Told:
    """Return what an event tells beside its subjects; fields `apart` are told elsewhere.

    Raises:
        TooLargeError: a field, the details or the event that no event of ours can hold.
    """
    members = event.members
    data = {name: members[name] for name in ("action", "eventID", "transformationID") if name in members}
    data |= {name: short_name(members[name]) for name in ("bizStep", "disposition") if name in members}
    data |= {name: place_of(members[name]["id"]) for name in _PLACES if name in members}
    data["zone"] = members["eventTimeZoneOffset"]
    data["alias"] = cbv_hash(event)
    for name, value in data.items():
        if len(value) > MAX_WORD:
            raise TooLargeError(event.field(name), came=f"{len(value)} characters", expected=f"at most {MAX_WORD}")
    details = _details(event, apart)
    return Told(event.time, data, {"/details": details} if details else {}, {"/source": source_of(event)})


def source_of(event: EpcisEvent) -> AttachmentDraft:
    """Return the whole event as attachment; raise TooLargeError where it is too large for one."""
    source = event.source()
    if len(source) > MAX_ATTACHMENT:
        raise TooLargeError(event.path, came=f"{len(source)} bytes", expected=f"at most {MAX_ATTACHMENT}")
    return make_attachment(MEDIA_TYPE, source)


def _details(event: EpcisEvent, apart: frozenset[str]) -> dict[str, Any]:
    """Return all that stands neither in `data` nor among the subjects, numbers as text."""
    details = {
        name: as_strict(value)
        for name, value in event.members.items()
        if name not in _IN_CLEAR | _AS_SUBJECTS | apart and not (name in _PLACES and value.keys() == {"id"})
    }
    size = len(format_disclosure(salt=bytes(MIN_SALT), pointer="/details", value=details)) if details else 0
    if size > MAX_DISCLOSURE:
        raise TooLargeError(event.path, came=f"{size} characters of details", expected=f"at most {MAX_DISCLOSURE}")
    return details
