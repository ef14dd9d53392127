"""Papers as they stand, and returns behind their terms, as JSON and in words. Computed here, and nobody's statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.standing import Page
from api.texts import text
from api.views.declarations import lacking_json, named
from api.views.words import iso_time
from ledger.standing.projection import Standing
from verifier.proof.verdict import Story
from verifier.results.returns import Late, late_returns


def page_json(page: Page, lang: str) -> dict[str, Any]:
    """Return a page; `next` is what `after` asks for the next one by."""
    last = page.items[-1].paper if page.items and page.more else None
    return {
        "computedBy": "server",
        "size": page.size,
        "movedBefore": iso_time(page.at),
        "items": [_item(each, lang) for each in page.items],
        "next": f"{last.moved}.{last.leaf}.{last.position}" if last else None,
    }


def _item(standing: Standing, lang: str) -> dict[str, Any]:
    paper = standing.paper
    return {
        "event": paper.name.hex(),
        "kind": paper.kind,
        "type": paper.type,
        "mode": paper.mode or None,
        "declarant": paper.declarant,
        "enterprise": paper.enterprise or None,
        "standing": paper.standing,
        "code": paper.code or None,
        "irregular": paper.irregular,
        "recorded": iso_time(paper.time),
        "moved": iso_time(paper.moved),
        **lacking_json(standing.declaration),
        "late": [late_json(each, lang) for each in standing.late],
        "text": " ".join(_lines(standing, lang)),
    }


def _lines(standing: Standing, lang: str) -> list[str]:
    paper, declaration = standing.paper, standing.declaration
    word = text(f"declaration.{paper.standing}", lang)
    lines = [text(f"standing.{paper.kind}", lang, mode=paper.mode or "-", standing=word)]
    if paper.code:
        lines.append(text("declaration.code", lang, code=paper.code))
    if declaration and declaration.passage and declaration.passage.missing:
        lines.append(text("declaration.lacks", lang, documents=named(declaration.passage.missing, {})))
    return [*lines, *(late_line(each, lang) for each in standing.late)]


def late_json(late: Late, lang: str) -> dict[str, Any]:
    """Return a term that a return is behind: its rule, legal basis, length, and what it is counted from."""
    window = late.window
    return {
        "event": None,
        "rule": window.code,
        "basis": {"zh": window.basis[0], "en": window.basis[1]},
        "term": window.days,
        "days": late.days,
        "since": late.since,
        "text": late_line(late, lang),
    }


def late_line(late: Late, lang: str) -> str:
    """Return a sentence about a return that is behind its term."""
    window = late.window
    basis = window.basis[0 if lang == "zh" else 1]
    return text("return.late", lang, days=late.days, term=window.days, basis=basis, since=late.since)


def late_told(story: Story | None) -> list[Late]:
    """Return the returns of a story that came behind a term."""
    return late_returns(each.event.head for each in story.timeline) if story else []


def late_in_story_json(story: Story | None, lang: str) -> list[dict[str, Any]]:
    """Return them as JSON, each with the name of its event."""
    names = {(each.event.head.issuer, each.event.head.id): each.event.name for each in story.timeline} if story else {}
    told: Sequence[Late] = late_told(story)
    return [
        {
            **late_json(each, lang),
            "event": names[each.returned.issuer, each.returned.id].hex() if each.returned else None,
        }
        for each in told
    ]
