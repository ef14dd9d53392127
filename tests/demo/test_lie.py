"""The lie that the demonstration tells elsewhere is caught, and its own ledger is clean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.demo.running import Demo, verify

pytestmark = pytest.mark.slow


def test_whoever_has_the_trust_policy_confirms_what_the_witness_wrote(demo: Demo) -> None:
    answer = verify(demo, "evidence", str(demo.folder / "lie.evidence"))
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert found["outcome"] == "wrong-index", found
    (report,) = (demo.folder / "lie" / "witness" / "evidence").glob("*.json")
    told = json.loads(report.read_text("utf-8"))
    assert (told["lie"], told["convicts"]) == ("wrong index", True)


def test_evidence_in_which_a_bit_is_turned_convicts_nobody(demo: Demo, tmp_path: Path) -> None:
    data = bytearray((demo.folder / "lie.evidence").read_bytes())
    data[-40] ^= 1
    bent = tmp_path / "bent.evidence"
    bent.write_bytes(data)
    assert verify(demo, "evidence", str(bent)).returncode != 0


def test_the_ledger_that_did_not_lie_is_clean_and_knows_nothing_of_that_recall(demo: Demo) -> None:
    answer = verify(demo, "audit", demo.url, "--no-state", "--quiet")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert b"aftersales.recall" not in (demo.folder / "parcel.trace").read_bytes()
    assert b"visitor.example" not in (demo.folder / "zone.charter").read_bytes(), "the witness asked nobody for leave"
