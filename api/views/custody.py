"""Custody of a trace: of the subject, and of what held it while it was inside; gaps, dwell times, excursions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.texts import text
from api.views.words import beijing_time
from verifier.ledgerformat.subject import subject_name
from verifier.proof.verdict import Story
from verifier.results.custody import Custody, Excursion, Stay, find_excursions, follow_custody
from verifier.results.movements import Moved, find_moved

_MOST_LINES = 20  # stays of one subject that a page shows; the JSON has all


def custody_json(story: Story | None, lang: str) -> list[dict[str, Any]]:
    """Return what a story tells of custody, the subject asked for first."""
    return [_subject_json(subject, moved, lang) for subject, moved in _moved(story)]


def custody_lines(story: Story | None, lang: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each subject with sentences about its gaps, excursions and stays."""
    for subject, moved in _moved(story):
        custody = follow_custody(moved.movements)
        gaps = [text(f"result.custody.{each.code}", lang) for each in custody.gaps]
        stays = [_stay_line(each, lang) for each in custody.stays[-_MOST_LINES:]]
        out = [text("result.custody.excursion", lang) for _ in find_excursions(moved.readings, ())]
        away = [text("result.custody.underway", lang)] if custody.underway else []
        yield subject, (*gaps, *out, *stays, *away)


def _stay_line(stay: Stay, lang: str) -> str:
    values = {"start": beijing_time(stay.start), "end": beijing_time(stay.end), "place": stay.place}
    return text("custody.way" if stay.underway else "custody.stay", lang, **values)


def _moved(story: Story | None) -> list[tuple[str, Moved]]:
    """Return movements and readings of the subjects that a story goes through; of others an event names, nothing."""
    if story is None:
        return []
    events = [each.event for each in story.timeline]
    reached = {subject_name(story.subject)} | {name for each in events for kind, name in each.head.follows}
    found = find_moved(events)
    mine = [subject for subject in found if subject_name(subject) in reached]
    return [(each, found[each]) for each in sorted(mine, key=lambda subject: (subject != story.subject, subject))]


def _subject_json(subject: str, moved: Moved, lang: str) -> dict[str, Any]:
    custody = follow_custody(moved.movements)
    return {
        "subject": subject,
        "movements": len(moved.movements),
        **_custody_json(custody, lang),
        "readings": len(moved.readings),
        "excursions": [_excursion_json(each, lang) for each in find_excursions(moved.readings, ())],
    }


def _custody_json(custody: Custody, lang: str) -> dict[str, Any]:
    gaps = [
        {
            "code": each.code,
            "text": text(f"result.custody.{each.code}", lang),
            "event": each.event.hex(),
            "before": each.before.hex() if each.before else None,
        }
        for each in custody.gaps
    ]
    stays = [
        {
            "place": each.place,
            "underway": each.underway,
            "start": each.start,
            "end": each.end,
            "milliseconds": each.duration,
        }
        for each in custody.stays
    ]
    return {"gaps": gaps, "stays": stays, "underway": custody.underway.hex() if custody.underway else None}


def _excursion_json(excursion: Excursion, lang: str) -> dict[str, Any]:
    return {
        "event": excursion.event.hex(),
        "text": text("result.custody.excursion", lang),
        "reportedBySensorOwner": excursion.reported,
    }
