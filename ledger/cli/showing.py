"""A checked case as people and programs read it at a terminal."""

from __future__ import annotations

from typing import Any

from ledger.cli.speaking import Voice, error_json
from ledger.endorsing.bulk import CheckedEvent
from ledger.endorsing.case import Case
from ledger.endorsing.differences import Difference
from ledger.endorsing.sending import Sent
from verifier.errors import SuyuanError
from verifier.judgement.endorsements import Endorsement
from verifier.rendering import name_of_cosigner, plain, render_issuer, render_speaker, render_time
from verifier.texts import text


def case_lines(voice: Voice, case: Case | CheckedEvent) -> list[str]:
    """Return a case as lines: what, by whom, of what, the verdict, answers so far, differences between sources."""
    if isinstance(case, CheckedEvent):
        issuer = render_issuer(case.verified.issuer, voice.lang)
        title = f"{case.verified.kind.title[voice.lang]} ({case.event.head.type})"
        return [plain(f"{case.event.name.hex()}  {title} · {issuer}")]
    head, recognition = case.event.head, case.told.recognition
    lines = [
        f"{case.name.hex()}",
        f"  {case.told.kind.title[voice.lang]} ({head.type}) · {render_speaker(case.told, voice.lang)}",
        f"  {case.story.subject} · {render_time(head.time)}",
        "  " + voice.say("case.verdict", outcome=text(f"outcome.{case.verdict.outcome}", voice.lang)),
        "  " + voice.say("case.recognition", outcome=text(f"recognition.{recognition.outcome}", voice.lang)),
        "  " + voice.say("case.seen", count=len(case.seen)),
    ]
    lines += [_endorsement(case, each, voice.lang) for each in case.endorsements]
    for difference in case.differences:
        field = voice.say(f"field.{difference.field}")
        lines.append("  " + voice.say("case.difference", field=field))
        lines += [f"    {source.value} · {source.type} · {source.by}" for source in difference.sources]
    return [plain(line) for line in lines]


def case_json(case: Case | CheckedEvent, lang: str) -> dict[str, Any]:
    """Return a case for programs."""
    if isinstance(case, CheckedEvent):
        head = case.event.head
        unchecked = [each.key for each in case.verified.unchecked]
        return {"name": case.event.name.hex(), "type": head.type, "issuer": head.principal, "notChecked": unchecked}
    return {
        "name": case.name.hex(),
        "type": case.event.head.type,
        "title": case.told.kind.title[lang],
        "issuer": case.told.issuer.uri,
        "subject": case.story.subject,
        "verdict": case.verdict.outcome,
        "recognition": case.told.recognition.outcome,
        "seen": list(case.seen),
        "differences": [_difference(each) for each in case.differences],
    }


def skipped_json(name: bytes, error: SuyuanError) -> dict[str, Any]:
    """Return an event that was not answered, and why."""
    return {"name": name.hex(), "error": error_json(error)}


def sent_json(sent: Sent) -> dict[str, Any]:
    """Return a batch that was sent, and how it stands."""
    return {
        "count": sent.count,
        "identity": sent.kept.identity.hex(),
        "leaf": sent.receipt.leaf,
        "standing": "promised" if sent.recorded is None else "recorded",
        "size": sent.receipt.size if sent.recorded is None else sent.recorded,
    }


def _endorsement(case: Case, endorsement: Endorsement, lang: str) -> str:
    """Return an answer so far; one that counts for nothing is marked."""
    states = [word for word, holds in (("disputed", endorsement.disputed), ("expired", endorsement.expired)) if holds]
    name = name_of_cosigner(case.told, endorsement.by, lang)
    return "    " + " · ".join(
        [endorsement.event.head.type, name, *(text(f"recognition.{each}", lang) for each in states)]
    )


def _difference(difference: Difference) -> dict[str, Any]:
    sources = [
        {"event": each.event.hex(), "type": each.type, "by": each.by, "pointer": each.pointer, "value": each.value}
        for each in difference.sources
    ]
    return {"field": difference.field, "order": difference.order, "sources": sources}
