"""Declarations of a proved trace, as JSON and in words. Computed here, and nobody's statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.texts import text
from api.views.words import iso_time
from ledger.trade.declarations import Declaration, declarations_of, tell
from verifier.proof.verdict import Story


def declarations_told(story: Story | None) -> list[Declaration]:
    """Return the declarations of a story, in log order; none where nothing was proved."""
    told = [
        tell(each.event.name, each.event.head, each.event.body.data if each.event.body else None, each.time)
        for each in (story.timeline if story else ())
    ]
    return declarations_of(told, whole=story is not None and story.walk == "parties")


def declaration_json(declaration: Declaration, lang: str) -> dict[str, Any]:
    """Return where a declaration stands, for programs, with a sentence for people."""
    return {
        "event": declaration.name.hex(),
        "type": declaration.type,
        "mode": declaration.mode or None,
        "direction": declaration.direction,
        "standing": declaration.standing,
        "code": declaration.state.code or None,
        "moved": iso_time(declaration.moved),
        "steps": [
            {"code": each.code, "before": each.before, "verdict": each.verdict} for each in declaration.state.steps
        ],
        **lacking_json(declaration),
        "text": " ".join(declaration_lines(declaration, {}, lang)),
    }


def lacking_json(declaration: Declaration | None) -> dict[str, Any]:
    """Return which documents and steps of its mode a declaration lacks; null where that cannot be told."""
    passage = declaration.passage if declaration else None
    return {
        "lacks": list(passage.missing) if passage else None,
        "stepsLeft": list(passage.open) if passage else None,
        "stepsSkipped": list(passage.ahead) if passage else None,
        "disorder": [list(each) for each in declaration.disorder] if declaration else [],
    }


def declaration_lines(declaration: Declaration, titles: dict[str, str], lang: str) -> list[str]:
    """Return sentences about a declaration; `titles` has the names of event types that people read."""
    standing = text(f"declaration.{declaration.standing}", lang)
    mode = declaration.mode or text("declaration.unknown-mode", lang)
    lines = [text("declaration.line", lang, mode=mode, standing=standing)]
    if declaration.state.code:
        lines.append(text("declaration.code", lang, code=declaration.state.code))
    if declaration.irregular:
        codes = ", ".join(f"{each.before or '–'} → {each.code}" for each in declaration.irregular)  # noqa: RUF001 - a dash
        lines.append(text("declaration.irregular", lang, codes=codes))
    if declaration.passage and declaration.passage.missing:
        lines.append(text("declaration.lacks", lang, documents=named(declaration.passage.missing, titles)))
    if declaration.disorder:
        pairs = ", ".join(f"{named([one], titles)} < {named([other], titles)}" for one, other in declaration.disorder)
        lines.append(text("declaration.disorder", lang, pairs=pairs))
    return lines


def named(types: Sequence[str], titles: dict[str, str]) -> str:
    """Return types by the names that people read, where there are some."""
    return ", ".join(titles.get(each, each) for each in types)
