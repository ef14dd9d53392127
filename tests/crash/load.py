"""Load for crash tests: items of one product are commissioned, by several submitters at once."""

from __future__ import annotations

from dataclasses import replace

from fixtures.zone.actors import Actor
from ledger.compose.event import Draft
from tests.world import PRODUCT, now
from verifier.ledgerformat.submission import format_submission

ROUND = 1_000_000  # sequence numbers a round of one actor may take


def submitter(actor: Actor, number: int) -> Actor:
    """Return an actor whose sequence numbers begin where nobody else's are: a process forgets what it took."""
    return replace(actor, _sequence={actor.signer.public.kid: number * ROUND})


def commission(actor: Actor, types: object, origin: str, serials: range) -> bytes:
    """Return a signed submission that gives items their serial numbers, one event an item."""
    drafts = [
        Draft(
            "transport.commissioning",
            now(),
            {"item": f"{PRODUCT}/21/C{serial}", "product": PRODUCT},
            {"action": "ADD", "bizStep": "commissioning"},
        )
        for serial in serials
    ]
    return format_submission(actor.sign([actor.compose(each, types) for each in drafts], origin))
