"""Submissions that a looker is asked about."""

from __future__ import annotations

from ledger.compose.event import Draft
from tests.world import PRODUCT, now
from verifier.ledgerformat.submission import format_submission


def commissioned(world, *serials, who="seller"):
    """Return a signed submission of items that get these serial numbers."""
    actor = world.cast[who]
    made = {"action": "ADD", "bizStep": "commissioning"}
    drafts = [
        Draft("transport.commissioning", now(), {"item": f"{PRODUCT}/21/{each}", "product": PRODUCT}, made)
        for each in serials
    ]
    events = [actor.compose(each, world.zone.types, []) for each in drafts]
    return format_submission(actor.sign(events, world.ledger.origin))
