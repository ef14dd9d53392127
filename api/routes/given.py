"""Mandates and grants that name a participant: what it may do for others, and read of theirs, and how each stands."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.answers import JSON, answer_json
from api.authorise import READ_RECEIVED, Thing
from api.dependencies import TheAccess, TheMoment
from api.openapi import problems, returns
from api.parameters import AfterNumber, Agent, Grantee, Limit, strict_query
from verifier.judgement.acts import Grant, Mandate

router = APIRouter(dependencies=[Depends(strict_query)])
_RESERVED = problems(400, 401, 403, 503)


class Received:
    """Looks up for one request what a participant was given; reserved for itself and for agencies.

    They are the registry's as of the newest committed leaf, oldest first. That none is left out is the server's word:
    nothing joins a history of whoever receives it. Each of them is proved by its giver's registry walk and its own.
    """

    def __init__(self, access: TheAccess, moment: TheMoment) -> None:
        """Take who asks, and what holds now."""
        self._access, self._moment = access, moment

    def page(self, word: str, role: str, uri: str, *, after: int, limit: int) -> dict[str, Any]:
        """Return a page of what a participant holds in a role; `next` is what `after` asks for the next one by."""
        self._access.require(READ_RECEIVED, Thing(parties=frozenset({uri})))
        kind = Mandate if role == "agent" else Grant
        known = [each for each in self._moment.registry.received_by(uri) if isinstance(each, kind)]
        shown: Sequence[Mandate | Grant] = list(islice(known, after, after + limit))
        more = after + limit < len(known)
        return {
            "computedBy": "server",
            role: uri,
            "size": self._moment.leaf,
            "at": self._moment.time,
            "total": len(known),
            word: [self._told(each) for each in shown],
            "next": after + limit if more else None,
        }

    def _told(self, given: Mandate | Grant) -> dict[str, Any]:
        standing = self._moment.registry.standing_of(given, self._moment.leaf, self._moment.time)
        common = {"handle": given.subject, "principal": given.principal, "standing": standing.word,
                  "since": standing.since, "until": given.until, "event": given.event.hex()}  # fmt: skip
        if isinstance(given, Mandate):
            return {**common, "types": list(given.types), "subjects": list(given.subjects)}
        return {**common, "fields": list(given.fields), "about": [name.hex() for name in given.about]}


TheReceived = Annotated[Received, Depends(Received)]


@router.get("/mandates", responses={**returns(200, "mandates that name the agent", JSON), **_RESERVED})
def get_mandates(agent: Agent, received: TheReceived, after: AfterNumber = 0, limit: Limit = 100) -> Response:
    """Return the mandates that name an agent, in force or not, oldest first. Reserved for it, and for agencies."""
    return _fresh(received.page("mandates", "agent", agent, after=after, limit=limit))


@router.get("/grants", responses={**returns(200, "grants that name the grantee", JSON), **_RESERVED})
def get_grants(grantee: Grantee, received: TheReceived, after: AfterNumber = 0, limit: Limit = 100) -> Response:
    """Return the grants that name a grantee, in force or not, oldest first. Reserved for it, and for agencies."""
    return _fresh(received.page("grants", "grantee", grantee, after=after, limit=limit))


def _fresh(value: dict[str, Any]) -> Response:
    response = answer_json(value)
    response.headers["Cache-Control"] = "no-cache"
    return response
