"""The process that leads ends at a named point of the write path; the other takes over, and nothing told is lost."""

from __future__ import annotations

import pytest

from tests.cluster.machines import Machine, until
from tests.cluster.test_serving import acknowledged, answers_more, check_whole, stop_all
from tests.crash.journal import Journal
from tests.crash.served import Submitters
from tests.crash.test_failpoints import LEDGER_POINTS

SOME = ("after-commit",)  # durable, and neither guarded nor told


def end_the_leader_at(zone, machine, point):
    """Let the leader end at a point; the other leads then, and both go on once it is back."""
    first, second = machine("first", failpoint=f"{point}:5"), machine("second")
    for each in (first, second):
        each.start()
    journal = Journal(zone.folder / "journal")
    submitters = [Submitters(zone, each.url, journal, place, threads=2) for place, each in enumerate((first, second))]
    try:
        until(lambda: first.ended is not None, f"{point} was not reached")
        until(lambda: second.leads, "the other does not lead")
        answers_more(zone, acknowledged(zone) + 20)
        restart(first)
        answers_more(zone, acknowledged(zone) + 20)
    finally:
        stop_all(*submitters)
    assert first.stop() == second.stop() == 0
    check_whole(zone, journal)


def restart(machine: Machine) -> None:
    assert machine.ended == 137
    machine.forget("failpoint")
    machine.start()


@pytest.mark.slow
@pytest.mark.parametrize("point", SOME)
def test_nothing_acknowledged_is_lost_and_another_leads_when_the_leader_ends_at(point, zone, machine):
    end_the_leader_at(zone, machine, point)


@pytest.mark.soak
@pytest.mark.parametrize("point", [each for each in LEDGER_POINTS if each not in SOME])
def test_nothing_acknowledged_is_lost_and_another_leads_when_it_ends_at_any_other_point(point, zone, machine):
    end_the_leader_at(zone, machine, point)
