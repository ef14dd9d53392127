"""Submissions that a looker is asked about, and waiting for what comes about."""

from __future__ import annotations

import threading

from ledger.compose.event import Draft
from tests.world import PRODUCT, now
from verifier.ledgerformat.submission import format_submission


def until(condition):
    ticking = threading.Event()
    for _ in range(60_000):
        if condition():
            return
        ticking.wait(0.001)
    raise AssertionError("it did not come about")


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
