"""The comparison with others: everybody gets the same events, and the table says of each what it does not do."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from benchmarks.load import uscc
from benchmarks.peers.audited_table import audited_table
from benchmarks.peers.events import make, records, write_records
from benchmarks.peers.table import LACKS, format_table
from benchmarks.served import ORIGIN, PRODUCT
from fixtures.load.statements import Commissioner
from fixtures.zone.actors import enterprise
from tests.postgres import server
from verifier.ledgerformat.submission import parse_submission

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def loads():
    seller = enterprise(uscc("91330100BENCH0001"), "电商", "Seller", ["seller"])
    commissioner = Commissioner(seller.signer, seller.uri, ORIGIN, PRODUCT, first=1, time=1_700_000_000_000)
    return make(commissioner, events=25, batch=10, singles=3)


def test_batches_hold_as_many_events_as_were_asked_for_and_singles_one(loads):
    assert [len(parse_submission(each).heads) for each in loads.batched] == [10, 10, 5]
    assert [len(parse_submission(each).heads) for each in loads.sequential] == [1, 1, 1]


def test_others_get_head_and_body_of_each_event_that_we_get(loads, tmp_path):
    write_records(tmp_path / "events", records(loads.batched))
    rest, read = (tmp_path / "events").read_bytes(), []
    while rest:
        (length,) = struct.unpack(">I", rest[:4])
        read.append(rest[4 : 4 + length])
        rest = rest[4 + length :]
    ours = [parse_submission(each) for each in loads.batched]
    assert read == [head + body for each in ours for head, body in zip(each.heads, each.bodies, strict=True)]
    assert len(set(read)) == 25


def test_the_table_keeps_every_event_and_its_trigger_notes_every_change(loads):
    dsn = server().database(empty=True)
    told = audited_table(dsn, list(records(loads.batched)), list(records(loads.sequential)), batch=10)
    assert told["events"] == 28
    assert min(told["batched"], told["sequential"]) > 0
    with psycopg.connect(dsn) as connection:
        connection.execute("UPDATE event SET content = 'another' WHERE name = (SELECT min(name) FROM event)")
        connection.execute("DELETE FROM event WHERE name = (SELECT max(name) FROM event)")
        noted = connection.execute("SELECT operation, count(*) FROM event_audit GROUP BY 1").fetchall()
    server().drop(dsn)
    assert dict(noted) == {"INSERT": 28, "UPDATE": 1, "DELETE": 1}


def test_every_figure_stands_beside_what_is_not_done():
    told = format_table({name: {"batched": 1234.5, "sequential": 6.0} for name in LACKS})
    lines = told.splitlines()[2:]
    assert len(lines) == len(LACKS) == 5
    for line, (name, lacks) in zip(lines, LACKS.items(), strict=True):
        assert line.startswith(f"| `{name}` | 1,234 | 6 | ")
        assert line.endswith(f" {lacks} |")


def test_the_page_says_of_each_what_the_script_says():
    page = (ROOT / "docs" / "performance.md").read_text("utf-8")
    assert [name for name, lacks in LACKS.items() if f" {lacks} |" not in page] == []


@pytest.mark.soak
def test_each_keeps_every_event_in_one_run(tmp_path):
    """It installs what it compares with, so it needs the package registries."""
    sizes = ["--events", "200", "--batch", "50", "--singles", "5"]
    out = tmp_path / "peers.json"
    subprocess.run([sys.executable, "-m", "benchmarks.peers", *sizes, "--out", str(out)], cwd=ROOT, check=True)
    figures = json.loads(out.read_text("utf-8"))
    assert {name: each["events"] for name, each in figures.items()} == dict.fromkeys(LACKS, 205)
