"""`suyuan-verify statistics` over an exported ledger: the figures follow from the range, or the command says not."""

from __future__ import annotations

import json

import pytest

from ledger.compose.event import Draft
from ledger.export.export import export_ledger
from tests.world import found_world, now, tell_parcel
from verifier.cli.main import main
from verifier.ledgerformat.head import parse_head
from verifier.primitives.merkle import leaf_hash, tree_root

TYPES = ["clearance.list", "transport.waybill"]
OVER = "urn:suyuan:set:lists:330196:2026-11"


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """An export with reports, and their names: what is right and what is not."""
    folder = tmp_path_factory.mktemp("statistics")
    world = found_world(folder / "ledger", witnesses=0, quorum=0)
    tell_parcel(world)
    with world.ledger.store.read() as reader:
        size = reader.counters().size
        root = tree_root([leaf_hash(each) for each in reader.entries(0, size)]).hex()
        heads = [parse_head(row.head).type for row in reader.events_from(0, size)]
    counts = {each: heads.count(each) for each in TYPES}
    assert all(counts.values())
    right = {
        "period": "2026-11", "logSize": size, "root": root, "types": TYPES, "method": "events-by-type/1",
        "figures": [{"code": each.replace(".", "-"), "value": str(count)} for each, count in counts.items()],
    }  # fmt: skip
    wrong = [{**right["figures"][0], "value": str(counts[TYPES[0]] + 1)}, right["figures"][1]]
    said = {
        "right": right,
        "right by mode": {**right, "method": "lists-by-mode/1", "figures": [{"code": "mode-9610", "value": "1.0"}]},
        "a figure too high": {**right, "figures": wrong},
        "a figure left out": {**right, "figures": wrong[1:]},
        "another range": {**right, "logSize": size - 1},
        "an unknown method": {**right, "method": "as counted by hand"},
    }
    names = {}
    for what, data in said.items():
        (event,) = world.say("customs", Draft("statistics.report", now(), {"over": OVER}, data))
        names[what] = event.name.hex()
    with world.ledger.store.read() as reader:
        export_ledger(reader, folder / "export")
    world.ledger.close()
    return folder / "export", names


def run(reported, what, capsys, *options):
    folder, names = reported
    capsys.readouterr()
    code = main(["statistics", str(folder), names.get(what, what), "--lang", "en", *options])
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.mark.parametrize("what", ["right", "right by mode"])
def test_figures_that_follow_from_the_range_are_confirmed(reported, what, capsys):
    code, said = run(reported, what, capsys, "--json")
    assert (code, json.loads(said)["outcome"]) == (0, "confirmed")
    assert run(reported, what, capsys)[0] == 0


@pytest.mark.parametrize("what", ["a figure too high", "a figure left out"])
def test_a_figure_that_does_not_follow_is_told_with_what_it_would_be(reported, what, capsys):
    code, said = run(reported, what, capsys, "--json")
    assert code == 1
    (difference,) = json.loads(said)["differences"]
    assert difference["report/figures/clearance-list"] != difference["expected"] == "1"


def test_a_range_that_is_not_the_one_with_that_root_is_refused(reported, capsys):
    code, said = run(reported, "another range", capsys)
    assert (code, "report.root" in said) == (1, True)


def test_a_method_that_is_not_known_here_is_unsupported(reported, capsys):
    assert run(reported, "an unknown method", capsys)[0] == 5


def test_a_report_that_is_not_in_the_export_cannot_be_told(reported, capsys):
    assert run(reported, "00" * 32, capsys)[0] == 3
