"""Notices: what stands beside an outcome without changing it (docs/formats.md, section 18)."""

from __future__ import annotations

from verifier.judgement.recognition import WITH_CONDITIONS
from verifier.proof.bundle import RESTRICTED, Erased
from verifier.proof.examination import Examination
from verifier.proof.verdict import Said, StoryEvent

_CORRECTION = "record.correction"
_REQUESTED, _ANSWERED = "assistance.requested", "assistance.answered"
_DISPUTED = "disputed."  # reasons for which an event itself is disputed


def notices_of(found: Examination) -> list[Said]:
    """Return notices of recall, correction, lateness, restriction, erasure, disputes and conditions, in log order."""
    notices: list[Said] = []
    for (kind, _), history in found.closure.histories.items() if found.closure else ():
        if kind == "recall":
            notices += [Said("notice.recalled", {"event": event.name.hex()}) for event in history]
    for told in found.told:
        notices += _notices_of_event(told)
    return notices + _overdue(found)


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
    return notices + _disputes(told, what)


def _disputes(told: StoryEvent, what: dict[str, str]) -> list[Said]:
    """Return one notice for each reason why an event is disputed."""
    reasons = [each for each in told.recognition.reasons if each.code.startswith(_DISPUTED)]
    return [Said(f"notice.{each.code}", {**what, "by": each.facts["event"]}) for each in reasons]
