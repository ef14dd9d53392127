"""`inbox`: what awaits an agency, oldest first, as the ledger's service says it."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

from ledger.cli.holder import Holder, read_holder
from ledger.cli.options import RequestKey, option, sharing
from ledger.cli.speaking import Voice, door
from ledger.client.client import LedgerClient
from ledger.clock import milliseconds
from ledger.endorsing.queue import Item, read_inbox
from verifier.rendering import render_time

To = Annotated[str, option("--to", text="help.url", metavar="URL")]
Agency = Annotated[str, option("--agency", text="help.agency", metavar="URI")]
Filters = Annotated[list[str] | None, option("--filter", text="help.filter", metavar="TYPE")]


@door
@sharing(read_holder)
def inbox(
    holder: Holder,
    to: To,
    agency: Agency,
    *,
    request_key: RequestKey = None,
    filters: Filters = None,
    limit: Annotated[int, option("--limit", text="help.limit", min=1)] = 100,
) -> None:
    """Show what awaits an agency."""
    voice = holder.voice
    client = LedgerClient(to, request_key=holder.request_key(request_key))
    items = list(islice(read_inbox(client, agency, types=filters or ()), limit))
    now = milliseconds()
    lines = [line for each in items for line in _lines(voice, each, now)]
    lines.append(voice.say("inbox.count", count=len(items)) if items else voice.say("inbox.empty"))
    voice.data({"agency": agency, "items": [item_json(each) for each in items]}, lines)


def item_json(item: Item) -> dict[str, Any]:
    """Return an item of an inbox for programs."""
    return {
        "name": item.name.hex(),
        "type": item.type,
        "ledgerTime": item.time,
        "deadline": item.deadline,
        "outcome": item.outcome,
        "policies": list(item.policies),
        "subjects": list(item.subjects),
    }


def _lines(voice: Voice, item: Item, now: int) -> list[str]:
    lines = [f"{item.name.hex()}  {item.type}  {render_time(item.time)}"]
    if item.deadline is not None:
        key = "inbox.overdue" if item.is_overdue(now) else "inbox.deadline"
        lines.append("  " + voice.say(key, time=render_time(item.deadline)))
    return lines + [f"  {each}" for each in (*item.subjects[:3], *item.policies)]
