"""`suyuan-verify evidence` on the recorded files: it says of what they convict, in both languages and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.signing.signer import generate
from ledger.witness.statements.keys import NoticeKey
from tests.vectors.recipe import ROOT
from verifier.cli.main import main
from verifier.ledgerformat.witness_report import WitnessReport
from verifier.primitives.keys import EDDSA
from verifier.primitives.note import format_vkey

FILES = ROOT / "files"


def convicts(capsys: pytest.CaptureFixture[str], folder: Path, name: str, about: str, *words: str) -> str:
    """Return what the command prints of a file of which it is convinced."""
    policy = folder / "zone.policy"
    policy.write_text(json.loads((FILES / about).read_text())["policy"])
    assert main(["evidence", str(FILES / f"{name}.evidence"), "--policy", str(policy), *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", json.loads((FILES / "twice.json").read_text())["twice"])
def test_what_was_said_twice_is_named(capsys, tmp_path, name: str):
    facts = json.loads((FILES / "twice.json").read_text())["twice"][name]
    told = json.loads(convicts(capsys, tmp_path, name, "twice.json", "--json"))
    assert (told["outcome"], told["leaves"]) == ("said-twice", facts["leaves"])
    for lang, leaves in (("en", "Leaves"), ("zh", "叶")):
        shown = convicts(capsys, tmp_path, name, "twice.json", "--lang", lang)
        assert f"{leaves}: {facts['leaves'][0]}, {facts['leaves'][1]}\n" in shown


@pytest.mark.parametrize("name", json.loads((FILES / "seals.json").read_text())["seals"])
def test_a_broken_seal_is_named(capsys, tmp_path, name: str):
    facts = json.loads((FILES / "seals.json").read_text())["seals"][name]
    told = json.loads(convicts(capsys, tmp_path, name, "seals.json", "--json"))
    assert (told["outcome"], told["leaves"], told["reason"]) == ("broken-seal", facts["leaves"], facts["reason"])
    for lang, reason in (("en", "Reason"), ("zh", "原因")):
        assert f"{reason}: {facts['reason']}\n" in convicts(capsys, tmp_path, name, "seals.json", "--lang", lang)


# A witness's report: its word, told as that.

SEEN = WitnessReport(
    "ledger.example/zone", "inadmissible-statement", 41, 3, "not-permitted", "head.joins", 43, b"\1" * 32,
    1_800_000_000, evidence=False,
)  # fmt: skip


@pytest.fixture
def report(tmp_path: Path) -> tuple[Path, NoticeKey]:
    key = NoticeKey("w1.example", generate(EDDSA))
    file = tmp_path / "lie.report"
    file.write_bytes(key.sign_report(SEEN))
    return file, key


def test_a_report_is_told_as_its_witnesss_word_and_convicts_nobody(capsys, report):
    file, key = report
    assert main(["evidence", str(file), "--key", format_vkey(key.public), "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["convicts"], told["leaf"]) == ("reported", False, 41)
    for lang, proved, open_ in (("en", "Proved: ", "Not proved: "), ("zh", "已证明", "未证明")):
        assert main(["evidence", str(file), "--key", format_vkey(key.public), "--lang", lang]) == 3
        shown = capsys.readouterr().out
        assert proved in shown
        assert open_ in shown


def test_a_report_asks_for_its_witnesss_key_and_believes_no_other(capsys, report):
    file, _ = report
    assert main(["evidence", str(file), "--lang", "en"]) == 3
    assert "--key VKEY" in capsys.readouterr().err
    other = NoticeKey("w1.example", generate(EDDSA))
    assert main(["evidence", str(file), "--key", format_vkey(other.public)]) == 1


def test_evidence_asks_for_a_trust_policy(capsys):
    with pytest.raises(SystemExit) as left:
        main(["evidence", str(FILES / "rollback.evidence")])
    assert left.value.code == 2
    assert "--policy FILE" in capsys.readouterr().err
