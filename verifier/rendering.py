"""From verdicts to text and JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from verifier.errors import SuyuanError
from verifier.judgement.participants import Participant
from verifier.judgement.recognition import Endorsement, Recognition
from verifier.ledgerformat.head import Head
from verifier.proof.bundle import MISSING, RESTRICTED, BodyState, Erased
from verifier.proof.verdict import Outsider, Rest, Said, StepResult, Story, StoryEvent, Verdict
from verifier.texts import has_text, text

_LAST_DAY = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z, the last that datetime can write
_BODY_STATES = {RESTRICTED: "restricted", MISSING: "missing"}
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # fillers: printable by Unicode, and nothing is seen
_UNSHOWN = "\N{REPLACEMENT CHARACTER}"
_MARKS = {True: "✓", False: "✗", None: "·"}


def render_verdict(verdict: Verdict, lang: str) -> str:
    """Return a verdict as text: steps, timeline, notices, what was not checked, outcome."""
    lines = [text("label.steps", lang)]
    lines += [line for step in verdict.steps for line in _step(step, lang)]
    if verdict.story:
        lines += ["", *_story(verdict.story, lang)]
    for label, said in (("label.notices", verdict.notices), ("label.unchecked", verdict.unchecked)):
        if said:
            lines += ["", text(label, lang), *(f"  - {say(each, lang)}" for each in said)]
    lines += ["", f"{text('label.outcome', lang)}: {text(f'outcome.{verdict.outcome}', lang)}"]
    if verdict.error:
        lines.append(f"{text('label.reason', lang)}: {render_error(verdict.error, lang)}")
    return "\n".join(plain(line) for line in lines)


def plain(told: str) -> str:
    """Return one line in which every sign that is not printable, or blank, is a replacement character.

    Names, titles and values come out of a proof, so out of anybody's hand: a newline in a name could add a
    line to the verdict, an escape sequence could repaint it.
    """
    return "".join(each if each.isprintable() and each not in _BLANKS else _UNSHOWN for each in told)


def name_of(names: Mapping[str, str], lang: str) -> str:
    """Return a name without runs of spaces, with which it could reach into the next row of a terminal."""
    return re.sub(" +", " ", names[lang])


def render_issuer(issuer: Participant, lang: str) -> str:
    """Return who issued an event, by name and by URI: two participants may bear one name."""
    return f"{text('label.issued-by', lang, name=name_of(issuer.names, lang))} ({issuer.uri})"


def render_speaker(told: StoryEvent, lang: str) -> str:
    """Return who issued an event of a story, by name and by URI."""
    uris = [each.uri for each in (told.issuer, told.successor, told.agent) if each]
    return f"{text('label.issued-by', lang, name=name_of_speaker(told, lang))} ({', '.join(uris)})"


def name_of_speaker(told: StoryEvent, lang: str) -> str:
    """Return the name of whose event it is, with whoever carries on for it now, and whoever acted for it then."""
    name = _name_now(told.issuer, told.successor, lang)
    if told.agent:
        name = text("label.behalf", lang, name=name, agent=name_of(told.agent.names, lang))
    return name


def name_of_cosigner(told: StoryEvent, by: Participant, lang: str) -> str:
    """Return the name of an agency that co-signed an event of a story, with whoever carries on for it now."""
    return _name_now(by, told.carriers.get(by.uri), lang)


def _name_now(participant: Participant, successor: Participant | None, lang: str) -> str:
    name = name_of(participant.names, lang)
    return text("label.now", lang, name=name, successor=name_of(successor.names, lang)) if successor else name


def render_outcome(recognition: Recognition, lang: str) -> str:
    """Return what the policies make of an event: how far it is, and zone by zone where policies speak for zones."""
    told = text(f"recognition.{recognition.outcome}", lang)
    if recognition.outcome == "not yet recognised":
        told += f" ({text('recognition.progress', lang, met=recognition.met, needed=recognition.needed)})"
    zones = [
        text("recognition.zone", lang, zone=zone, outcome=text(f"recognition.{outcome}", lang))
        for zone, outcome in recognition.zones.items()
    ]
    return " · ".join([told, *zones])


def say(said: Said, lang: str) -> str:
    """Return a sentence of the catalogue."""
    return text(said.key, lang, **said.values)


def render_error(error: SuyuanError, lang: str) -> str:
    """Return a refusal as one sentence: field, what came, what was expected."""
    parts = []
    if error.came:
        parts.append(text("error.came", lang, came=error.came))
    if error.expected:
        parts.append(text("error.expected", lang, expected=error.expected))
    glue = text("label.comma", lang)
    sentence = text("error.frame", lang, field=error.field, what=glue.join(parts)) if parts else error.field
    return plain(f"{sentence}. {error.todo}" if error.todo else sentence)


def render_time(milliseconds: int) -> str:
    """Return a time in UTC, to the second; one past the year 9999, which no calendar here has, as its number."""
    if milliseconds > _LAST_DAY:
        return f"{milliseconds} ms"
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def verdict_json(verdict: Verdict, lang: str) -> dict[str, Any]:
    """Return a verdict as JSON for programs; texts stand beside the keys they come from."""
    return {
        "outcome": verdict.outcome,
        "exitCode": verdict.exit_code,
        "text": text(f"outcome.{verdict.outcome}", lang),
        "error": error_json(verdict.error),
        "steps": [
            {
                "number": step.number,
                "name": text(f"step.{step.number}", lang),
                "passed": step.passed,
                "established": [said_json(each, lang) for each in step.said],
                "error": error_json(step.error),
            }
            for step in verdict.steps
        ],
        "notices": [said_json(each, lang) for each in verdict.notices],
        "notChecked": [said_json(each, lang) for each in verdict.unchecked],
        "story": story_json(verdict.story, lang) if verdict.story else None,
    }


def said_json(said: Said, lang: str) -> dict[str, Any]:
    """Return a sentence with its key and values."""
    return {"key": said.key, "values": dict(said.values), "text": say(said, lang)}


def error_json(error: SuyuanError | None) -> dict[str, Any] | None:
    """Return a refusal's parts."""
    if error is None:
        return None
    parts = {"code": error.code, "field": error.field, "came": error.came, "expected": error.expected}
    return {**parts, "todo": error.todo, "text": str(error)}


def story_json(story: Story, lang: str) -> dict[str, Any]:
    """Return a story's events and what they stand on."""
    return {
        "subject": story.subject,
        "walk": story.walk,
        "ledger": {"origin": story.origin, "name": story.ledger_names[lang]},
        "size": story.size,
        "root": story.root.hex(),
        "ledgerTime": story.time,
        "cosignedBy": list(story.cosigned),
        "events": [event_json(each, story, lang) for each in story.timeline],
        "outside": [_outsider_json(each, story, lang) for each in story.outside],
        "rest": _rest_json(story.rest),
    }


def _outsider_json(outsider: Outsider, story: Story, lang: str) -> dict[str, Any]:
    """Return an event that does not belong to the story, as far as its head goes."""
    event = outsider.event
    return {
        "name": event.name.hex(),
        "type": event.head.type,
        "title": outsider.kind.title[lang],
        "leaf": event.leaf,
        "position": event.position,
        "claimedTime": event.head.time,
        "ledgerTime": outsider.time,
        "issuer": event.head.principal,
        "subjects": _subjects(event.head, story),
        "about": [each.hex() for each in event.head.about],
    }


def _rest_json(rest: Rest | None) -> dict[str, Any] | None:
    if rest is None:
        return None
    return {"count": rest.count, "root": rest.root.hex(), "statedBy": rest.event.name.hex()}


def event_json(told: StoryEvent, story: Story, lang: str) -> dict[str, Any]:
    """Return one event of a story."""
    head, recognition = told.event.head, told.recognition
    body = told.event.body
    return {
        "name": told.event.name.hex(),
        "type": head.type,
        "title": told.kind.title[lang],
        "stage": told.kind.stage,
        "leaf": told.event.leaf,
        "position": told.event.position,
        "claimedTime": head.time,
        "ledgerTime": told.time,
        "issuer": participant_json(told.issuer, lang),
        "agent": participant_json(told.agent, lang),
        "successor": participant_json(told.successor, lang),
        "subjects": _subjects(head, story),
        "about": [each.hex() for each in head.about],
        "recognition": recognition.outcome,
        "zones": dict(recognition.zones),
        "recognisedBy": list(recognition.recognised_by),
        "met": recognition.met,
        "needed": recognition.needed,
        "reasons": [said_json(Said(f"reason.{each.code}", each.facts), lang) for each in recognition.reasons],
        "cosignedBy": [_cosigner_json(told, each, lang) for each in recognition.endorsements],
        "body": _body_word(told.body),
        "erasedBy": told.body.order.hex() if isinstance(told.body, Erased) else None,
        "data": dict(body.data) if body else None,
        "disclosed": {each.pointer: each.value for each in told.disclosures},
    }


def participant_json(participant: Participant | None, lang: str) -> dict[str, str] | None:
    """Return a participant's URI and name."""
    return {"uri": participant.uri, "name": participant.names[lang]} if participant else None


def _cosigner_json(told: StoryEvent, endorsement: Endorsement, lang: str) -> dict[str, Any]:
    by = endorsement.by
    states = {"expired": endorsement.expired, "disputed": endorsement.disputed}
    successor = participant_json(told.carriers.get(by.uri), lang)
    said = {"uri": by.uri, "name": by.names[lang], "successor": successor, "type": endorsement.event.head.type}
    return {**said, **states}


def _body_word(state: BodyState) -> str:
    if isinstance(state, Erased):
        return "erased"
    return _BODY_STATES[state] if isinstance(state, int) else "shown"


def _subjects(head: Head, story: Story) -> list[str]:
    """Return the subjects that an event joins or follows, in clear where they are known."""
    names = dict.fromkeys(name for _, name in (*head.joins, *head.follows))
    return [story.subjects.get(name, name.hex()) for name in names]


def _step(step: StepResult, lang: str) -> list[str]:
    state = {True: "step.passed", False: "step.failed", None: "step.not-reached"}[step.passed]
    name = text(f"step.{step.number}", lang)
    lines = [f"  {step.number} {_MARKS[step.passed]} {name}: {text(state, lang)}"]
    lines += [f"      {say(each, lang)}" for each in step.said]
    if step.error:
        lines.append(f"      {render_error(step.error, lang)}")
    return lines


def _story(story: Story, lang: str) -> list[str]:
    lines = [
        f"{text('label.subject', lang)}: {story.subject} ({text(f'label.walk.{story.walk}', lang)})",
        f"{text('label.ledger', lang)}: {story.ledger_names[lang]} ({story.origin}), "
        + text("label.size", lang, size=story.size, time=render_time(story.time)),
        "",
        text("label.timeline", lang),
    ]
    if story.rest:
        lines.append(f"  {text('label.rest', lang, count=story.rest.count, event=story.rest.event.name.hex()[:16])}")
    lines += [line for told in story.timeline for line in _event(told, lang)]
    if story.outside:
        lines.append(f"  {text('label.outside', lang, count=len(story.outside))}")
    return lines


def _event(told: StoryEvent, lang: str) -> list[str]:
    head, recognition = told.event.head, told.recognition
    key = f"stage.{told.kind.stage}"
    stage = text(key, lang) if has_text(key) else told.kind.stage
    first = f"  {render_time(head.time)}  [{stage}] {told.kind.title[lang]} · "
    lines = [first + render_speaker(told, lang)]
    accepting = [name_of_cosigner(told, each.by, lang) for each in recognition.endorsements if each.accepts]
    if accepting:
        cosigned = text("label.cosigned-by", lang, names=text("label.comma", lang).join(accepting))
        lines.append(f"      {cosigned} · {render_outcome(recognition, lang)}")
    elif recognition.policies or recognition.outcome == "disputed":
        lines.append(f"      {render_outcome(recognition, lang)}")
    recorded = text("label.recorded-at", lang)
    place = text("label.leaf", lang, leaf=told.event.leaf)
    lines.append(f"      {recorded} {render_time(told.time)} · {place} · {told.event.name.hex()[:16]}…")
    return lines
