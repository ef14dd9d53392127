"""Numbers to opening events for one request: the projection finds, the one decision says who may be told.

Whoever may read the disclosure that holds the number, or is a party of the handle's history, is told. To everybody
else a number is unknown, whether it is or not: the answer has the same shape, and costs the same work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from api.access import Access
from api.actors import Moment
from api.authorise import READ_DISCLOSURE, Thing
from api.facts import Facts
from ledger.errors import BusyError
from ledger.handles.openings import Key
from ledger.handles.projection import HandleProjection, openings_stored
from ledger.ledger import Ledger
from ledger.prove.trace import Sources
from verifier.ledgerformat.head import parse_head

MOST = 1_000  # numbers of one request
PATIENCE = 2.0  # seconds that a request waits for what was committed before it


@dataclass(slots=True)
class Resolving:
    """Reads for one request.

    Attributes:
        ledger: whose events they are.
        projection: finds them.
        access: what the asker may.
        moment: what holds now.
    """

    ledger: Ledger
    projection: HandleProjection
    access: Access
    moment: Moment

    def require_signed(self) -> None:
        """Return if somebody signed the request.

        Raises:
            UnauthenticatedError: nobody did.
        """
        if self.access.actor.uri is None:
            self.access.require(READ_DISCLOSURE, Thing(audience="parties"))

    def resolve(self, keys: Sequence[Key]) -> dict[str, Any]:
        """Return an entry for each number, in this order: the openings that the asker may be told.

        Raises:
            BusyError: the projection is being made.
        """
        if not self.projection.wait_for(self.ledger.head.edge.size, PATIENCE) and not self.projection.size:
            raise BusyError("handles", came="a projection that is being made", expected="a finished one")
        found = self.projection.find(keys)
        size = self.projection.size
        with self.ledger.sources() as sources:
            facts = Facts(sources, self.moment, self.access.actor)
            resolved = []
            for key, each in zip(keys, found, strict=True):
                names = each.names or ((each.decoy,) if each.decoy else ())
                told = [opening for name in names if (opening := self._open(name, key, sources, facts))]
                resolved.append({"openings": told})
        return {"size": size, "resolved": resolved}

    def _open(self, name: bytes, key: Key, sources: Sources, facts: Facts) -> dict[str, str] | None:
        """Return an opening, if it still gives this number and the asker may read it."""
        stored = sources.reader.find_event(name)
        if stored is None:
            return None
        head = parse_head(stored.head)
        kind = facts.type_of(stored, head)
        given = openings_stored(stored, sources.reader, kind)
        handle, pointer = next(((each.handle, each.pointer) for each in given if each.key == key), (None, ""))
        known = handle or next((each.handle for each in given), "")
        audience = kind.disclosures[pointer].audience if pointer in kind.disclosures else "parties"
        thing = replace(facts.event(stored, head), audience=audience, pointer=pointer)
        allowed = self.access.allows(READ_DISCLOSURE, thing)
        if not allowed and known:
            history = facts.subject(known)
            parties = replace(thing, parties=thing.parties | history.parties, agents=thing.agents | history.agents)
            allowed = self.access.allows(READ_DISCLOSURE, parties)
        return {"event": name.hex(), "handle": handle} if handle and allowed else None
