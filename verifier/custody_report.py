"""Custody of a verified story, as text and as JSON: gaps, stays and ways with their times, excursions of sensors.

It is reckoned from the events that the proof shows, so whoever holds the trace gets what the ledger's service says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verifier.ledgerformat.subject import subject_name
from verifier.proof.verdict import Story
from verifier.rendering import render_time
from verifier.results.custody import Custody, Excursion, Reading, Stay, find_excursions, follow_custody
from verifier.results.movements import Moved, find_moved
from verifier.texts import has_text, text

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000


def moved_in(story: Story | None) -> list[tuple[str, Moved]]:
    """Return movements and readings of the subjects that a story goes through, the one asked for first.

    Of others that its events name, nothing is known here.
    """
    if story is None:
        return []
    events = [each.event for each in story.timeline]
    reached = {subject_name(story.subject)} | {name for each in events for kind, name in each.head.follows}
    found = find_moved(events)
    mine = [subject for subject in found if subject_name(subject) in reached]
    return [(each, found[each]) for each in sorted(mine, key=lambda subject: (subject != story.subject, subject))]


def custody_json(story: Story | None, lang: str) -> list[dict[str, Any]]:
    """Return what a story tells of custody, the subject asked for first."""
    return [_subject_json(subject, moved, lang) for subject, moved in moved_in(story)]


def render_custody(story: Story | None, lang: str) -> Iterator[str]:
    """Yield lines about each subject: gaps first, then excursions, then where it was and for how long."""
    told = moved_in(story)
    if not told:
        yield text("result.custody.none", lang)
    for subject, moved in told:
        custody = follow_custody(moved.movements)
        yield subject
        for gap in custody.gaps:
            yield f"  ! {text(f'result.custody.{gap.code}', lang)} · {gap.event.hex()[:16]}…"
        readings = {each.name: each for each in moved.readings}
        for found in find_excursions(moved.readings, ()):
            yield f"  ! {_excursion_line(found, readings[found.event], lang)}"
        for stay in custody.stays:
            yield f"  {_stay_line(stay, lang)}"
        if custody.underway:
            yield f"  {text('result.custody.underway', lang)} · {custody.underway.hex()[:16]}…"


def _stay_line(stay: Stay, lang: str) -> str:
    values = {"start": render_time(stay.start), "end": render_time(stay.end), "place": stay.place}
    key = "result.custody.way" if stay.underway else "result.custody.stay"
    return text(key, lang, duration=render_duration(stay.duration, lang), **values)


def _excursion_line(found: Excursion, reading: Reading, lang: str) -> str:
    key = f"result.custody.measure.{reading.measure}"
    measure = text(key, lang) if has_text(key) else reading.measure
    told = {"lowest": f"{reading.lowest:f}", "highest": f"{reading.highest:f}", "unit": reading.unit}
    return text("result.custody.reading", lang, measure=measure, event=found.event.hex()[:16], **told)


def render_duration(milliseconds: int, lang: str) -> str:
    """Return a time span in days, hours and minutes, the largest two that there are."""
    days, rest = divmod(milliseconds, _DAY)
    hours, minutes = rest // _HOUR, rest % _HOUR // _MINUTE
    if days:
        return text("result.custody.days", lang, days=days, hours=hours)
    return text("result.custody.hours", lang, hours=hours, minutes=minutes)


def _subject_json(subject: str, moved: Moved, lang: str) -> dict[str, Any]:
    custody = follow_custody(moved.movements)
    readings = {each.name: each for each in moved.readings}
    return {
        "subject": subject,
        "movements": len(moved.movements),
        **_custody_json(custody, lang),
        "readings": len(moved.readings),
        "excursions": [
            _excursion_json(each, readings[each.event], lang) for each in find_excursions(moved.readings, ())
        ],
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


def _excursion_json(excursion: Excursion, reading: Reading, lang: str) -> dict[str, Any]:
    return {
        "event": excursion.event.hex(),
        "text": text("result.custody.excursion", lang),
        "measure": reading.measure,
        "unit": reading.unit,
        "lowest": f"{reading.lowest:f}",
        "highest": f"{reading.highest:f}",
        "reportedBySensorOwner": excursion.reported,
    }
