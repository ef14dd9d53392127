"""Recalls and members as JSON. What the server computes is its word only, and says so."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from api.recalls import Page
from ledger.trade.members import Item
from ledger.trade.recall import Reach, Recall

_BY_SERVER = {"computedBy": "server"}


def reach_json(recall: Recall, reach: Reach) -> dict[str, Any]:
    """Return a recall and its reach; `reported` is what the recalling firm or agency itself counts."""
    return {
        **_BY_SERVER,
        "recall": recall.name.hex(),
        "by": recall.by,
        "responsible": recall.responsible,
        "goods": list(recall.goods),
        "lifted": recall.lifted.hex() if recall.lifted else None,
        "saleSuspendedBy": list(recall.suspended),
        "reported": dict(recall.reported) if recall.reported is not None else None,
        "size": reach.size,
        "sources": [{"subject": each, "items": _items(each)} for each in reach.sources],
        "whole": reach.whole,
        "affected": reach.affected,
        "traced": reach.traced,
        "stopped": reach.stopped,
        "returned": reach.returned,
        "where": dict(reach.where),
    }


def items_json(subject: str, page: Page) -> dict[str, Any]:
    """Return a page of members; `next` is what `after` asks for the next one by."""
    items = [each for each in page.members if isinstance(each, Item)]
    made = {output for each in page.members if not isinstance(each, Item) for output in each.outputs}
    return {
        **_BY_SERVER,
        "subject": subject,
        "size": page.size,
        "items": [{"item": each.subject, "number": each.number} for each in items],
        "made": [{"subject": each, "items": _items(each)} for each in sorted(made)],
        "next": page.next,
    }


def _items(subject: str) -> str:
    return f"/lots/items?subject={quote(subject, safe='')}"
