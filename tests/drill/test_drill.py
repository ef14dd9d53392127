"""The database's leader is harmed under load, and a ledger process sleeps: nothing acknowledged is lost, none forks."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.drill.drill import run_drill
from tests.drill.harm import KINDS
from tests.drill.needed import DEBIAN, may_freeze, missing
from tests.drill.report import Failover, Report, format_table
from tests.drill.timed import longest_gap


@pytest.fixture
def folder():
    """A folder that servers which must not run as root can reach."""
    made = Path(tempfile.mkdtemp(prefix="suyuan-drill-"))
    yield made
    shutil.rmtree(made)


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_when_the_databases_leader_is_killed_frozen_or_cut_off(folder, monkeypatch):
    assert not missing(), "install Debian's patroni, python3-psycopg2, etcd-server and postgresql"
    monkeypatch.setenv("SUYUAN_POSTGRES", str(DEBIAN))
    kinds = [kind for kind in KINDS if may_freeze() or not KINDS[kind].wakes]
    report = run_drill(folder, dict.fromkeys(kinds, 1))
    assert (report.lost, report.forked) == (0, 0)
    assert [each.kind for each in report.failovers] == kinds
    assert len({each.term for each in report.failovers}) == len(kinds)
    assert report.pause
    assert report.pause.other > report.pause.term


def test_gap_is_the_longest_time_between_two_in_their_order():
    assert longest_gap([1.0, 1.5, 9.0, 9.25]) == 7.5
    assert longest_gap([3.0]) == longest_gap([]) == 0.0


def test_table_has_a_row_for_each_kill_and_says_what_is_lost():
    kill = Failover("kill", "node2", elected=20.37, led=26.2, gap=26.3, whole=35.0, acknowledged=1292, term=3)
    lines = format_table(Report([kill, kill], acknowledged=1300, events=2600, lost=4, sizes=70, forked=1)).splitlines()
    assert lines[2] == "| 1 | kill | node2 | 20.4 s | 26.2 s | 26.3 s | 35.0 s | 1,292 |"
    assert lines[3].startswith("| 2 |")
    assert lines[-1].endswith("lost: 4. Sizes with a root: 70; with two: 1.")
