"""Movements and readings out of a story, event by event."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest

from verifier.ledgerformat.body import Body
from verifier.results.custody import ARRIVED, DEPARTED, follow_custody
from verifier.results.movements import find_moved

UNIT, OTHER = "https://id.gs1.org/00/106141412345678908", "https://id.gs1.org/00/106141411234567897"
A, B = "https://id.gs1.org/414/9506000134307", "https://id.gs1.org/414/9506000134314"


class Story:
    """Events in log order, one after the other."""

    def __init__(self):
        self.events = []

    def say(self, kind, data, *, subjects=(UNIT,), about=(), to=None, shown=True):
        number = len(self.events) + 1
        role = {"transport.object": "epcs"}.get(kind, "goods")
        head = SimpleNamespace(type=kind, time=number * 1000, principal="urn:x", to=to, about=about)
        body = Body({role: list(subjects)}, data, {}) if shown else None
        self.events.append(SimpleNamespace(name=number.to_bytes(32, "big"), head=head, body=body))
        return self.events[-1].name

    def step(self, step, place, **how):
        return self.say("transport.object", {"action": "OBSERVE", "bizStep": step, "readPoint": place}, **how)

    def moved(self, subject=UNIT):
        found = find_moved(self.events).get(subject)
        return [(each.type, each.place, each.time) for each in found.movements] if found else []


@pytest.fixture
def story():
    return Story()


def test_steps_of_leaving_and_coming_are_departures_and_arrivals(story):
    story.step("shipping", A)
    story.step("arriving", B)
    story.step("storing", B)
    story.say("transport.departed", {"place": B}, to="urn:y")
    story.say("transport.arrived", {"place": A})
    assert story.moved() == [(DEPARTED, A, 1000), (ARRIVED, B, 2000), (DEPARTED, B, 4000), (ARRIVED, A, 5000)]
    assert find_moved(story.events)[UNIT].movements[2].to == "urn:y"


def test_shipping_and_departing_are_one_departure_and_arriving_and_receiving_one_arrival(story):
    for step, place in (("shipping", A), ("departing", A), ("arriving", B), ("receiving", B)):
        story.step(step, place)
    assert story.moved() == [(DEPARTED, A, 2000), (ARRIVED, B, 3000)]
    assert follow_custody(find_moved(story.events)[UNIT].movements).gaps == ()


def test_a_step_and_a_departure_that_somebody_stands_for_are_one_and_two_of_these_are_two(story):
    story.step("shipping", A)
    story.say("transport.departed", {"place": A})
    story.say("transport.departed", {"place": A})
    assert story.moved() == [(DEPARTED, A, 2000), (DEPARTED, A, 3000)]


def test_arrivals_at_different_places_are_different(story):
    story.step("arriving", A)
    story.step("receiving", B)
    assert [each[1] for each in story.moved()] == [A, B]


def test_what_was_corrected_and_what_is_not_shown_does_not_count(story):
    wrong = story.step("shipping", A)
    story.step("shipping", B, shown=False)
    story.say("record.correction", {"reason": "did-not-occur"}, about=(wrong,))
    assert story.moved() == []


def test_each_subject_has_its_own_movements(story):
    story.step("shipping", A, subjects=(UNIT, OTHER))
    story.step("arriving", B, subjects=(OTHER,))
    assert (len(story.moved(UNIT)), len(story.moved(OTHER))) == (1, 2)


def test_readings_of_sensors_are_exact_and_keep_their_reporters_word(story):
    said = {"measures": "temperature", "unit": "CEL", "minimum": "-18.50", "maximum": "9", "excursion": True}
    story.say("transport.sensor", said)
    story.say("transport.sensor", {**said, "maximum": "warm"})
    (reading,) = find_moved(story.events)[UNIT].readings
    assert (reading.lowest, reading.highest, reading.excursion) == (Decimal("-18.5"), Decimal(9), True)
    assert reading.measure == "temperature"
