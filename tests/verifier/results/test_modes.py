"""Modes of supervision: what each needs, in which order, and names that the vocabulary has."""

from __future__ import annotations

import pytest

from verifier.results.modes import MODES, check_order, check_passage
from verifier.vocabulary import type_files

EACH = [(mode, direction) for mode in MODES.values() for direction in mode.directions]


def test_the_six_modes_are_there():
    assert list(MODES) == ["9610", "1210", "1239", "9710", "9810", "1039"]


@pytest.mark.parametrize(("mode", "direction"), EACH, ids=lambda each: getattr(each, "code", each))
def test_documents_and_steps_are_types_of_the_vocabulary(mode, direction):
    assert set(mode.documents[direction]) | set(mode.steps[direction]) <= type_files().keys()


@pytest.mark.parametrize(("mode", "direction"), EACH, ids=lambda each: getattr(each, "code", each))
def test_each_missing_document_and_each_step_left_out_is_named(mode, direction):
    documents, steps = mode.documents[direction], mode.steps[direction]
    whole = check_passage(mode, direction, [*documents, *steps])
    assert (whole.missing, whole.ahead, whole.open) == ((), (), ())
    for left_out in documents:
        there = [each for each in (*documents, *steps) if each != left_out]
        assert check_passage(mode, direction, there).missing == (left_out,)
    for place, left_out in enumerate(steps):
        found = check_passage(mode, direction, [each for each in steps if each != left_out])
        assert left_out in (found.open if place == len(steps) - 1 else found.ahead)
        begun = check_passage(mode, direction, steps[: place + 1])
        assert (begun.ahead, begun.open) == ((), steps[place + 1 :])


@pytest.mark.parametrize(("mode", "direction"), EACH, ids=lambda each: getattr(each, "code", each))
def test_steps_in_the_wrong_order_are_named_in_pairs(mode, direction):
    steps = list(mode.steps[direction])
    assert check_order(mode, direction, ["filing.enterprise", *steps, steps[0]]) == ()
    for place in range(len(steps) - 1):
        swapped = [*steps[:place], steps[place + 1], steps[place], *steps[place + 2 :]]
        assert check_order(mode, direction, swapped) == ((steps[place + 1], steps[place]),)


def test_a_release_that_was_taken_back_has_to_come_again():
    mode, steps = MODES["9610"], ["order.placed", "clearance.list", "clearance.joint-release"]
    gone = [*steps, "clearance.release-withdrawn", "clearance.list"]
    assert check_passage(mode, "import", gone).open == ("clearance.release", "delivery.signed")
    assert check_passage(mode, "import", [*gone, "clearance.release"]).open == ("delivery.signed",)
