"""The proof files of version 1 mean what they meant on the day they were written, for ever."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.vectors.cddl import Schema
from tests.verifier.proof.vectors.cabinet import FOLDER, OUTGROWN, SUMS, Expected, read_all, sums
from verifier.cli.main import main

VECTORS = read_all()
FORMATS = Path(__file__).resolve().parents[3] / "docs" / "formats.md"
RULES = {"trace": "trace-proof", "event": "event-proof", "receipt": "receipt", "evidence": "fork-evidence"}
SHAPELESS = {"refused/version-2", "refused/cut-short"}


def _run(name: str, expected: Expected, capsys) -> tuple[int, dict, str]:
    folder = FOLDER / name.partition("/")[0]
    beside = [word for option, file in expected.beside.items() for word in (f"--{option}", str(folder / file))]
    at = datetime.fromtimestamp(expected.at, UTC).isoformat()
    words = [expected.command, str(folder / expected.file), *beside, "--policy", str(folder / expected.policy)]
    state = ["--no-state"] if expected.command == "trace" else []
    code = main(["--lang", "en", *words, *state, "--at", at, "--json"])
    told = capsys.readouterr()
    return code, json.loads(told.out) if told.out else {}, told.err


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_has_the_outcome_that_was_written_down(name, capsys):
    expected = VECTORS[name]
    code, answer, complaint = _run(name, expected, capsys)
    assert code == expected.exitCode
    if expected.outcome == "refused":
        assert (answer, complaint.startswith(expected.refusedField)) == ({}, True), complaint
        return
    assert (answer["outcome"], complaint) == (expected.outcome, "")
    if expected.command == "trace":
        failed = [step["number"] for step in answer["steps"] if step["passed"] is False]
        assert failed == ([expected.step] if expected.step else [])
        assert (answer["error"] or {}).get("code") == expected.code
        assert (answer["error"] or {}).get("field", "").startswith(expected.refusedField or "")


def test_only_what_nobody_could_judge_is_outgrown():
    for name, entry in json.loads(OUTGROWN.read_text()).items():
        written = json.loads((FOLDER / f"{name}.json").read_text())
        assert (written["exitCode"], entry["today"]["exitCode"]) == (5, 1), name
        assert entry["why"]


def test_there_are_enough_of_them_and_of_every_file():
    assert len(VECTORS) >= 12
    assert sum(name.startswith("refused/") for name in VECTORS) >= 8
    assert {each.command for each in VECTORS.values()} == {"trace", "event", "receipt", "evidence"}


def test_every_step_refuses_one():
    assert {each.step for each in VECTORS.values() if each.step} == set(range(1, 10))


def test_no_file_was_changed_added_or_taken_away_since_it_was_written():
    listed = dict(line.split("  ")[::-1] for line in SUMS.read_text().splitlines())
    assert sums() == listed


@pytest.mark.parametrize("name", sorted(VECTORS.keys() - SHAPELESS))
def test_a_vector_is_of_the_shape_that_the_cddl_gives(name):
    expected = VECTORS[name]
    schema = Schema(re.search(r"```cddl\n(.*?)```", FORMATS.read_text(), re.DOTALL)[1])
    data = (FOLDER / name.partition("/")[0] / expected.file).read_bytes()
    assert schema.matches(RULES[expected.command], data)
