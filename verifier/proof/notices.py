"""Notices: what stands beside an outcome without changing it (docs/formats.md, section 18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verifier.errors import SuyuanError
from verifier.judgement.recognition import WITH_CONDITIONS
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.hidden_code import ACTIVATED, check_activation
from verifier.proof.bundle import RESTRICTED, Erased
from verifier.proof.examination import Examination
from verifier.proof.verdict import Said, StoryEvent
from verifier.results.returns import late_returns

_CORRECTION = "record.correction"
_LIFTED = "aftersales.recall-lifted"
_COPIED = "risk.copied-label"
_REQUESTED, _ANSWERED = "assistance.requested", "assistance.answered"
_DISPUTED = "disputed."  # reasons for which an event itself is disputed


def notices_of(found: Examination) -> list[Said]:
    """Return notices of recall, correction, lateness, restriction, erasure, disputes and conditions, in log order."""
    notices: list[Said] = []
    for (kind, _), history in found.closure.histories.items() if found.closure else ():
        if kind == "recall":
            notices += _recalls(history, {told.event.name: told for told in found.told})
    by_name = {told.event.name: told for told in found.told}
    for told in found.told:
        notices += [*_notices_of_event(told), *_labels(told, by_name), *_disputes(told)]
    return notices + _overdue(found) + _returned_late(found.told)


def _returned_late(told: Sequence[StoryEvent]) -> list[Said]:
    """Return notices of returns behind their legal term, as far as the story holds what that is counted from."""
    names = {(each.event.head.issuer, each.event.head.id): each.event.name for each in told}
    return [
        Said(f"notice.{late.window.code}", {
            "event": names[late.returned.issuer, late.returned.id].hex(), "days": late.days, "term": late.window.days
        })
        for late in late_returns(each.event.head for each in told) if late.returned
    ]  # fmt: skip


def _recalls(history: Sequence[Event], told: Mapping[bytes, StoryEvent]) -> list[Said]:
    """Return a notice of each recall, and whether it was ended; what answers a recall is none itself."""
    ends = {
        name: event
        for event in history
        if event.head.type == _LIFTED and not _is_disputed(told.get(event.name))
        for name in event.head.about
    }
    notices = []
    for event in history:
        if event.name in ends:
            facts = {"event": event.name.hex(), "by": ends[event.name].name.hex()}
            notices.append(Said("notice.recall-ended", facts))
        elif not event.head.about:
            notices.append(Said("notice.recalled", {"event": event.name.hex()}))
    return notices


def _is_disputed(told: StoryEvent | None) -> bool:
    return told is not None and any(each.code.startswith(_DISPUTED) for each in told.recognition.reasons)


def _overdue(found: Examination) -> list[Said]:
    """Return notices of requests for assistance that were answered behind their term, or not within it."""
    requests = {told.event.name: told.event.head.until for told in found.told if told.event.head.type == _REQUESTED}
    answered: set[bytes] = set()
    notices = []
    for told in found.told:
        if told.event.head.type == _ANSWERED:
            answered.update(told.event.head.about)
            ends = [until for name in told.event.head.about if (until := requests.get(name)) is not None]
            if any(until <= told.time for until in ends):
                notices.append(Said("notice.answered-late", {"event": told.event.name.hex()}))
    for name, until in requests.items():
        if name not in answered and until is not None and until <= found.newest_seal.time:
            notices.append(Said("notice.unanswered", {"event": name.hex()}))
    return notices


def _notices_of_event(told: StoryEvent) -> list[Said]:
    head = told.event.head
    what = {"type": head.type, "event": told.event.name.hex()}
    conditional = any(each.event.head.type == WITH_CONDITIONS for each in told.recognition.endorsements)
    late = told.kind.late is not None and told.time - head.time >= told.kind.late
    keys = {
        "notice.late": late,
        "notice.restricted": told.body == RESTRICTED,
        "notice.conditions": conditional,
        "notice.refused": told.recognition.outcome == "refused",
        "notice.expired": told.recognition.outcome == "expired",
    }
    notices = [Said(key, what) for key, holds in keys.items() if holds]
    if isinstance(told.body, Erased):
        notices.append(Said("notice.erased", {**what, "order": told.body.order.hex()}))
    if head.type == _CORRECTION:
        notices += [Said("notice.corrected", {"event": name.hex()}) for name in head.about]
    return notices


def _labels(told: StoryEvent, by_name: Mapping[bytes, StoryEvent]) -> list[Said]:
    """Return a notice of a label that is seen too often, or of an activation: does it reveal the committed code?"""
    event, facts = told.event, {"event": told.event.name.hex()}
    if event.head.type == _COPIED:
        return [Said("notice.seen-too-often", facts)]
    committed = next((by_name[name].event.body for name in event.head.about if name in by_name), None)
    if event.head.type != ACTIVATED or event.body is None or committed is None:
        return []
    try:
        check_activation(event.body, committed)
    except SuyuanError:
        return [Said("notice.false-activation", facts)]
    return [Said("notice.activated", facts)]


def _disputes(told: StoryEvent) -> list[Said]:
    """Return one notice for each reason why an event is disputed."""
    what = {"type": told.event.head.type, "event": told.event.name.hex()}
    reasons = [each for each in told.recognition.reasons if each.code.startswith(_DISPUTED)]
    return [Said(f"notice.{each.code}", {**what, "by": each.facts["event"]}) for each in reasons]
