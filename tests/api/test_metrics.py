"""Every metric is documented, every alarm and panel asks for one that there is, and each says something true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from ledger.measures import STAGES, Histogram, Measures

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
DEPLOY = ROOT / "docs" / "deploy"
NAME = r"\b((?:suyuan|process)_[a-z_]+[a-z])\b"


@pytest.fixture(scope="module")
def text(server):
    return server.get("/metrics").text


def types(text):
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))


def queried(expression, served):
    """Return the metrics that a query asks for, histograms by their own name."""
    histograms = {name for name, kind in served.items() if kind == "histogram"}
    named = {}
    for name in re.findall(NAME, re.sub(r'"[^"]*"', "", expression)):
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        named[name] = base if base in histograms else name
    return set(named.values())


def alerts():
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text("utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def test_every_metric_is_in_the_table_and_every_row_is_served(text):
    section = PAGE.partition("## Metrics")[2].partition("## Alarms")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    named = [name for row in rows for name in re.findall(NAME, row)]
    assert len(named) == len(set(named))
    assert set(named) == types(text).keys()


def test_every_metric_that_the_page_names_anywhere_is_served(text):
    assert set(re.findall(r"`(suyuan_\w+)`", PAGE)) <= types(text).keys()


def test_stages_and_queues_of_the_page_are_those_that_are_measured(text):
    section = PAGE.partition("## Metrics")[2].partition("| metric |")[0]
    words = re.findall(r"`(\w+)`", section)
    queues = list(dict.fromkeys(re.findall(r'suyuan_queue_held\{queue="(\w+)"', text)))
    assert words == [*STAGES, *queues]


def test_every_alarm_has_its_row_and_every_row_its_rule():
    section = PAGE.partition("## Alarms")[2].partition("What Prometheus does not see")[0]
    rows = dict(re.findall(r"^\| `(Suyuan\w+)` \| [^|]+ \| ([^|]+) \|$", section, re.MULTILINE))
    assert rows.keys() == alerts().keys()
    assert all(len(told) > 30 for told in rows.values()), "what to do"


def test_every_alarm_asks_for_metrics_that_there_are(text):
    served = types(text)
    for name, rule in alerts().items():
        asked = queried(rule["expr"], served)
        assert asked <= served.keys(), name
        assert asked or rule["expr"].startswith("up{"), name


def test_every_alarm_has_tests_in_which_it_is_heard_and_silent():
    tests = yaml.safe_load((DEPLOY / "alerts.test.yml").read_text("utf-8"))["tests"]
    assert {each["name"] for each in tests} == {f"{name} {word}" for name in alerts() for word in ("heard", "silent")}


def test_every_panel_asks_for_metrics_that_there_are_and_every_metric_of_ours_has_one(text):
    served, shown = types(text), set()
    board = json.loads((DEPLOY / "dashboard.json").read_text("utf-8"))
    panels = [each for each in board["panels"] if each["type"] != "row"]
    assert len({each["id"] for each in board["panels"]}) == len(board["panels"])
    for panel in panels:
        for target in panel["targets"]:
            asked = queried(target["expr"], served)
            assert asked, panel["title"]
            assert asked <= served.keys(), panel["title"]
            shown |= asked
    assert {each for each in served if each.startswith("suyuan_")} - shown == {"suyuan_sqlite_wal_reset_safe"}


def test_a_submission_alone_passes_every_stage_but_that_of_many(make_world, serve, zone_terms):
    world = make_world()
    server = serve(world.ledger, world.folder)
    before = {stage: counted(server, stage) for stage in STAGES}
    drafts = world.submission(world.customs, enterprise(world, zone_terms))
    assert server.post("/entries", drafts, zone_terms.SUBMISSION).status == 201
    assert {stage for stage in STAGES if counted(server, stage) > before[stage]} == set(STAGES) - {"beside"}


def test_refusals_are_counted_by_their_code_and_overloads_by_their_queue(world, serve):
    server = serve(world.ledger, world.folder, max_buffered=1 << 20)
    server.get("/nothing")
    assert server.logged(lambda line: line.get("outcome") == "no-route")
    assert server.post("/entries", bytes(2_000_000), "application/vnd.suyuan.submission+cbor").status == 429
    assert server.logged(lambda line: line.get("outcome") == "overload" and line["status"] == 429)
    text = server.get("/metrics").text
    assert 'suyuan_refusals_total{code="no-route"} 1.0' in text
    assert 'suyuan_overloads_total{queue="body"} 1.0' in text


def counted(server, stage):
    text = server.get("/metrics").text
    (count,) = re.findall(rf'^suyuan_stage_seconds_count{{stage="{stage}"}} (\S+)$', text, re.MULTILINE)
    return float(count)


def enterprise(world, terms):
    return terms.Draft(
        "registry.enterprise", terms.now(), subjects={"enterprise": world.seller.uri},
        data={"names": dict(world.seller.names), "roles": ["seller"], "gs1Prefixes": [], "subjects": []},
    )  # fmt: skip


def test_a_histogram_counts_what_lies_at_or_below_each_bound():
    histogram = Histogram((1, 2, 4))
    for value in (0.5, 1, 1.5, 3, 9):
        histogram.add(value)
    assert histogram.taken() == ([(1, 2), (2, 3), (4, 4)], 5, 15.0)


def test_stages_are_told_to_whoever_follows_until_it_stops():
    moments = iter([0.0, 2.0, 5.0, 9.0])
    measures, heard = Measures(lambda: next(moments)), []
    stop = measures.follow(lambda *told: heard.append(told))
    began = measures.since("parse", measures.now())
    measures.since("admit", began)
    stop()
    measures.since("judge", 5.0)
    assert heard == [("parse", 0.0, 2.0), ("admit", 2.0, 5.0)]
    assert measures.stages["admit"].taken()[2] == 3.0
