"""A trace as a page shows it: product, verdict, recalls, the life stage by stage."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.texts import text
from api.views.custody import custody_lines
from api.views.declarations import declaration_lines, declarations_told
from api.views.outside import OutsiderView, view_outside
from api.views.standing import late_line, late_told
from api.views.timeline import MOST_EVENTS, StageView, own_events, view_stages
from api.views.words import beijing_time, file_name, form_word
from ledger.prove.prover import Proved
from verifier.ledgerformat.subject import form_of, product_of
from verifier.proof.verdict import ALTERED, CONTRADICTORY, VERIFIED, Said, StepResult, Story, StoryEvent
from verifier.rendering import render_error, say

_PRODUCT, _AMENDED = "filing.product", "filing.product-amended"
_ADMITTING = ("registry.agency", "registry.enterprise")
_COUNTING = ("recorded", "recognised")  # outcomes of amendments that change what is shown of a product
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class RecallView:
    """A recall, for the top of the page."""

    issuer: str
    recorded: str
    hazard: str
    advice: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One of the nine steps: number, `passed`, `failed` or `not-reached`, and what it says."""

    number: int
    state: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TraceView:
    """All that the page shows.

    Attributes:
        subject, form: the URI and what it is, in a word.
        product: the product's filed name, or the participant's as admitted; empty where there is none.
        outcome: a key of the verdict's table.
        tone: `ok`, `warn` or `bad`: picks icon and colour beside the word.
        reason: why the outcome is not *verified*.
        recalls: recalls that stand.
        custody: each subject that was moved, with sentences about gaps, excursions and stays.
        declarations: sentences about where each declaration stands.
        late_returns: sentences about returns behind their term.
        stages: the timeline.
        left_out: events that only the proof shows.
        outside, outside_count: events of these histories that do not belong to the story, and how many there are.
        notices, unchecked: sentences.
        steps: the nine.
        size, time: what the proof covers.
        newer: committed leaves beyond it.
        file: a name for the downloaded proof.
    """

    subject: str
    form: str
    product: str
    outcome: str
    tone: str
    reason: str
    recalls: tuple[RecallView, ...]
    custody: tuple[tuple[str, tuple[str, ...]], ...]
    declarations: tuple[tuple[str, ...], ...]
    late_returns: tuple[str, ...]
    stages: tuple[StageView, ...]
    left_out: int
    outside: tuple[OutsiderView, ...]
    outside_count: int
    notices: tuple[str, ...]
    unchecked: tuple[str, ...]
    steps: tuple[StepView, ...]
    size: int
    time: str
    newer: int
    file: str


def view_trace(proved: Proved, subject: str, lang: str) -> TraceView:
    """Return what a page shows of a proved trace."""
    verdict, story = proved.verdict, proved.verdict.story
    told = story.timeline if story else ()
    return TraceView(
        subject=subject,
        form=form_word(subject, lang),
        product=_party_name(told, subject, lang) or _product_name(told, subject, lang),
        outcome=verdict.outcome,
        tone={VERIFIED: "ok", ALTERED: "bad", CONTRADICTORY: "bad"}.get(verdict.outcome, "warn"),
        reason=render_error(verdict.error, lang) if verdict.error else "",
        recalls=_recalls(verdict.notices, told, lang),
        custody=tuple(custody_lines(story, lang)),
        declarations=_declarations(story, lang),
        late_returns=tuple(late_line(each, lang) for each in late_told(story)),
        stages=view_stages(told, lang),
        left_out=max(0, len(own_events(told)) - MOST_EVENTS),
        outside=view_outside(story, lang),
        outside_count=len(story.outside) if story else 0,
        notices=tuple(view_notice(each, told, lang) for each in verdict.notices),
        unchecked=(text("server.charter", lang), *(say(each, lang) for each in verdict.unchecked)),
        steps=tuple(view_step(each, lang) for each in verdict.steps),
        size=proved.size,
        time=beijing_time(story.time) if story else "",
        newer=proved.newer,
        file=file_name(subject, "trace"),
    )


def _party_name(told: Sequence[StoryEvent], subject: str, lang: str) -> str:
    """Return the name of the agency or enterprise that a trace is about, as last admitted; empty for anything else."""
    admitted = [each.event.body for each in told if each.event.head.type in _ADMITTING and each.event.body]
    named = [body for body in admitted if subject in body.all_subjects()]
    return _text(named[-1].data, "names", lang) if named else ""


def _product_name(told: Sequence[StoryEvent], subject: str, lang: str) -> str:
    """Return the filed name of the product that a trace is about, empty where there is none."""
    return _text(_filed(told, subject), "names", lang)


def _filed(told: Sequence[StoryEvent], subject: str) -> Mapping[str, object]:
    """Return what is filed of that product, with its amendments that count, as it stands; empty where there is none."""
    product = product_of(subject) if form_of(subject) in ("product", "lot", "item") else None
    filing = next((each for each in told if _files(each, product)), None)
    if filing is None:
        return {}
    name = filing.event.name
    amended = [each for each in told if each.event.head.type == _AMENDED and name in each.event.head.about]
    counted = [filing, *(each for each in amended if each.recognition.outcome in _COUNTING)]
    bodies = [each.event.body for each in counted if each.event.body]
    return {member: value for body in bodies for member, value in body.data.items()}


def _files(told: StoryEvent, product: str | None) -> bool:
    body = told.event.body
    named = product is None or (body is not None and product in body.of_role("product"))
    return told.event.head.type == _PRODUCT and named


def _recalls(notices: Sequence[Said], told: Sequence[StoryEvent], lang: str) -> tuple[RecallView, ...]:
    recalled = {each.values["event"] for each in notices if each.key == "notice.recalled"}
    return tuple(_recall(each, lang) for each in told if each.event.name.hex() in recalled)


def _declarations(story: Story | None, lang: str) -> tuple[tuple[str, ...], ...]:
    titles = {each.event.head.type: each.kind.title[lang] for each in story.timeline} if story else {}
    return tuple(tuple(declaration_lines(each, titles, lang)) for each in declarations_told(story))


def _recall(told: StoryEvent, lang: str) -> RecallView:
    data = told.event.body.data if told.event.body else {}
    issuer, recorded = told.issuer.names[lang], beijing_time(told.time)
    return RecallView(issuer, recorded, _text(data, "hazard", lang), _text(data, "advice", lang))


def _text(data: Mapping[str, object], member: str, lang: str) -> str:
    """Return a text that an event's data states in two languages, empty where it does not."""
    value = data.get(member)
    return str(value.get(lang, "")) if isinstance(value, Mapping) else ""


def view_notice(said: Said, told: Sequence[StoryEvent], lang: str) -> str:
    """Return a notice with titles in place of the type names that the timeline knows."""
    titles = {each.event.head.type: each.kind.title[lang] for each in told}
    values = {name: titles.get(str(value), _short(value)) for name, value in said.values.items()}
    return say(Said(said.key, values), lang)


def _short(value: str | int) -> str | int:
    """Return a value as people can take it in: of an event's name the beginning."""
    return f"{value[:12]}…" if isinstance(value, str) and _NAME.fullmatch(value) else value


def view_step(step: StepResult, lang: str) -> StepView:
    """Return one of the nine steps as a page shows it."""
    state = {True: "passed", False: "failed", None: "not-reached"}[step.passed]
    said = tuple(say(each, lang) for each in step.said)
    return StepView(step.number, state, (*said, render_error(step.error, lang)) if step.error else said)
