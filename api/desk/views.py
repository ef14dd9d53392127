"""What the pages of the desk show: pure functions from what was checked to words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.desk.texts import text
from api.texts import word_of
from api.views.timeline import CosignerView, StageView, own_events, view_event, view_stages
from api.views.trace_view import StepView, view_notice, view_step
from api.views.words import beijing_time, data_rows
from ledger.cli.texts import say as say_command
from ledger.endorsing.case import Case
from ledger.endorsing.differences import Difference
from ledger.endorsing.queue import Item
from verifier.errors import SuyuanError
from verifier.ledgerformat.vocabulary import EventType
from verifier.proof.verdict import CONTRADICTORY, Verdict
from verifier.rendering import name_of_speaker, plain, render_error

_MOST_DIFFERENCES = 100


@dataclass(frozen=True, slots=True)
class RowView:
    """An item of the queue, as the service says it."""

    name: str
    title: str
    subject: str
    issuer: str
    since: str
    deadline: str
    overdue: bool
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """A field and what each source says of it."""

    field: str
    said: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A checked case.

    Attributes:
        name: of the event, 64 hexadecimal digits.
        title, issuer, claimed, recorded, leaf, subjects: the event.
        outcome, tone, reason: the verdict: its key, `ok`, `warn` or `bad`, why it is not *verified*.
        size, time: what the proof covers.
        rows: label and text of its data; `body` says `shown`, or why not.
        differences: what sources say differently.
        disclosures: label and text of those that were fetched and checked.
        unseen: labels of those that were not to be had.
        recognition, met, needed, reasons: what the policies make of it.
        endorsements: standing answers.
        objection: why it cannot be recognised: `disputed`, `contradictory`, or nothing.
        stages, left_out: the story, and how many events of it only the proof shows.
        notices: recalled, corrected, late, …
        steps: the nine.
    """

    name: str
    title: str
    issuer: str
    claimed: str
    recorded: str
    leaf: int
    subjects: tuple[str, ...]
    outcome: str
    tone: str
    reason: str
    size: int
    time: str
    rows: tuple[tuple[str, str], ...]
    body: str
    differences: tuple[DifferenceView, ...]
    disclosures: tuple[tuple[str, str], ...]
    unseen: tuple[str, ...]
    recognition: str
    met: int
    needed: int
    reasons: tuple[str, ...]
    endorsements: tuple[CosignerView, ...]
    objection: str
    stages: tuple[StageView, ...]
    left_out: int
    notices: tuple[str, ...]
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True)
class FailureView:
    """A case that was not to be had, or does not verify: what is wrong, and nothing of what it claims."""

    name: str
    outcome: str
    sentence: str
    steps: tuple[StepView, ...]


def view_row(item: Item, types: Mapping[str, EventType], lang: str, *, now: int) -> RowView:
    """Return a row of the queue; `now` in milliseconds since 1970."""
    return RowView(
        name=item.name.hex(),
        title=title_of(item.type, types, lang),
        subject=plain(item.subjects[0]) if item.subjects else "",
        issuer=plain(item.issuer_names.get(lang, item.issuer)),
        since=beijing_time(item.time),
        deadline=beijing_time(item.deadline) if item.deadline is not None else "",
        overdue=item.is_overdue(now),
        policies=tuple(plain(each.removeprefix("urn:suyuan:policy:")) for each in item.policies),
    )


def title_of(type_: str, types: Mapping[str, EventType], lang: str) -> str:
    """Return a type's title, or its name where the vocabulary has none."""
    return types[type_].title[lang] if type_ in types else plain(type_)


def view_case(case: Case, lang: str) -> CaseView:
    """Return what a page shows of a checked case."""
    told, verdict, story = case.told, case.verdict, case.story
    event = view_event(told, lang)
    found = case.disclosed.get(case.name, {})
    digests = told.event.body.digests if told.event.body else {}
    own = own_events(story.timeline)
    return CaseView(
        name=event.name,
        title=event.title,
        issuer=name_of_speaker(told, lang),
        claimed=event.claimed,
        recorded=event.recorded,
        leaf=event.leaf,
        subjects=event.subjects or (story.subject,),
        outcome=verdict.outcome,
        tone="bad" if verdict.outcome == CONTRADICTORY else "warn" if case.objection else "ok",
        reason=render_error(verdict.error, lang) if verdict.error else "",
        size=story.size,
        time=beijing_time(story.time),
        rows=event.rows,
        body=event.body,
        differences=tuple(_difference(each, case, lang) for each in case.differences[:_MOST_DIFFERENCES]),
        disclosures=tuple(_disclosures(found, lang)),
        unseen=tuple(_label(each, lang) for each in sorted(digests.keys() - found.keys())),
        recognition=told.recognition.outcome,
        met=told.recognition.met,
        needed=told.recognition.needed,
        reasons=event.reasons,
        endorsements=event.cosigners,
        objection=("contradictory" if case.is_contradictory else "disputed") if case.objection else "",
        stages=view_stages(story.timeline, lang),
        left_out=len(own) - sum(len(each.events) for each in view_stages(story.timeline, lang)),
        notices=tuple(view_notice(each, story.timeline, lang) for each in verdict.notices),
        steps=tuple(view_step(each, lang) for each in verdict.steps),
    )


def view_failure(name: bytes, error: SuyuanError, verdict: Verdict | None, lang: str) -> FailureView:
    """Return what a page shows where nothing was verified."""
    said = verdict.error if verdict and verdict.error else error
    steps = tuple(view_step(each, lang) for each in verdict.steps) if verdict else ()
    return FailureView(name.hex(), verdict.outcome if verdict else "", render_error(said, lang), steps)


def _difference(difference: Difference, case: Case, lang: str) -> DifferenceView:
    told = {each.event.name: each for each in case.story.timeline}
    said = tuple(
        (f"{told[each.event].kind.title[lang]} · {name_of_speaker(told[each.event], lang)}", plain(str(each.value)))
        for each in difference.sources
    )
    return DifferenceView(say_command(f"field.{difference.field}", lang), said)


def _disclosures(found: Mapping[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    for pointer, disclosure in sorted(found.items()):
        value: Any = disclosure.value
        for step in reversed(pointer.split("/")[1:]):
            value = {step: value}
        yield from data_rows(value, lang)


def _label(pointer: str, lang: str) -> str:
    return " · ".join(word_of("data", step, lang) for step in pointer.split("/")[1:])


def render_span(milliseconds: int, lang: str) -> str:
    """Return a length of time as people read it: the two largest of days, hours and minutes."""
    minutes = max(0, milliseconds) // 60_000
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return text("desk.span.days", lang, days=days, hours=hours)
    if hours:
        return text("desk.span.hours", lang, hours=hours, minutes=minutes % 60)
    return text("desk.span.minutes", lang, minutes=minutes)
