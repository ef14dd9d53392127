"""What was not said through this gateway: asked for at the ledger, and kept as far as it bears itself out.

An EPCIS event may declare an error in what the same participant said through another gateway, or remove what somebody
else packed. The ledger's EPCIS answers name the events that they come from. Each is fetched, and counts only if its
head hashes to its name, its body to its head, and the body says what was asked for. What the ledger leaves out cannot
be seen; what it makes up, it refuses itself when it is answered.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ledger.client.client import LedgerClient
from ledger.client.reading import read_body, read_head
from ledger.errors import PrivateError, UnknownError
from ledger.gateway.recorded import RecordedHere, keep_contained, keep_ended, keep_told
from ledger.readers.epcis.referring import Referred
from verifier.errors import MismatchError, TooLargeError
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.head import Head
from verifier.primitives.base64strict import parse_hash_hex

MOST = 1_000  # events that are looked at for one question
_TYPES = {"transport.aggregation": "AggregationEvent", "transport.association": "AssociationEvent"}
_OPENS = {"transport.aggregation": ("transport.aggregation", "transport.packing")}
_CLOSES = ("transport.unpacking", "transport.dissociation")


@dataclass(slots=True)
class Found:
    """What the ledger has of what was asked for.

    Attributes:
        told: eventID or hash, and the event.
        contained: type, child, parent and the event that joined them.
        ended: events whose containment ended.
        heads: of all of these events, by name.
    """

    told: list[tuple[str, bytes]] = field(default_factory=list)
    contained: list[tuple[str, str, str, bytes]] = field(default_factory=list)
    ended: list[bytes] = field(default_factory=list)
    heads: dict[bytes, Head] = field(default_factory=dict)

    def keep(self, connection: sqlite3.Connection, sender: str) -> None:
        """Keep it for a sender, within a transaction."""
        keep_told(connection, sender, self.told)
        keep_ended(connection, self.ended)
        here = RecordedHere(connection, sender)
        for kind, child, parent, event in self.contained:
            if here.joined(kind, child, parent) is None:  # what was said here may be newer than the ledger knows
                keep_contained(connection, kind, child, parent, event)


def unknown_among(referred: Referred, here: RecordedHere) -> Referred:
    """Return what is not known here; of a parent that is emptied nobody knows that everything is."""
    return Referred(
        [names for names in referred.wrong if not any(map(here.told, names))],
        [each for each in referred.removed if here.joined(*each) is None],
        list(referred.emptied),
    )


def names_among(referred: Referred, here: RecordedHere) -> Iterator[bytes]:
    """Yield the events that a document will answer, as far as they are known here."""
    for names in referred.wrong:
        yield from (event for each in names for event in here.told(each))
    for kind, child, parent in referred.removed:
        if (event := here.joined(kind, child, parent)) is not None:
            yield event
    for kind, parent in referred.emptied:
        for child in here.children(kind, parent):
            if (event := here.joined(kind, child, parent)) is not None:
                yield event


def ask_elsewhere(client: LedgerClient, referred: Referred, sender: str) -> Found:
    """Return what the ledger has of what a document refers to.

    Args:
        client: of the ledger.
        referred: what is not known here.
        sender: participant URI: what is declared an error must be its own.

    Raises:
        UnreachableError: the ledger cannot be asked.
        TooLargeError: more than 1,000 events about one parent.
    """
    found = Found()
    for names in referred.wrong:
        for event_id in names:
            _find_told(client, event_id, sender, found)
    for kind, child, parent in referred.removed:
        _find_contained(client, kind, parent, found, MATCH_epc=child)
    for kind, parent in referred.emptied:
        _find_contained(client, kind, parent, found)
    return found


def _find_told(client: LedgerClient, event_id: str, sender: str, found: Found) -> None:
    for event in _events(client, EQ_eventID=event_id, EXISTS_errorDeclaration="false"):
        for name, head, body in _opened(client, event, found):
            if head.principal == sender and event_id in (body.data.get("eventID"), body.data.get("alias")):
                found.told.append((event_id, name))


def _find_contained(client: LedgerClient, kind: str, parent: str, found: Found, **narrowed: str) -> None:
    asked = {"eventType": _TYPES[kind], "MATCH_parentID": parent, **narrowed, "EXISTS_errorDeclaration": "false"}
    for event in _events(client, EQ_action="ADD|DELETE", orderBy="recordTime", orderDirection="ASC", **asked):
        for name, head, body in _opened(client, event, found):
            if head.type in _OPENS.get(kind, (kind,)):
                children = [*body.of_role("child"), *body.of_role("item")]
                parents = [*body.of_role("parent"), *body.of_role("unit")]
                found.contained += [(kind, child, parent, name) for child in children if parent in parents]
            elif head.type in _CLOSES:
                found.ended += head.about


def _events(client: LedgerClient, **asked: str) -> list[dict[str, Any]]:
    """Return the events of a query, which may not be more than one page."""
    events, more = client.epcis_events({**asked, "perPage": str(MOST)})
    if more:
        todo = "Name the children, or send the removal in parts."
        raise TooLargeError("parentID", came=f"more than {MOST} events", expected=f"at most {MOST}", todo=todo)
    return events


def _opened(client: LedgerClient, event: dict[str, Any], found: Found) -> Iterator[tuple[bytes, Head, Body]]:
    """Yield the events of the ledger behind an EPCIS event, each with what its name commits to."""
    for text in event.get("suyuan:events", []):
        name = parse_hash_hex(str(text), "suyuan:events")
        try:
            head = read_head(client, name)
            body = read_body(client, name, head)
        except (UnknownError, PrivateError, MismatchError):
            continue
        found.heads[name] = head
        yield name, head, body
