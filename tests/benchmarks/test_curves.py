"""The curves: what is measured at small size, and plots whose points lie where their figures say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.curves.__main__ import plots
from benchmarks.curves.connections import connect
from benchmarks.curves.growth import grow
from benchmarks.curves.plot import Axes, format_plot
from benchmarks.served import served

DRAWN = Path(__file__).parents[2] / "docs" / "plots"
SVG = "{http://www.w3.org/2000/svg}"
AXES = Axes("Rate & size", "events", "events/s", 10)


def circles(drawn):
    return [(float(each.get("cx")), float(each.get("cy"))) for each in ET.fromstring(drawn).iter(f"{SVG}circle")]


def test_a_growing_ledger_is_measured_at_each_size(tmp_path):
    found = grow(tmp_path, [60, 100], batch=20, changed=10)
    assert [each.events for each in found] == [60, 100]
    assert all(min(each.rate, each.trace, each.index) > 0 for each in found)


def test_each_number_of_connections_takes_every_event_in(tmp_path):
    with served(tmp_path / "ledger") as running:
        found = connect(running, [1, 3], singles=6)
        assert running.commissioner.items == 12
    assert [(each.connections, each.refused) for each in found] == [(1, 0), (3, 0)]
    assert all(each.rate > 0 and 0 < each.p50 <= each.p99 for each in found)


def test_points_stand_evenly_by_powers_and_in_proportion_from_zero():
    drawn = format_plot(AXES, {"a": [(10, 100), (100, 50), (1000, 0)]})
    (left, high), (middle, half), (right, floor) = circles(drawn)
    assert middle - left == pytest.approx(right - middle, abs=0.11)
    assert floor - half == pytest.approx(half - high, abs=0.11)
    assert {"10", "100", "1,000", "0", "Rate & size"} <= {each.text for each in ET.fromstring(drawn).iter()}


def test_every_plot_is_drawn_without_ground_or_black_ink_so_that_light_and_dark_pages_show_it():
    grown = [{"events": 10_000 * each, "rate": 9_000 / each, "trace": 0.01, "index": 0.3 * each} for each in (1, 10)]
    connected = [{"connections": each, "rate": 50.0 * each, "p50": 0.01, "p99": 0.02 * each} for each in (1, 256)]
    drawn = plots({"growth": grown, "connections": connected})
    assert sorted(drawn) == ["answers.svg", "connections.svg", "index.svg", "ingest.svg", "trace.svg"]
    for each in drawn.values():
        assert ET.fromstring(each).find(f"{SVG}rect") is None
        assert not re.search(r'"(black|white|#000|#fff)', each)
    assert len(circles(drawn["answers.svg"])) == 4


def test_what_was_not_measured_is_not_drawn():
    assert plots({}) == {}


def test_plots_of_the_documents_are_drawn_from_the_figures_beside_them():
    drawn = plots(json.loads((DRAWN / "curves.json").read_text()))
    assert drawn == {each.name: each.read_text("utf-8") for each in DRAWN.glob("*.svg")}
