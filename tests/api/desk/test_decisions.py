"""From a form to a decision; the figures of a day; what is held between two pages. Nothing runs here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from api.desk.answered import Answered
from api.desk.day import tell_day
from api.desk.decisions import FIELDS, decide, wrong_fields
from api.desk.preparing import Target
from api.desk.shelf import Shelf
from ledger.client.keeping import Kept
from ledger.endorsing.endorse import VERBS
from ledger.endorsing.queue import Item
from ledger.errors import UnknownError

MINUTE, HOUR = 60_000, 3_600_000


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1000


NOON = at("2026-11-23T12:00:00+08:00")


def test_every_verb_has_a_form():
    assert FIELDS.keys() == VERBS.keys()


@pytest.mark.parametrize(
    ("verb", "given", "wrong"),
    [
        ("recognise", {}, {}),
        ("refuse", {}, {"reason": "required"}),
        ("withdraw", {"reason-en": "x"}, {"reason": "required"}),
        ("refuse", {"reason": "不" * 256}, {}),
        ("refuse", {"reason": "不" * 257, "reason-en": "x" * 257}, {"reason": "long", "reason-en": "long"}),
        ("recognise-with-conditions", {}, {"conditions": "required"}),
        ("recognise-with-conditions", {"conditions": "一\n\n 二 | two "}, {}),
        ("recognise-with-conditions", {"conditions": "一 |"}, {"conditions": "half"}),
        ("recognise-with-conditions", {"conditions": "\n".join("x" * 17)}, {"conditions": "many"}),
        ("recognise-with-conditions", {"conditions": f"一 | {'x' * 257}"}, {"conditions": "long"}),
        ("recognise", {"until": "2026-11-23"}, {}),
        ("recognise", {"until": "2026-11-22"}, {"until": "past"}),
        ("recognise", {"until": "2026-13-01"}, {"until": "date"}),
        ("recognise", {"until": "9999-12-31"}, {"until": "date"}),
        ("recognise", {"until": "tomorrow"}, {"until": "date"}),
    ],
)
def test_what_is_wrong_with_a_form_is_said_of_its_field(verb, given, wrong):
    expected = {name: f"desk.wrong.{word}" for name, word in wrong.items()}
    assert wrong_fields(verb, given, now=NOON) == expected


def test_a_term_ends_with_its_day_in_beijing():
    assert decide("recognise", {"until": "2027-12-31"}).until == at("2028-01-01T00:00:00+08:00")


def test_one_text_stands_for_both_languages_and_two_for_each_its_own():
    given = {"conditions": "一\n二 | two", "basis": "第三条"}
    made = decide("recognise-with-conditions", given)
    assert made.conditions == ({"zh": "一", "en": "一"}, {"zh": "二", "en": "two"})
    assert made.reason == {"zh": "第三条", "en": "第三条"}
    assert decide("refuse", {"reason": "不符", "reason-en": "unfit"}).reason == {"zh": "不符", "en": "unfit"}
    assert decide("refuse", {"reason": "不符", "reason-en": ""}).reason == {"zh": "不符", "en": "不符"}


def item(number: int, time: int, deadline: int | None = None) -> Item:
    return Item(bytes([number] * 32), "filing.product", "", {}, 1, number, time, deadline, "", (), ())


def answered(folder: Path, number: int, time: int, *targets: int, state: str = "receipt") -> Answered:
    kept = Kept(folder, bytes([number] * 32))
    kept.path(state).write_bytes(b"")
    made = tuple(Target(bytes([each] * 32).hex(), "clearance.list", {}, {}, "", NOON - 2 * HOUR) for each in targets)
    return Answered(kept, "recognise", time, made)


def test_the_figures_of_a_day_are_those_of_its_beijing_day(tmp_path):
    midnight = at("2026-11-23T00:00:00+08:00")
    items = [
        item(1, midnight - 1, midnight),
        item(2, midnight),
        item(3, NOON - 3 * MINUTE, NOON),
        item(4, NOON - MINUTE, NOON + 1),
    ]
    batches = [answered(tmp_path, 1, midnight, 11, 12), answered(tmp_path, 2, midnight - 1, 13),
               replace(answered(tmp_path, 3, NOON, 14, state="promise"), verb="refuse"),
               answered(tmp_path, 4, NOON, 15, state="submission")]  # fmt: skip
    day = tell_day(items, batches, now=NOON)
    assert (day.date, day.received, day.answered, day.waiting, day.overdue) == ("2026-11-23", 6, 3, 4, 2)
    assert (day.median, day.oldest) == (3 * MINUTE, 12 * HOUR + 1)
    assert day.by_type == (("filing.product", 4, 0), ("clearance.list", 0, 3))
    assert day.by_verb == (("recognise", 2), ("refuse", 1))


def test_a_day_on_which_nothing_waits_has_no_spans():
    day = tell_day([], [], now=NOON)
    assert (day.waiting, day.median, day.oldest) == (0, None, None)


def test_a_thing_is_taken_once_and_the_oldest_is_forgotten():
    shelf: Shelf[int] = Shelf("prepared")
    for number in range(40):
        shelf.put(str(number), number)
    assert shelf.take("39") == shelf.find("38") + 1
    for name in ("39", "0"):
        with pytest.raises(UnknownError, match="prepared"):
            shelf.take(name)
