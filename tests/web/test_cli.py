"""The verifier's command in Node ends as suyuan-verify does."""

import json
import subprocess

import pytest

from tests.vectors.recipe import ROOT
from tests.web.node import NODE
from tests.web.test_size import FOLDER

ITEM = json.loads((ROOT / "trace-proof/valid/item.json").read_text())


@pytest.fixture
def command(tmp_path):
    (tmp_path / "policy").write_text(ITEM["policy"])
    trace = str(ROOT / "files" / ITEM["file"])
    line = [str(NODE), "--no-warnings", str(FOLDER / "cli.mjs"), trace, "--policy", str(tmp_path / "policy")]
    return lambda *more: subprocess.run([*line, *more], capture_output=True, text=True, check=False)


def test_a_trace_is_verified_as_of_a_time(command):
    done = command("--at", str(ITEM["at"]))
    said = json.loads(done.stdout)
    assert (done.returncode, said["exitCode"], said["outcome"]) == (0, 0, "verified")
    assert [each["passed"] for each in said["steps"]] == [True] * 9


def test_the_proof_of_another_subject_is_no_answer(command):
    done = command("--at", str(ITEM["at"]), "--subject", "https://id.gs1.org/01/06901234567892")
    said = json.loads(done.stdout)
    assert (done.returncode, said["outcome"], said["error"]["field"]) == (4, "unreadable", "subject")


def test_wrong_usage_ends_with_two(command):
    assert command("--at", "yesterday").returncode == 2
