"""What a verified trace says of an item's hidden code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.errors import BusyError
from verifier.errors import SuyuanError
from verifier.ledgerformat.hidden_code import ACTIVATED, COMMITTED, check_activation
from verifier.ledgerformat.subject import subject_name
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import CONTRADICTORY, NOT_RECOGNISED, NOT_RECORDED, VERIFIED, StoryEvent
from verifier.proof.verify import examine_trace

_TOLD = {VERIFIED, NOT_RECOGNISED, CONTRADICTORY, NOT_RECORDED}


@dataclass(frozen=True, slots=True)
class ItemStory:
    """An item as its trace shows it.

    Attributes:
        recorded: whether anything is recorded of it.
        owner: who opened it, None where nothing is recorded.
        committed: the event that commits to a hidden code; None where there is none.
        activated: the first activation that reveals that code.
    """

    recorded: bool
    owner: str | None
    committed: StoryEvent | None
    activated: StoryEvent | None


def read_item(timeline: Sequence[StoryEvent], item: str) -> ItemStory:
    """Return what a verified story says of an item and its code."""
    own = events_of(timeline, item)
    committed = next((each for each in timeline if _commits(each, item)), None)
    activated = next((each for each in timeline if committed and _activates(each, committed)), None)
    return ItemStory(bool(own), own[0].event.head.principal if own else None, committed, activated)


def require_told(data: bytes, subject: str, standpoint: Standpoint) -> tuple[StoryEvent, ...]:
    """Return the events that a trace proof of a subject tells, none where nothing is recorded.

    Raises:
        BusyError: it does not verify, or is not fresh: nobody is told anything on such ground.
    """
    verdict = examine_trace(data, standpoint, subject=subject, walk="public")
    if verdict.outcome not in _TOLD:
        came, todo = f"{verdict.outcome}: {verdict.error}", "Try again later."
        raise BusyError("trace", came=came, expected="a proof that verifies", todo=todo)
    return verdict.story.timeline if verdict.story else ()


def events_of(timeline: Sequence[StoryEvent], subject: str) -> list[StoryEvent]:
    """Return the events of a story that joined the subject's own trace, the one that opened it first."""
    pair = ("trace", subject_name(subject))
    return [each for each in timeline if pair in each.event.head.joins]


def _commits(told: StoryEvent, item: str) -> bool:
    event = told.event
    return event.head.type == COMMITTED and event.body is not None and event.body.of_role("item") == (item,)


def _activates(told: StoryEvent, committed: StoryEvent) -> bool:
    """Return whether an event reveals the code: what the desk says without it activates nothing."""
    event = told.event
    if event.head.type != ACTIVATED or committed.event.name not in event.head.about:
        return False
    if event.body is None or committed.event.body is None:
        return False
    try:
        check_activation(event.body, committed.event.body)
    except SuyuanError:
        return False
    return True
