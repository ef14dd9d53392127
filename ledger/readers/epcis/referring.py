"""What EPCIS events refer to that must be recorded: events declared an error, children that are removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.readers.epcis.cbv_hash import cbv_hash
from ledger.readers.epcis.containment import AGGREGATION, ASSOCIATION
from ledger.readers.epcis.reading import EpcisEvent
from ledger.readers.epcis.subjects import PIECES, subject_at, subjects_of
from verifier.errors import SuyuanError

_KINDS = {"AggregationEvent": AGGREGATION.opens, "AssociationEvent": ASSOCIATION.opens}


@dataclass(slots=True)
class Referred:
    """What a document refers to and does not hold itself.

    Attributes:
        wrong: of each event that is declared an error, its eventID, if it has one, and its CBV event hash.
        removed: type that opened it, child and parent, of each child that is removed.
        emptied: type and parent, of each parent all of whose children are removed.
    """

    wrong: list[tuple[str, ...]] = field(default_factory=list)
    removed: list[tuple[str, str, str]] = field(default_factory=list)
    emptied: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Return whether it refers to anything."""
        return bool(self.wrong or self.removed or self.emptied)


def find_referred(events: Iterable[EpcisEvent]) -> Referred:
    """Return what the events of a document refer to beyond it; what cannot be read is told when it is mapped."""
    referred = Referred()
    told: set[str] = set()
    added: set[tuple[str, str, str]] = set()
    listed = list(events)
    errors = any("errorDeclaration" in event.members for event in listed)
    for event in listed:
        names = _names_of(event) if errors else ()  # nobody refers to an event by its name but who declares errors
        if "errorDeclaration" in event.members:
            if told.isdisjoint(names):
                referred.wrong.append(names)
            continue
        told.update(names)
        if event.type in _KINDS and "parentID" in event.members:
            _note_contained(event, referred, added)
    return referred


def _names_of(event: EpcisEvent) -> tuple[str, ...]:
    return tuple(each for each in (event.event_id, cbv_hash(event)) if each)


def _note_contained(event: EpcisEvent, referred: Referred, added: set[tuple[str, str, str]]) -> None:
    kind, action = _KINDS[event.type], event.members["action"]
    try:
        parent = subject_at(event.members["parentID"], "parentID", PIECES)
        pairs = [(kind, child, parent) for child in subjects_of(event, "childEPCs", PIECES)]
    except SuyuanError:
        return
    if action == "ADD":
        added.update(pairs)
    elif action == "DELETE":
        referred.removed += [each for each in pairs if each not in added]
        if not pairs and not event.members.get("childQuantityList"):
            referred.emptied.append((kind, parent))
