"""The events of a trace as a page shows them: by stage of life, each with who recognised it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.views.words import beijing_time, data_rows, iso_time
from verifier.judgement.recognition import Endorsement, Recognition
from verifier.proof.bundle import MISSING, RESTRICTED, BodyState
from verifier.proof.verdict import StoryEvent
from verifier.rendering import name_of_cosigner, name_of_speaker, render_outcome
from verifier.texts import text

STAGES = ("filing", "order", "clearance", "transport", "delivery", "after-sales")
MOST_EVENTS = 300
_MOST_ROWS, _MOST_SUBJECTS, _MOST_REASONS = 40, 12, 12


@dataclass(frozen=True, slots=True)
class CosignerView:
    """An agency's answer to an event: its name and kind, whether its term is over, whether it is disputed."""

    name: str
    kind: str
    expired: bool
    disputed: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """One event of the timeline.

    Attributes:
        name: 64 hexadecimal digits.
        title: its type's, in the language of the page.
        claimed, recorded: claimed and ledger time as people read them.
        claimed_iso, recorded_iso: the same for programs; empty beyond year 9999.
        leaf: where it stands in the log.
        issuer: its issuer's name, with who carries on for it now and who acted for it.
        cosigners: agencies that answered it.
        recognition: what the policies make of it, as people read it.
        reasons: why it is neither recorded nor recognised.
        body: `shown`, `restricted`, `erased` or `missing`.
        rows: label and text of its data.
        subjects: URIs that it is about.
    """

    name: str
    title: str
    claimed: str
    claimed_iso: str
    recorded: str
    recorded_iso: str
    leaf: int
    issuer: str
    cosigners: tuple[CosignerView, ...]
    recognition: str
    reasons: tuple[str, ...]
    body: str
    rows: tuple[tuple[str, str], ...]
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage of life and its events, by claimed time."""

    stage: str
    events: tuple[EventView, ...]


def view_stages(told: Sequence[StoryEvent], lang: str) -> tuple[StageView, ...]:
    """Return the events by stage, in the order of life; the first `MOST_EVENTS` in log order."""
    stages: dict[str, list[EventView]] = {stage: [] for stage in STAGES}
    for each in sorted(own_events(told)[:MOST_EVENTS], key=lambda one: (one.event.head.time, one.event.place)):
        stages.setdefault(each.kind.stage, []).append(view_event(each, lang))
    return tuple(StageView(stage, tuple(events)) for stage, events in stages.items() if events)


def own_events(told: Sequence[StoryEvent]) -> list[StoryEvent]:
    """Return the events that stand by themselves: standing endorsements stand at what they endorse."""
    answers = {each.event.name for one in told for each in one.recognition.endorsements}
    return [each for each in told if each.event.name not in answers]


def view_event(told: StoryEvent, lang: str) -> EventView:
    """Return one event as a page shows it."""
    head, body = told.event.head, told.event.body
    return EventView(
        name=told.event.name.hex(),
        title=told.kind.title[lang],
        claimed=beijing_time(head.time),
        claimed_iso=iso_time(head.time),
        recorded=beijing_time(told.time),
        recorded_iso=iso_time(told.time),
        leaf=told.event.leaf,
        issuer=name_of_speaker(told, lang),
        cosigners=tuple(_cosigner(told, each, lang) for each in told.recognition.endorsements),
        recognition=render_outcome(told.recognition, lang),
        reasons=() if told.recognition.sufficient else _reasons(told.recognition, lang),
        body=body_word(told.body),
        rows=tuple(data_rows(body.data, lang))[:_MOST_ROWS] if body else (),
        subjects=body.all_subjects()[:_MOST_SUBJECTS] if body else (),
    )


def _cosigner(told: StoryEvent, endorsement: Endorsement, lang: str) -> CosignerView:
    kind = endorsement.event.head.type.removeprefix("endorsement.")
    name = name_of_cosigner(told, endorsement.by, lang)
    return CosignerView(name, kind, endorsement.expired, endorsement.disputed)


def _reasons(recognition: Recognition, lang: str) -> tuple[str, ...]:
    return tuple(text(f"reason.{each.code}", lang, **each.facts) for each in recognition.reasons[:_MOST_REASONS])


def body_word(state: BodyState) -> str:
    """Return a body's state in a word."""
    if isinstance(state, int):
        return {RESTRICTED: "restricted", MISSING: "missing"}[state]
    return "shown" if isinstance(state, bytes) else "erased"
