"""`suyuan-verify evidence` on the recorded files: it says of what they convict, in both languages and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.vectors.recipe import ROOT
from verifier.cli.main import main

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
