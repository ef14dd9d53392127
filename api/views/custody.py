"""Custody on the page of a trace: a sentence for each gap, excursion and stay."""

from __future__ import annotations

from collections.abc import Iterator

from api.texts import text
from api.views.words import beijing_time
from verifier.custody_report import custody_json, moved_in
from verifier.proof.verdict import Story
from verifier.results.custody import Stay, find_excursions, follow_custody

__all__ = ["custody_json", "custody_lines"]

_MOST_LINES = 20  # stays of one subject that a page shows; the JSON has all


def custody_lines(story: Story | None, lang: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each subject with sentences about its gaps, excursions and stays."""
    for subject, moved in moved_in(story):
        custody = follow_custody(moved.movements)
        gaps = [text(f"result.custody.{each.code}", lang) for each in custody.gaps]
        stays = [_stay_line(each, lang) for each in custody.stays[-_MOST_LINES:]]
        out = [text("result.custody.excursion", lang) for _ in find_excursions(moved.readings, ())]
        away = [text("result.custody.underway", lang)] if custody.underway else []
        yield subject, (*gaps, *out, *stays, *away)


def _stay_line(stay: Stay, lang: str) -> str:
    values = {"start": beijing_time(stay.start), "end": beijing_time(stay.end), "place": stay.place}
    return text("custody.way" if stay.underway else "custody.stay", lang, **values)
